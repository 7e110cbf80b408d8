//! A client of the public REST API and its server-sent events, and of the model server for comparison.

use anyhow::{Context, bail};
use futures::StreamExt;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Sends requests to the server and, for comparison, directly to the model server.
#[derive(Clone)]
pub struct BenchClient {
    http: reqwest::Client,
    penny_url: String,
    models_url: String,
    token: String,
}

/// What a client received of one turn's event stream.
#[derive(Default)]
pub struct StreamResult {
    pub turn_id: String,
    pub text: Vec<u8>,
    pub event_count: u64,
    /// Number of errors: sequence numbers out of order, text bytes lost or duplicated, a missing or failed
    /// end.
    pub error_count: u64,
    /// Number of gaps in the sequence numbers: an error in a live stream, allowed in a replay, which merges
    /// events.
    pub skipped_count: u64,
    /// Time from sending the message to the first text.
    pub time_to_first_token: Duration,
}

impl BenchClient {
    #[expect(clippy::disallowed_methods, reason = "the benchmark measures as an external client")]
    pub fn new(penny_url: String, models_url: String, token: String) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().pool_max_idle_per_host(2_000).no_proxy().build()?;
        Ok(Self { http, penny_url, models_url, token })
    }

    /// Sends a POST request and returns the JSON of the response.
    ///
    /// # Errors
    /// When the status is not a success.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.http.post(format!("{}{path}", self.penny_url)).bearer_auth(&self.token);
        let response = request.header("accept", "application/json").json(body).send().await?;
        let status = response.status();
        let text = response.text().await?;
        if !status.is_success() {
            bail!("{path}: {status} {text}");
        }
        Ok(serde_json::from_str(&text)?)
    }

    /// Creates a conversation and returns its id.
    pub async fn create_conversation(&self) -> anyhow::Result<String> {
        let created = self.post("/v1/conversations", &json!({})).await?;
        Ok(created.get("id").and_then(Value::as_str).context("no id")?.to_owned())
    }

    /// Sends a message and reads the event stream to its end.
    pub async fn chat(&self, conversation: &str, model: &str) -> anyhow::Result<StreamResult> {
        let body = json!({
            "content": "Go on.", "attachments": [], "toolsAllowed": [], "artifactsExpected": [],
            "model": format!("openai/{model}"),
        });
        let path = format!("{}/v1/chat/{conversation}/messages", self.penny_url);
        let request = self.http.post(path).bearer_auth(&self.token).header("accept", "text/event-stream");
        let sent = Instant::now();
        read_stream(request.json(&body).send().await?, sent).await
    }

    /// Reads the events of a turn again, from the first.
    pub async fn replay(&self, turn_id: &str) -> anyhow::Result<StreamResult> {
        let path = format!("{}/v1/turns/{turn_id}/events", self.penny_url);
        let request = self.http.get(path).bearer_auth(&self.token).header("accept", "text/event-stream");
        read_stream(request.send().await?, Instant::now()).await
    }

    /// Returns how long the model server takes to return its model list: the cost of a minimal HTTP request.
    pub async fn model_list_time(&self) -> anyhow::Result<Duration> {
        let sent = Instant::now();
        let response = self.http.get(format!("{}/models", self.models_url)).send().await?;
        response.error_for_status()?.bytes().await?;
        Ok(sent.elapsed())
    }

    /// Sends a message directly to the model server and returns the time to the first text.
    pub async fn first_token_without_penny(&self, model: &str) -> anyhow::Result<Duration> {
        let body = json!({
            "model": model, "stream": true, "messages": [{ "role": "user", "content": "Go on." }],
        });
        let sent = Instant::now();
        let response =
            self.http.post(format!("{}/chat/completions", self.models_url)).json(&body).send().await?;
        let mut first = None;
        let mut rest = String::new();
        let mut bytes = response.error_for_status()?.bytes_stream();
        while let Some(bytes_chunk) = bytes.next().await {
            rest.push_str(&String::from_utf8_lossy(&bytes_chunk?));
            if first.is_none() && has_text(&rest) {
                first = Some(sent.elapsed());
            }
        }
        first.context("the model server sent no text")
    }
}

/// Returns whether a stream of OpenAI chat completion chunks contains text yet.
fn has_text(body: &str) -> bool {
    body.lines().filter_map(|line| line.strip_prefix("data: ")).any(|data| {
        serde_json::from_str::<Value>(data).is_ok_and(|chunk| {
            chunk
                .pointer("/choices/0/delta/content")
                .and_then(Value::as_str)
                .is_some_and(|text| !text.is_empty())
        })
    })
}

async fn read_stream(response: reqwest::Response, sent: Instant) -> anyhow::Result<StreamResult> {
    if !response.status().is_success() {
        bail!("{} {}", response.status(), response.text().await?);
    }
    let mut result = StreamResult::default();
    let mut last = 0;
    let mut is_finished = false;
    let mut rest: Vec<u8> = Vec::new();
    let mut bytes = response.bytes_stream();
    while let Some(bytes_chunk) = bytes.next().await {
        rest.extend_from_slice(&bytes_chunk?);
        while let Some(end) = rest.windows(2).position(|pair| pair == b"\n\n") {
            let block: Vec<u8> = rest.drain(..end + 2).collect();
            let block = String::from_utf8(block)?;
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let (Some(kind), Some(data)) = (field("event:"), field("data:")) else { continue };
            let seq: u64 = field("id:").context("an event without an id")?.parse()?;
            // A replay may merge adjacent events, so sequence numbers must increase but may have gaps.
            result.error_count += u64::from(seq <= last);
            last = seq;
            result.event_count += 1;
            is_finished |= result.apply(kind, &serde_json::from_str(data)?, sent);
        }
    }
    result.error_count += u64::from(!is_finished);
    result.skipped_count = last.saturating_sub(result.event_count);
    Ok(result)
}

impl StreamResult {
    /// Applies one event and returns whether it is the last.
    fn apply(&mut self, kind: &str, data: &Value, sent: Instant) -> bool {
        match kind {
            "started" => {
                data.get("turnId").and_then(Value::as_str).unwrap_or_default().clone_into(&mut self.turn_id);
            }
            "delta" => {
                if self.text.is_empty() {
                    self.time_to_first_token = sent.elapsed();
                }
                let offset = data.get("offset").and_then(Value::as_u64);
                self.error_count += u64::from(offset != Some(self.text.len() as u64));
                let text = data.get("text").and_then(Value::as_str).unwrap_or_default();
                self.text.extend_from_slice(text.as_bytes());
            }
            "finished" => {
                let length = data.get("length").and_then(Value::as_u64);
                self.error_count += u64::from(length != Some(self.text.len() as u64));
                return true;
            }
            "failed" | "stopped" | "interrupted" => {
                self.error_count += 1;
                return true;
            }
            _ => {}
        }
        false
    }
}
