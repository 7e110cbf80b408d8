//! Sends requests to vendors and decodes their response streams.

use crate::{
    errors::{VendorError, retry_after},
    formats::{StreamDecoder, stream_failed},
};
use async_stream::stream;
use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use penny_net::{ClientFactory, NetError};
use penny_ports::{
    models::{ModelError, ModelEvent, ModelStream},
    system::Clock,
};
use reqwest::{RequestBuilder, Response};
use std::{error::Error, sync::Arc, time::Duration};

/// Maximum number of bytes read from the body of an error response.
const MAX_ERROR_BYTES: usize = 64 * 1024;

/// Dependencies of every provider.
#[derive(Debug, Clone)]
pub struct ProviderDeps {
    pub http: ClientFactory,
    /// Used for `Retry-After` headers that contain a date.
    pub clock: Arc<dyn Clock>,
    /// Maximum time between two reads of a response.
    pub read_timeout: Duration,
}

impl ProviderDeps {
    /// Returns the dependencies with a read timeout of 60 seconds.
    #[must_use]
    pub fn new(http: ClientFactory, clock: Arc<dyn Clock>) -> Self {
        Self { http, clock, read_timeout: Duration::from_secs(60) }
    }
}

/// Sends a request and returns the response if its status is a success. Removes `secret` from error
/// messages, so that it is never logged.
pub(crate) async fn send(
    request: RequestBuilder,
    deps: &ProviderDeps,
    secret: &str,
) -> Result<Response, ModelError> {
    let result = tokio::time::timeout(deps.read_timeout, request.send()).await;
    let response = result
        .map_err(|_| ModelError::Timeout(deps.read_timeout))?
        .map_err(|error| send_error(&error, deps))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let wait = retry_after(response.headers(), deps.clock.now());
    let body = tokio::time::timeout(deps.read_timeout, read_prefix(response)).await.unwrap_or_default();
    let mut error = VendorError::parse(&String::from_utf8_lossy(&body));
    if !secret.is_empty() {
        error.message = error.message.replace(secret, "***");
    }
    Err(error.classify(Some(status), wait))
}

/// Reads up to [`MAX_ERROR_BYTES`] of a body; a connection failure ends it early.
async fn read_prefix(response: Response) -> Vec<u8> {
    let mut prefix = Vec::new();
    let mut body = response.bytes_stream();
    while let Some(Ok(chunk)) = body.next().await {
        prefix.extend(chunk.iter().take(MAX_ERROR_BYTES - prefix.len()));
        if prefix.len() >= MAX_ERROR_BYTES {
            break;
        }
    }
    prefix
}

/// Converts the error for a URL that the HTTP client does not allow.
pub(crate) fn url_rejected(error: &NetError) -> ModelError {
    ModelError::Unavailable { detail: error_chain(error) }
}

fn send_error(error: &reqwest::Error, deps: &ProviderDeps) -> ModelError {
    if error.is_timeout() && !error.is_connect() {
        return ModelError::Timeout(deps.read_timeout);
    }
    ModelError::Unavailable { detail: error_chain(error) }
}

/// Formats an error with its sources, at most 500 characters. Leaves out the messages of
/// [`reqwest::Error`], because they contain URLs, whose query may hold secrets.
fn error_chain(error: &(dyn Error + 'static)) -> String {
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

/// Decodes the body of a response. Dropping the stream closes the connection.
pub(crate) fn decode_response(
    response: Response,
    decoder: impl StreamDecoder + 'static,
    read_timeout: Duration,
) -> ModelStream {
    let body = response.bytes_stream().map(|chunk| {
        chunk.map_err(|error| match error.is_timeout() {
            true => None,
            false => Some(error_chain(&error)),
        })
    });
    decode_body(body.boxed(), decoder, read_timeout)
}

/// Decodes a body. An error of the body is the detail of a failure, or `None` for a timeout.
fn decode_body(
    mut body: BoxStream<'static, Result<Bytes, Option<String>>>,
    mut decoder: impl StreamDecoder + 'static,
    read_timeout: Duration,
) -> ModelStream {
    stream! {
        let mut events = Vec::new();
        loop {
            let outcome = match tokio::time::timeout(read_timeout, body.next()).await {
                Err(_) | Ok(Some(Err(None))) => Err(ModelError::Timeout(read_timeout)),
                Ok(Some(Err(Some(detail)))) => Err(stream_failed(detail)),
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

    async fn decode_all(
        body: BoxStream<'static, Result<Bytes, Option<String>>>,
    ) -> Vec<Result<ModelEvent, String>> {
        let events = decode_body(body, ChatDecoder::new(0), Duration::from_secs(60));
        events.map(|event| event.map_err(|error| error.to_string())).collect().await
    }

    fn text(text: &str) -> Result<ModelEvent, String> {
        Ok(ModelEvent::Text(text.to_owned()))
    }

    #[tokio::test(start_paused = true)]
    async fn events_before_a_timeout_are_kept() {
        let body = stream::iter([chunk("Hel"), chunk("lo")]).chain(stream::pending());
        let timeout = Err("the model provider sent nothing for 60s".to_owned());
        assert_eq!(decode_all(body.boxed()).await, [text("Hel"), text("lo"), timeout]);
    }

    #[tokio::test]
    async fn events_before_a_connection_failure_are_kept() {
        let body = stream::iter([chunk("Hel"), Err(Some("reset".to_owned()))]);
        assert_eq!(
            decode_all(body.boxed()).await,
            [text("Hel"), Err("the response stream of the model failed: reset".to_owned())]
        );
    }

    #[tokio::test]
    async fn no_event_follows_the_finished_event() {
        let done = Ok("data: [DONE]\n\ndata: nonsense\n\n".into());
        let body = stream::iter([chunk("Hi"), done, chunk("more")]);
        let finished = Ok(ModelEvent::Finished(penny_ports::models::FinishReason::Stop));
        assert_eq!(decode_all(body.boxed()).await, [text("Hi"), finished]);
    }
}
