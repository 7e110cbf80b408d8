//! Compares the time to open a long and a short conversation, with the page's own GraphQL documents.

use crate::{client::BenchClient, streams::median};
use serde_json::json;
use std::time::{Duration, Instant};

/// A model that sends one token without delay.
const FAST_MODEL: &str = "mock-ttft0-itl0-len1";

/// The documents that the page sends when it opens a conversation.
const CONVERSATION: &str = include_str!("../../../../../app/src/api/ops/conversation.graphql");
const MESSAGES: &str = include_str!("../../../../../app/src/api/ops/messages.graphql");

/// Median times to open the conversations.
pub struct OpeningTimes {
    short_ms: f64,
    pub long_ms: f64,
}

impl OpeningTimes {
    /// Returns the time of the long conversation divided by that of the short one.
    pub fn ratio(&self) -> f64 {
        self.long_ms / self.short_ms
    }
}

/// Creates a conversation of 10 and one of `messages` messages and opens them alternately, 100 times each.
pub async fn measure(client: &BenchClient, messages: usize) -> anyhow::Result<OpeningTimes> {
    let short = create_conversation(client, 10).await?;
    let long = create_conversation(client, messages).await?;
    let (mut short_times, mut long_times) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        short_times.push(open(client, &short).await?);
        long_times.push(open(client, &long).await?);
    }
    Ok(OpeningTimes {
        short_ms: median(&mut short_times).as_secs_f64() * 1000.0,
        long_ms: median(&mut long_times).as_secs_f64() * 1000.0,
    })
}

/// Creates a conversation of that many messages, half of them from the assistant.
async fn create_conversation(client: &BenchClient, messages: usize) -> anyhow::Result<String> {
    let conversation = client.create_conversation().await?;
    for _ in 0..messages / 2 {
        client.chat(&conversation, FAST_MODEL).await?;
    }
    Ok(conversation)
}

async fn open(client: &BenchClient, conversation: &str) -> anyhow::Result<Duration> {
    let started = Instant::now();
    for (query, variables) in [
        (CONVERSATION, json!({ "id": conversation })),
        (MESSAGES, json!({ "conversationId": conversation, "window": { "limit": 40 } })),
    ] {
        let response = client.post("/graphql", &json!({ "query": query, "variables": variables })).await?;
        anyhow::ensure!(response.get("errors").is_none(), "{response}");
    }
    Ok(started.elapsed())
}
