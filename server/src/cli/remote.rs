//! Speaking to a running PENNY over its REST door, as anybody's program would.

use anyhow::{Context, Result, bail};
use futures::StreamExt;
use penny_net::{ClientFactory, HttpClient, Policy, Purpose};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

/// Where PENNY is and who asks.
#[derive(Debug, clap::Args)]
pub(super) struct Where {
    /// PENNY's address.
    #[arg(long, env = "PENNY_URL", default_value = "http://127.0.0.1:3000")]
    url: Url,
    /// A personal access token; `penny token create` makes one.
    #[arg(long, env = "PENNY_TOKEN", hide_env_values = true)]
    token: Token,
}

/// A token, never printed.
#[derive(Clone)]
struct Token(SecretString);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

impl std::str::FromStr for Token {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(SecretString::from(text.to_owned())))
    }
}

/// A running PENNY.
#[derive(Debug)]
pub(super) struct Remote {
    base: Url,
    token: Token,
    client: HttpClient,
}

impl Remote {
    pub(super) fn new(place: Where) -> Result<Self> {
        let client = ClientFactory::new(Policy::default()).client(&Purpose::Operator(place.url.clone()))?;
        Ok(Self { base: place.url, token: place.token, client })
    }

    /// Sends a body and reads JSON.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request =
            self.client.post(self.base.join(path)?)?.json(body).header("accept", "application/json");
        let response = request.bearer_auth(self.token.0.expose_secret()).send().await;
        let response = response.with_context(|| format!("{} does not answer", self.base))?;
        Ok(checked(response).await?.json().await?)
    }

    /// Opens a stream of server-sent events after a number.
    pub(super) async fn events(&self, turn: &str, after: u64) -> Result<Events> {
        let mut url = self.base.join("/v1/turns/")?.join(&format!("{turn}/events"))?;
        url.query_pairs_mut().append_pair("after", &after.to_string());
        let request = self.client.get(url)?.header("accept", "text/event-stream");
        let response = request.bearer_auth(self.token.0.expose_secret()).send().await;
        let response = response.with_context(|| format!("{} does not answer", self.base))?;
        Ok(Events { body: Box::pin(checked(response).await?.bytes_stream()), buffer: Vec::new() })
    }
}

/// Reads a problem out of an answer that is one.
async fn checked(response: reqwest::Response) -> Result<reqwest::Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let problem: Value = response.json().await.unwrap_or_default();
    let detail = problem.get("detail").and_then(Value::as_str).unwrap_or("no reason given");
    bail!("{detail} ({})", status.as_u16())
}

/// Server-sent events, one after another (WHATWG HTML, 9.2).
pub(super) struct Events {
    body: std::pin::Pin<Box<dyn futures::Stream<Item = reqwest::Result<axum::body::Bytes>> + Send>>,
    buffer: Vec<u8>,
}

/// One event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// Its number.
    pub id: Option<u64>,
    /// Its kind.
    pub kind: String,
    /// Its JSON.
    pub data: String,
}

impl Events {
    /// Waits for the next event; none when the stream has ended.
    pub(super) async fn next(&mut self) -> Result<Option<Event>> {
        loop {
            while let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
                if let Some(event) = parse(&String::from_utf8_lossy(&block)) {
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

/// Reads one block of lines; a comment alone is no event.
fn parse(block: &str) -> Option<Event> {
    let mut event = Event::default();
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
    fn a_block_becomes_an_event_and_a_comment_none() {
        let event = parse("id: 7\nevent: delta\ndata: {\"a\":1}\n\n").unwrap();
        assert_eq!((event.id, event.kind.as_str(), event.data.as_str()), (Some(7), "delta", "{\"a\":1}"));
        assert_eq!(parse(": keep-alive\n\n"), None);
        assert_eq!(parse("data:a\ndata: b\n\n").unwrap().data, "a\nb");
    }
}
