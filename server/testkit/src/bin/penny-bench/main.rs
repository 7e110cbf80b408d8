//! Measures a running PENNY against the goals of `docs/PERFORMANCE.md`, and prints a table.
//!
//! It starts the server with an empty data folder and the scripted model server as its provider, and uses the
//! public API only. `end2end/benchmarks.config.ts` measures what needs a browser; `make bench` runs both.
#![expect(clippy::print_stdout, reason = "the program prints its results")]

mod client;
mod opening;
mod servers;
mod streams;
mod table;

use anyhow::{Context, bail};
use servers::{ModelServer, PennyServer};
use std::{path::PathBuf, time::Duration};
use table::Measurement;

/// The command line arguments.
struct BenchArgs {
    penny: PathBuf,
    models: PathBuf,
    streams: usize,
    messages: usize,
    json: Option<PathBuf>,
}

impl BenchArgs {
    fn parse() -> anyhow::Result<Self> {
        let mut args = Self {
            penny: PathBuf::from("target/release/penny"),
            models: PathBuf::from("target/bin/penny-mock-models"),
            streams: 500,
            messages: 5_000,
            json: None,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{argument} requires a value"));
            match argument.as_str() {
                "--penny" => args.penny = value()?.into(),
                "--models" => args.models = value()?.into(),
                "--streams" => args.streams = value()?.parse()?,
                "--messages" => args.messages = value()?.parse()?,
                "--json" => args.json = Some(value()?.into()),
                other => bail!(
                    "unknown argument {other}; usage: penny-bench [--penny PATH] [--models PATH] [--streams N] [--messages N] [--json FILE]"
                ),
            }
        }
        Ok(args)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = BenchArgs::parse()?;
    // reqwest needs a crypto provider even for plain HTTP.
    let _ = rustls::crypto::ring::default_provider().install_default();

    let mut measurements: Vec<Measurement> = Vec::new();
    let models = ModelServer::start(&args.models).await?;

    println!("starting with an empty data folder, then with a migrated one");
    let mut penny = PennyServer::start(&args.penny, models.url()).await?;
    let first_start = penny.startup_time;
    let mut starts = Vec::new();
    for _ in 0..5 {
        penny.restart().await?;
        starts.push(penny.startup_time);
    }
    starts.sort();
    let start = starts.get(starts.len() / 2).copied().unwrap_or_default();
    measurements.push(Measurement::at_most(
        "start to ready, SQLite, migrated",
        "s",
        start.as_secs_f64(),
        1.0,
    ));
    measurements.push(Measurement::informational(
        "first start, with the demo company",
        "s",
        first_start.as_secs_f64(),
    ));
    tokio::time::sleep(Duration::from_secs(2)).await;
    measurements.push(Measurement::at_most("server memory, idle", "MB", penny.memory_mb()?, 60.0));

    let client = client::BenchClient::new(penny.url(), models.url(), penny.create_token()?)?;

    println!("time to first token, one stream at a time");
    let mut one_at_a_time = streams::measure_one_at_a_time(&client, 200).await?;
    measurements.push(Measurement::at_most(
        "added time to first token, p50, one stream",
        "ms",
        one_at_a_time.added_ms(),
        2.0,
    ));
    measurements.push(Measurement::informational(
        "a minimal HTTP request meanwhile, p50",
        "ms",
        one_at_a_time.baseline_ms(),
    ));

    println!("{} streams at 30 tokens a second, and 10 new turns a second at the same time", args.streams);
    let mut concurrent = streams::measure_concurrent(&client, &penny, args.streams).await?;
    let title =
        format!("added time to first token, p50, 10 new turns a second while {} are open", args.streams);
    measurements.push(Measurement::at_most(&title, "ms", concurrent.first_tokens.added_ms(), 10.0));
    let title = format!("{} streams: events lost or duplicated", args.streams);
    measurements.push(Measurement::at_most(&title, "", concurrent.error_count as f64, 0.0));
    measurements.push(Measurement::at_most(
        &format!("server memory with {} streams", args.streams),
        "MB",
        concurrent.memory_mb,
        250.0,
    ));
    measurements.push(Measurement::informational(
        "events delivered meanwhile",
        "/s",
        concurrent.events_per_second,
    ));

    println!("opening a conversation of {} messages", args.messages);
    let opening = opening::measure(&client, args.messages).await?;
    let title = format!("opening a {}-message conversation against a 10-message one", args.messages);
    measurements.push(Measurement::at_most(&title, "times", opening.ratio(), 1.5));
    measurements.push(Measurement::informational(
        "opening the long one, server time, p50",
        "ms",
        opening.long_ms,
    ));

    penny.stop();
    models.stop();
    print!("{}", table::markdown(&measurements));
    if let Some(file) = args.json {
        std::fs::write(&file, serde_json::to_vec_pretty(&measurements)?)?;
    }
    Ok(())
}
