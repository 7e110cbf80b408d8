//! Streams: time to first token, lost or duplicated events, and memory under load.

use crate::{
    client::{BenchClient, StreamResult},
    servers::PennyServer,
};
use anyhow::Context;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// The scripted model used to measure the time to first token.
const PROBE_MODEL: &str = "mock-ttft50-itl10-len5";

/// Times to first token, through the server and directly from the model server.
#[derive(Default)]
pub struct FirstTokens {
    through_penny: Vec<Duration>,
    direct: Vec<Duration>,
    /// Times of minimal HTTP requests: a baseline for the speed of the machine meanwhile.
    baseline: Vec<Duration>,
}

impl FirstTokens {
    /// Returns the median time that the server adds, in milliseconds.
    pub fn added_ms(&mut self) -> f64 {
        (median(&mut self.through_penny).as_secs_f64() - median(&mut self.direct).as_secs_f64()) * 1000.0
    }

    /// Returns the median time of a minimal HTTP request, in milliseconds.
    pub fn baseline_ms(&mut self) -> f64 {
        median(&mut self.baseline).as_secs_f64() * 1000.0
    }
}

pub fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Measures one stream at a time, alternately through the server and directly.
pub async fn measure_one_at_a_time(client: &BenchClient, count: usize) -> anyhow::Result<FirstTokens> {
    let mut times = FirstTokens::default();
    for _ in 0..count {
        let conversation = client.create_conversation().await?;
        times.through_penny.push(client.chat(&conversation, PROBE_MODEL).await?.time_to_first_token);
        times.direct.push(client.first_token_without_penny(PROBE_MODEL).await?);
        times.baseline.push(client.model_list_time().await?);
    }
    Ok(times)
}

/// Results of many concurrent streams.
pub struct ConcurrentStreams {
    /// Measured on turns that start while the other streams are open.
    pub first_tokens: FirstTokens,
    /// Number of events and bytes lost or duplicated, and of turns that did not finish.
    pub error_count: u64,
    /// Peak memory of the server.
    pub memory_mb: f64,
    pub events_per_second: f64,
}

/// Opens `count` streams of 30 tokens a second, and starts 10 new turns a second while they are open.
pub async fn measure_concurrent(
    client: &BenchClient,
    penny: &PennyServer,
    count: usize,
) -> anyhow::Result<ConcurrentStreams> {
    const ARRIVALS: u32 = 200;
    // Longer than opening the streams and starting the new turns takes.
    let seconds = count / 50 + ARRIVALS as usize / 10 + 5;
    let model = format!("mock-ttft50-itl33-len{}", seconds * 30);
    let started = Instant::now();
    let mut open = JoinSet::new();
    for _ in 0..count {
        let (client, model) = (client.clone(), model.clone());
        let conversation = client.create_conversation().await?;
        open.spawn(async move { client.chat(&conversation, &model).await });
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    let mut memory_mb: f64 = 0.0;
    let mut arrivals: JoinSet<anyhow::Result<(Duration, Duration)>> = JoinSet::new();
    let mut interval = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..ARRIVALS {
        interval.tick().await;
        memory_mb = memory_mb.max(penny.memory_mb()?);
        let client = client.clone();
        arrivals.spawn(async move {
            let conversation = client.create_conversation().await?;
            let through_penny = client.chat(&conversation, PROBE_MODEL).await?.time_to_first_token;
            Ok((through_penny, client.first_token_without_penny(PROBE_MODEL).await?))
        });
    }
    let mut first_tokens = FirstTokens::default();
    while let Some(times) = arrivals.join_next().await {
        let (through_penny, direct) = times??;
        first_tokens.through_penny.push(through_penny);
        first_tokens.direct.push(direct);
    }

    let mut results = Vec::new();
    while let Some(stream) = open.join_next().await {
        results.push(stream??);
    }
    let seconds = started.elapsed().as_secs_f64();
    let events: u64 = results.iter().map(|result| result.event_count).sum();
    let error_count = count_errors(client, &results).await?;
    Ok(ConcurrentStreams { first_tokens, error_count, memory_mb, events_per_second: events as f64 / seconds })
}

/// Counts the errors of the live streams and the differences of their replays.
async fn count_errors(client: &BenchClient, results: &[StreamResult]) -> anyhow::Result<u64> {
    let mut error_count = 0;
    for live in results {
        error_count += live.error_count + live.skipped_count;
        let replay = client.replay(&live.turn_id).await.context("cannot replay a turn")?;
        error_count += replay.error_count + u64::from(replay.text != live.text);
    }
    Ok(error_count)
}
