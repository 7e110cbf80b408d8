//! Sends a request and follows its answer.

use crate::{
    errors::{VendorError, retry_after},
    formats::{Decoder, broken},
};
use async_stream::stream;
use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use penny_net::{ClientFactory, NetError};
use penny_ports::{
    models::{ModelError, ModelEvent, ModelStream},
    world::Clock,
};
use reqwest::{RequestBuilder, Response};
use std::{error::Error, sync::Arc, time::Duration};

/// Bytes of an error's body that are read.
const MAX_ERROR_BYTES: usize = 64 * 1024;

/// What every vendor needs from outside.
#[derive(Debug, Clone)]
pub struct Wiring {
    /// Makes HTTP clients.
    pub http: ClientFactory,
    /// Tells the time, for waits given as dates.
    pub clock: Arc<dyn Clock>,
    /// How long a vendor may say nothing at all.
    pub silence: Duration,
}

impl Wiring {
    /// Makes the usual wiring: a vendor may be silent for 60 seconds.
    #[must_use]
    pub fn new(http: ClientFactory, clock: Arc<dyn Clock>) -> Self {
        Self { http, clock, silence: Duration::from_secs(60) }
    }
}

/// Sends a request and returns its answer if the vendor gives one. `secret` never reaches a log.
pub(crate) async fn send(
    request: RequestBuilder,
    wiring: &Wiring,
    secret: &str,
) -> Result<Response, ModelError> {
    let sent = tokio::time::timeout(wiring.silence, request.send()).await;
    let response =
        sent.map_err(|_| ModelError::Silent(wiring.silence))?.map_err(|error| unsent(&error, wiring))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let wait = retry_after(response.headers(), wiring.clock.now());
    let body = tokio::time::timeout(wiring.silence, start_of(response)).await.unwrap_or_default();
    let mut error = VendorError::read(&String::from_utf8_lossy(&body));
    if !secret.is_empty() {
        error.message = error.message.replace(secret, "***");
    }
    Err(error.classify(Some(status), wait))
}

/// Reads the beginning of a body; what breaks off has said enough.
async fn start_of(response: Response) -> Vec<u8> {
    let mut read = Vec::new();
    let mut body = response.bytes_stream();
    while let Some(Ok(piece)) = body.next().await {
        read.extend(piece.iter().take(MAX_ERROR_BYTES - read.len()));
        if read.len() >= MAX_ERROR_BYTES {
            break;
        }
    }
    read
}

/// Makes the error for an address the client may not go to.
pub(crate) fn refused(error: &NetError) -> ModelError {
    ModelError::Unavailable { detail: chain(error) }
}

fn unsent(error: &reqwest::Error, wiring: &Wiring) -> ModelError {
    if error.is_timeout() && !error.is_connect() {
        return ModelError::Silent(wiring.silence);
    }
    ModelError::Unavailable { detail: chain(error) }
}

/// Writes an error with its causes; HTTP errors hide what matters in them. Addresses may carry
/// secrets in their query, so they are left out.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = match error.downcast_ref::<reqwest::Error>() {
        Some(error) if error.is_connect() => "cannot connect".to_owned(),
        Some(_) => "the request failed".to_owned(),
        None => error.to_string(),
    };
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text.chars().take(500).collect()
}

/// Follows the answer's body through a decoder. Dropping the stream hangs up.
pub(crate) fn follow(response: Response, decoder: impl Decoder + 'static, silence: Duration) -> ModelStream {
    let body = response.bytes_stream().map(|piece| {
        piece.map_err(|error| match error.is_timeout() {
            true => None,
            false => Some(chain(&error)),
        })
    });
    decode(body.boxed(), decoder, silence)
}

/// Decodes a body. An error of the body is what broke, or `None` for silence.
fn decode(
    mut body: BoxStream<'static, Result<Bytes, Option<String>>>,
    mut decoder: impl Decoder + 'static,
    silence: Duration,
) -> ModelStream {
    stream! {
        let mut events = Vec::new();
        loop {
            let outcome = match tokio::time::timeout(silence, body.next()).await {
                Err(_) | Ok(Some(Err(None))) => Err(ModelError::Silent(silence)),
                Ok(Some(Err(Some(detail)))) => Err(broken(detail)),
                Ok(Some(Ok(bytes))) => decoder.push(&bytes, &mut events).map(|()| true),
                Ok(None) => decoder.end(&mut events).map(|()| false),
            };
            for event in events.drain(..) {
                let is_last = matches!(event, ModelEvent::Finished(_));
                yield Ok(event);
                if is_last {
                    return;
                }
            }
            match outcome {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    yield Err(error);
                    return;
                }
            }
        }
    }
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::openai_chat::ChatDecoder;
    use futures::stream;

    fn chunk(text: &str) -> Result<Bytes, Option<String>> {
        Ok(format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n").into())
    }

    async fn heard(
        body: BoxStream<'static, Result<Bytes, Option<String>>>,
    ) -> Vec<Result<ModelEvent, String>> {
        let answer = decode(body, ChatDecoder::new(0), Duration::from_secs(60));
        answer.map(|event| event.map_err(|error| error.to_string())).collect().await
    }

    fn text(text: &str) -> Result<ModelEvent, String> {
        Ok(ModelEvent::Text(text.to_owned()))
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_said_before_the_silence_is_kept() {
        let body = stream::iter([chunk("Hel"), chunk("lo")]).chain(stream::pending());
        let silent = Err("the model provider went silent for 60s".to_owned());
        assert_eq!(heard(body.boxed()).await, [text("Hel"), text("lo"), silent]);
    }

    #[tokio::test]
    async fn what_was_said_before_the_connection_died_is_kept() {
        let body = stream::iter([chunk("Hel"), Err(Some("reset".to_owned()))]);
        assert_eq!(
            heard(body.boxed()).await,
            [text("Hel"), Err("the model's answer broke off: reset".to_owned())]
        );
    }

    #[tokio::test]
    async fn nothing_follows_the_end() {
        let done = Ok("data: [DONE]\n\ndata: nonsense\n\n".into());
        let body = stream::iter([chunk("Hi"), done, chunk("more")]);
        let finished = Ok(ModelEvent::Finished(penny_ports::models::FinishReason::Stop));
        assert_eq!(heard(body.boxed()).await, [text("Hi"), finished]);
    }
}
