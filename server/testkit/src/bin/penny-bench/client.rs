//! An integrator's client: REST and server-sent events, and the provider's own wire for comparison.

use anyhow::{Context, bail};
use futures::StreamExt;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Speaks to the server and, for comparison, to the models directly.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    penny: String,
    models: String,
    token: String,
}

/// An answer, as it was heard.
#[derive(Default)]
pub struct Heard {
    /// The turn.
    pub turn: String,
    /// What was said.
    pub text: Vec<u8>,
    /// How many events came.
    pub events: u64,
    /// Numbers that were skipped or came again, bytes that were lost or doubled, ends that were missing.
    pub wrong: u64,
    /// Numbers that did not come; live there must be none, a replay may merge.
    pub skipped: u64,
    /// From sending the message to the first words.
    pub first_token: Duration,
}

impl Client {
    /// Makes a client.
    #[expect(
        clippy::disallowed_methods,
        reason = "it measures from outside, so it does not use the product's client"
    )]
    pub fn new(penny: String, models: String, token: String) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().pool_max_idle_per_host(2_000).no_proxy().build()?;
        Ok(Self { http, penny, models, token })
    }

    /// Asks for `path` and reads its JSON.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.http.post(format!("{}{path}", self.penny)).bearer_auth(&self.token);
        let answer = request.header("accept", "application/json").json(body).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            bail!("{path}: {status} {text}");
        }
        Ok(serde_json::from_str(&text)?)
    }

    /// Begins a conversation.
    pub async fn conversation(&self) -> anyhow::Result<String> {
        let made = self.post("/v1/conversations", &json!({})).await?;
        Ok(made.get("id").and_then(Value::as_str).context("no id")?.to_owned())
    }

    /// Sends a message and listens to the end of its answer.
    pub async fn chat(&self, conversation: &str, model: &str) -> anyhow::Result<Heard> {
        let body = json!({
            "content": "Go on.", "attachments": [], "toolsAllowed": [], "artifactsExpected": [],
            "model": format!("openai/{model}"),
        });
        let path = format!("{}/v1/chat/{conversation}/messages", self.penny);
        let request = self.http.post(path).bearer_auth(&self.token).header("accept", "text/event-stream");
        let sent = Instant::now();
        listen(request.json(&body).send().await?, sent).await
    }

    /// Listens to a turn again, from its beginning.
    pub async fn replay(&self, turn: &str) -> anyhow::Result<Heard> {
        let path = format!("{}/v1/turns/{turn}/events", self.penny);
        let request = self.http.get(path).bearer_auth(&self.token).header("accept", "text/event-stream");
        listen(request.send().await?, Instant::now()).await
    }

    /// Asks the models' server for its list, and returns how long that took.
    pub async fn plain_exchange(&self) -> anyhow::Result<Duration> {
        let sent = Instant::now();
        let answer = self.http.get(format!("{}/models", self.models)).send().await?;
        answer.error_for_status()?.bytes().await?;
        Ok(sent.elapsed())
    }

    /// Asks the models themselves, and returns how long the first words took.
    pub async fn first_token_without_penny(&self, model: &str) -> anyhow::Result<Duration> {
        let body = json!({
            "model": model, "stream": true, "messages": [{ "role": "user", "content": "Go on." }],
        });
        let sent = Instant::now();
        let answer = self.http.post(format!("{}/chat/completions", self.models)).json(&body).send().await?;
        let mut first = None;
        let mut rest = String::new();
        let mut bytes = answer.error_for_status()?.bytes_stream();
        while let Some(piece) = bytes.next().await {
            rest.push_str(&String::from_utf8_lossy(&piece?));
            if first.is_none() && has_words(&rest) {
                first = Some(sent.elapsed());
            }
        }
        first.context("the models said nothing")
    }
}

/// Says whether a body of OpenAI chat completions holds words yet.
fn has_words(body: &str) -> bool {
    body.lines().filter_map(|line| line.strip_prefix("data: ")).any(|data| {
        serde_json::from_str::<Value>(data).is_ok_and(|chunk| {
            chunk
                .pointer("/choices/0/delta/content")
                .and_then(Value::as_str)
                .is_some_and(|text| !text.is_empty())
        })
    })
}

async fn listen(answer: reqwest::Response, sent: Instant) -> anyhow::Result<Heard> {
    if !answer.status().is_success() {
        bail!("{} {}", answer.status(), answer.text().await?);
    }
    let mut heard = Heard::default();
    let mut last = 0;
    let mut is_over = false;
    let mut rest: Vec<u8> = Vec::new();
    let mut bytes = answer.bytes_stream();
    while let Some(piece) = bytes.next().await {
        rest.extend_from_slice(&piece?);
        while let Some(end) = rest.windows(2).position(|pair| pair == b"\n\n") {
            let block: Vec<u8> = rest.drain(..end + 2).collect();
            let block = String::from_utf8(block)?;
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let (Some(kind), Some(data)) = (field("event:"), field("data:")) else { continue };
            let seq: u64 = field("id:").context("an event without a number")?.parse()?;
            // A replay may merge neighbours, so there it is enough that numbers grow.
            heard.wrong += u64::from(seq <= last);
            last = seq;
            heard.events += 1;
            is_over |= heard.take(kind, &serde_json::from_str(data)?, sent);
        }
    }
    heard.wrong += u64::from(!is_over);
    heard.skipped = last.saturating_sub(heard.events);
    Ok(heard)
}

impl Heard {
    /// Takes in one event, and says whether it is the last.
    fn take(&mut self, kind: &str, data: &Value, sent: Instant) -> bool {
        match kind {
            "started" => {
                data.get("turnId").and_then(Value::as_str).unwrap_or_default().clone_into(&mut self.turn);
            }
            "delta" => {
                if self.text.is_empty() {
                    self.first_token = sent.elapsed();
                }
                let offset = data.get("offset").and_then(Value::as_u64);
                self.wrong += u64::from(offset != Some(self.text.len() as u64));
                let text = data.get("text").and_then(Value::as_str).unwrap_or_default();
                self.text.extend_from_slice(text.as_bytes());
            }
            "finished" => {
                let length = data.get("length").and_then(Value::as_u64);
                self.wrong += u64::from(length != Some(self.text.len() as u64));
                return true;
            }
            "failed" | "stopped" | "interrupted" => {
                self.wrong += 1;
                return true;
            }
            _ => {}
        }
        false
    }
}
