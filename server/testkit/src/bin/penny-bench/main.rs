//! Measures a running PENNY against the goals of `docs/PERFORMANCE.md`, and prints a table.
//!
//! It starts the given server over an empty folder, with the scripted model server as its provider,
//! and drives it through the public API only. What needs a browser is measured by `end2end/measures.config.ts`;
//! `make bench` runs both.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

mod client;
mod opening;
mod servers;
mod streams;
mod table;

use anyhow::{Context, bail};
use servers::{Models, Penny};
use std::{path::PathBuf, time::Duration};
use table::Row;

/// What is asked for on the command line.
struct Args {
    penny: PathBuf,
    models: PathBuf,
    streams: usize,
    messages: usize,
    json: Option<PathBuf>,
}

impl Args {
    fn read() -> anyhow::Result<Self> {
        let mut args = Self {
            penny: PathBuf::from("target/release/penny"),
            models: PathBuf::from("target/bin/penny-mock-models"),
            streams: 500,
            messages: 5_000,
            json: None,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} wants a value"));
            match word.as_str() {
                "--penny" => args.penny = value()?.into(),
                "--models" => args.models = value()?.into(),
                "--streams" => args.streams = value()?.parse()?,
                "--messages" => args.messages = value()?.parse()?,
                "--json" => args.json = Some(value()?.into()),
                other => bail!(
                    "{other}? I know --penny PATH, --models PATH, --streams N, --messages N, --json FILE"
                ),
            }
        }
        Ok(args)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::read()?;
    // The client is plain http, but will not be built without a provider of cryptography.
    let _ = rustls::crypto::ring::default_provider().install_default();

    let mut rows: Vec<Row> = Vec::new();
    let models = Models::start(&args.models).await?;

    println!("starting on an empty folder, then again on a migrated one");
    let mut penny = Penny::start(&args.penny, models.url()).await?;
    let first = penny.took_to_start;
    let mut starts = Vec::new();
    for _ in 0..5 {
        penny.restart().await?;
        starts.push(penny.took_to_start);
    }
    starts.sort();
    let start = starts.get(starts.len() / 2).copied().unwrap_or_default();
    rows.push(Row::at_most("start to ready, SQLite, migrated", "s", start.as_secs_f64(), 1.0));
    rows.push(Row::said("first start, with the demo company", "s", first.as_secs_f64()));
    tokio::time::sleep(Duration::from_secs(2)).await;
    rows.push(Row::at_most("server memory, idle", "MB", penny.memory_mb()?, 60.0));

    let client = client::Client::new(penny.url(), models.url(), penny.token()?)?;

    println!("time to first token, one stream at a time");
    let mut alone = streams::first_tokens_alone(&client, 200).await?;
    rows.push(Row::at_most("added time to first token, p50, one stream", "ms", alone.added_ms(), 2.0));
    rows.push(Row::said("a plain HTTP exchange meanwhile, p50", "ms", alone.plain_ms()));

    println!("{} streams at 30 tokens a second, and 10 new turns a second meanwhile", args.streams);
    let mut crowd = streams::crowd(&client, &penny, args.streams).await?;
    let title =
        format!("added time to first token, p50, 10 new turns a second while {} are open", args.streams);
    rows.push(Row::at_most(&title, "ms", crowd.first_tokens.added_ms(), 10.0));
    let title = format!("{} streams: events lost or doubled", args.streams);
    rows.push(Row::at_most(&title, "", crowd.wrong as f64, 0.0));
    rows.push(Row::at_most(
        &format!("server memory with {} streams", args.streams),
        "MB",
        crowd.memory_mb,
        250.0,
    ));
    rows.push(Row::said("events delivered meanwhile", "/s", crowd.events_per_second));

    println!("opening a conversation of {} messages", args.messages);
    let opening = opening::measure(&client, args.messages).await?;
    let title = format!("opening a {}-message conversation against a 10-message one", args.messages);
    rows.push(Row::at_most(&title, "times", opening.ratio(), 1.5));
    rows.push(Row::said("opening the long one, server time, p50", "ms", opening.long_ms));

    penny.stop();
    models.stop();
    print!("{}", table::markdown(&rows));
    if let Some(file) = args.json {
        std::fs::write(&file, serde_json::to_vec_pretty(&rows)?)?;
    }
    Ok(())
}
