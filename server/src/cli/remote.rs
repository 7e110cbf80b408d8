//! A client of the REST API of a running server.

use anyhow::{Context, Result, bail};
use futures::StreamExt;
use penny_net::{ClientFactory, EgressPolicy, HttpClient, Purpose};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

/// The server's address and the credentials.
#[derive(Debug, clap::Args)]
pub(super) struct RemoteArgs {
    /// The base URL of the server.
    #[arg(long, env = "PENNY_URL", default_value = "http://127.0.0.1:3000")]
    url: Url,
    /// A personal access token, created by `penny token create`.
    #[arg(long, env = "PENNY_TOKEN", hide_env_values = true)]
    token: TokenArg,
}

/// A token whose `Debug` output hides the secret.
#[derive(Clone)]
struct TokenArg(SecretString);

impl std::fmt::Debug for TokenArg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenArg(..)")
    }
}

impl std::str::FromStr for TokenArg {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(SecretString::from(text.to_owned())))
    }
}

/// A client of the REST API.
#[derive(Debug)]
pub(super) struct ApiClient {
    base_url: Url,
    token: TokenArg,
    client: HttpClient,
}

impl ApiClient {
    pub(super) fn new(args: RemoteArgs) -> Result<Self> {
        let client =
            ClientFactory::new(EgressPolicy::default()).client(&Purpose::Operator(args.url.clone()))?;
        Ok(Self { base_url: args.url, token: args.token, client })
    }

    /// Sends a JSON body and returns the JSON response.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request =
            self.client.post(self.base_url.join(path)?)?.json(body).header("accept", "application/json");
        let response = request.bearer_auth(self.token.0.expose_secret()).send().await;
        let response = response.with_context(|| format!("{} does not respond", self.base_url))?;
        Ok(error_for_status(response).await?.json().await?)
    }

    /// Streams the events of a turn with a sequence number greater than `after`.
    pub(super) async fn turn_events(&self, turn: &str, after: u64) -> Result<RemoteEvents> {
        let mut url = self.base_url.join("/v1/turns/")?.join(&format!("{turn}/events"))?;
        url.query_pairs_mut().append_pair("after", &after.to_string());
        let request = self.client.get(url)?.header("accept", "text/event-stream");
        let response = request.bearer_auth(self.token.0.expose_secret()).send().await;
        let response = response.with_context(|| format!("{} does not respond", self.base_url))?;
        Ok(RemoteEvents {
            body: Box::pin(error_for_status(response).await?.bytes_stream()),
            buffer: Vec::new(),
        })
    }
}

/// Returns the response if it is successful.
///
/// # Errors
/// Returns the `detail` of the problem document otherwise.
async fn error_for_status(response: reqwest::Response) -> Result<reqwest::Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let problem: Value = response.json().await.unwrap_or_default();
    let detail = problem.get("detail").and_then(Value::as_str).unwrap_or("no reason given");
    bail!("{detail} ({})", status.as_u16())
}

/// A stream of server-sent events (WHATWG HTML, 9.2).
pub(super) struct RemoteEvents {
    body: std::pin::Pin<Box<dyn futures::Stream<Item = reqwest::Result<axum::body::Bytes>> + Send>>,
    buffer: Vec<u8>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RemoteEvent {
    /// The sequence number.
    pub id: Option<u64>,
    pub kind: String,
    /// JSON.
    pub data: String,
}

impl RemoteEvents {
    /// Waits for the next event; `None` at the end of the stream.
    pub(super) async fn next(&mut self) -> Result<Option<RemoteEvent>> {
        loop {
            while let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
                if let Some(event) = parse_event(&String::from_utf8_lossy(&block)) {
                    return Ok(Some(event));
                }
            }
            match self.body.next().await {
                Some(chunk) => self.buffer.extend(chunk?.iter().filter(|byte| **byte != b'\r')),
                None => return Ok(None),
            }
        }
    }
}

/// Parses one block of lines; `None` for a block without data, such as a comment.
fn parse_event(block: &str) -> Option<RemoteEvent> {
    let mut event = RemoteEvent::default();
    for line in block.lines() {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "id" => event.id = value.parse().ok(),
            "event" => value.clone_into(&mut event.kind),
            "data" => {
                if !event.data.is_empty() {
                    event.data.push('\n');
                }
                event.data.push_str(value);
            }
            _ => {}
        }
    }
    (!event.data.is_empty()).then_some(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_with_data_is_an_event_and_a_comment_is_none() {
        let event = parse_event("id: 7\nevent: delta\ndata: {\"a\":1}\n\n").unwrap();
        assert_eq!((event.id, event.kind.as_str(), event.data.as_str()), (Some(7), "delta", "{\"a\":1}"));
        assert_eq!(parse_event(": keep-alive\n\n"), None);
        assert_eq!(parse_event("data:a\ndata: b\n\n").unwrap().data, "a\nb");
    }
}
