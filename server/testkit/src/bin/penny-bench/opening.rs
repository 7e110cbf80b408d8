//! Opening a long conversation against opening a short one, as the page asks for it.

use crate::{client::Client, streams::median};
use serde_json::json;
use std::time::{Duration, Instant};

/// A model that answers at once with one word.
const QUICK: &str = "mock-ttft0-itl0-len1";

/// What the page asks for when it opens a conversation.
const CONVERSATION: &str = include_str!("../../../../../app/src/api/ops/conversation.graphql");

/// And for the messages it shows first.
const MESSAGES: &str = include_str!("../../../../../app/src/api/ops/messages.graphql");

/// How long each took, at the median.
pub struct Opening {
    short_ms: f64,
    /// The long one.
    pub long_ms: f64,
}

impl Opening {
    /// How many times as long the long one took.
    pub fn ratio(&self) -> f64 {
        self.long_ms / self.short_ms
    }
}

/// Makes both conversations and opens them in turns.
pub async fn measure(client: &Client, messages: usize) -> anyhow::Result<Opening> {
    let short = talk(client, 10).await?;
    let long = talk(client, messages).await?;
    let (mut shorts, mut longs) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        shorts.push(open(client, &short).await?);
        longs.push(open(client, &long).await?);
    }
    Ok(Opening {
        short_ms: median(&mut shorts).as_secs_f64() * 1000.0,
        long_ms: median(&mut longs).as_secs_f64() * 1000.0,
    })
}

/// Makes a conversation of so many messages, half of them answers.
async fn talk(client: &Client, messages: usize) -> anyhow::Result<String> {
    let conversation = client.conversation().await?;
    for _ in 0..messages / 2 {
        client.chat(&conversation, QUICK).await?;
    }
    Ok(conversation)
}

async fn open(client: &Client, conversation: &str) -> anyhow::Result<Duration> {
    let asked = Instant::now();
    for (query, variables) in [
        (CONVERSATION, json!({ "id": conversation })),
        (MESSAGES, json!({ "conversationId": conversation, "window": { "limit": 40 } })),
    ] {
        let answer = client.post("/graphql", &json!({ "query": query, "variables": variables })).await?;
        anyhow::ensure!(answer.get("errors").is_none(), "{answer}");
    }
    Ok(asked.elapsed())
}
