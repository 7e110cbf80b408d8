//! Many answers at once: how soon they begin, whether anything is lost, what they weigh.

use crate::{
    client::{Client, Heard},
    servers::Penny,
};
use anyhow::Context;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How the scripted model behaves while first tokens are timed.
const PROBE: &str = "mock-ttft50-itl10-len5";

/// Times to the first words, with the server between and without it.
#[derive(Default)]
pub struct FirstTokens {
    with: Vec<Duration>,
    without: Vec<Duration>,
    /// Plain exchanges with the model server: how fast the machine was meanwhile.
    plain: Vec<Duration>,
}

impl FirstTokens {
    /// What the server adds at the median, in milliseconds.
    pub fn added_ms(&mut self) -> f64 {
        (median(&mut self.with).as_secs_f64() - median(&mut self.without).as_secs_f64()) * 1000.0
    }

    /// What a request that asks for next to nothing takes at the median, in milliseconds.
    pub fn plain_ms(&mut self) -> f64 {
        median(&mut self.plain).as_secs_f64() * 1000.0
    }
}

/// Returns the middle one.
pub fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Asks one after the other, in turns with and without the server.
pub async fn first_tokens_alone(client: &Client, count: usize) -> anyhow::Result<FirstTokens> {
    let mut times = FirstTokens::default();
    for _ in 0..count {
        let conversation = client.conversation().await?;
        times.with.push(client.chat(&conversation, PROBE).await?.first_token);
        times.without.push(client.first_token_without_penny(PROBE).await?);
        times.plain.push(client.plain_exchange().await?);
    }
    Ok(times)
}

/// What became of many streams at once.
pub struct Crowd {
    /// Of the turns that came while the others were open.
    pub first_tokens: FirstTokens,
    /// Events and bytes lost or doubled, and turns that did not finish.
    pub wrong: u64,
    /// The server's, at its height.
    pub memory_mb: f64,
    /// How many events were delivered.
    pub events_per_second: f64,
}

/// Opens `count` streams of 30 tokens a second, and lets new turns arrive at 10 a second while they are open.
pub async fn crowd(client: &Client, penny: &Penny, count: usize) -> anyhow::Result<Crowd> {
    const ARRIVALS: u32 = 200;
    // Long enough to outlast the opening of the streams and the arrivals.
    let seconds = count / 50 + ARRIVALS as usize / 10 + 5;
    let model = format!("mock-ttft50-itl33-len{}", seconds * 30);
    let begun = Instant::now();
    let mut open = JoinSet::new();
    for _ in 0..count {
        let (client, model) = (client.clone(), model.clone());
        let conversation = client.conversation().await?;
        open.spawn(async move { client.chat(&conversation, &model).await });
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    let mut memory_mb: f64 = 0.0;
    let mut arrivals: JoinSet<anyhow::Result<(Duration, Duration)>> = JoinSet::new();
    let mut beat = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..ARRIVALS {
        beat.tick().await;
        memory_mb = memory_mb.max(penny.memory_mb()?);
        let client = client.clone();
        arrivals.spawn(async move {
            let conversation = client.conversation().await?;
            let with = client.chat(&conversation, PROBE).await?.first_token;
            Ok((with, client.first_token_without_penny(PROBE).await?))
        });
    }
    let mut first_tokens = FirstTokens::default();
    while let Some(times) = arrivals.join_next().await {
        let (with, without) = times??;
        first_tokens.with.push(with);
        first_tokens.without.push(without);
    }

    let mut heard = Vec::new();
    while let Some(stream) = open.join_next().await {
        heard.push(stream??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let events: u64 = heard.iter().map(|stream| stream.events).sum();
    let wrong = wrong(client, &heard).await?;
    Ok(Crowd { first_tokens, wrong, memory_mb, events_per_second: events as f64 / seconds })
}

/// Counts what was wrong live, and what a replay tells differently.
async fn wrong(client: &Client, heard: &[Heard]) -> anyhow::Result<u64> {
    let mut wrong = 0;
    for stream in heard {
        wrong += stream.wrong + stream.skipped;
        let again = client.replay(&stream.turn).await.context("a replay")?;
        wrong += again.wrong + u64::from(again.text != stream.text);
    }
    Ok(wrong)
}
