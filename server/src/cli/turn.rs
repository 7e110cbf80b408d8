//! `penny turn follow`: a turn's events from any number on, resuming by itself when cut off.

use super::{
    Session,
    remote::{Event, Remote, Where},
    say, write,
};
use anyhow::Result;
use serde_json::Value;
use std::{process::ExitCode, time::Duration};

/// How often a cut stream is taken up again before giving up.
const ATTEMPTS: u32 = 10;

/// What to do with turns.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Prints a turn's answer as it comes.
    Follow {
        /// The turn's id.
        turn: String,
        /// The number of the last event already seen.
        #[arg(long, default_value_t = 0)]
        after: u64,
        /// Prints each event as a line of JSON instead of the words.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
}

pub(super) async fn run(_session: Session, command: Command) -> Result<ExitCode> {
    let Command::Follow { turn, after, json, place } = command;
    follow(&Remote::new(place)?, &turn, after, json).await
}

/// Prints a turn to its end. The exit code says whether it finished.
pub(super) async fn follow(remote: &Remote, turn: &str, mut after: u64, as_json: bool) -> Result<ExitCode> {
    let mut failures = 0;
    let mut printer = Printer { as_json, at_line_start: true };
    loop {
        let cut = match remote.events(turn, after).await {
            Err(error) if failures == 0 => return Err(error),
            Err(error) => error.to_string(),
            Ok(mut events) => loop {
                match events.next().await {
                    Ok(Some(event)) => {
                        failures = 0;
                        after = event.id.unwrap_or(after);
                        printer.print(&event);
                        if let Some(code) = ending(&event.kind) {
                            printer.end();
                            return Ok(code);
                        }
                    }
                    Ok(None) => break "the stream ended".to_owned(),
                    Err(error) => break error.to_string(),
                }
            },
        };
        failures += 1;
        if failures > ATTEMPTS {
            anyhow::bail!("{cut}; continue with: penny turn follow {turn} --after {after}");
        }
        tokio::time::sleep(Duration::from_millis(250 * u64::from(failures))).await;
    }
}

fn ending(kind: &str) -> Option<ExitCode> {
    match kind {
        "finished" => Some(ExitCode::SUCCESS),
        "failed" | "stopped" | "interrupted" => Some(ExitCode::FAILURE),
        _ => None,
    }
}

/// Prints events as words or as lines of JSON.
struct Printer {
    as_json: bool,
    at_line_start: bool,
}

impl Printer {
    fn print(&mut self, event: &Event) {
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        if self.as_json {
            let line = serde_json::json!({ "seq": event.id, "event": event.kind, "data": data });
            write(&format!("{line}\n"));
            return;
        }
        let text = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
        match event.kind.as_str() {
            "delta" => {
                let words = text("text");
                write(words);
                self.at_line_start = words.ends_with('\n');
            }
            "tool_call" => say(&format!("· {} {}", text("name"), text("status"))),
            "artifact" => say(&format!("· {} “{}” {}", text("type"), text("title"), text("artifactId"))),
            "approval" => say("· …"),
            "failed" | "stopped" | "interrupted" => {
                self.end();
                say(&format!("{} {}", event.kind, text("code")));
            }
            _ => {}
        }
    }

    fn end(&mut self) {
        if !self.as_json && !self.at_line_start {
            write("\n");
            self.at_line_start = true;
        }
    }
}
