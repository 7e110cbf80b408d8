//! `penny turn follow`: prints a turn's events, and reconnects when the stream breaks.

use super::{
    CliContext,
    remote::{ApiClient, RemoteArgs, RemoteEvent},
    write_stderr, write_stdout,
};
use anyhow::Result;
use serde_json::Value;
use std::{process::ExitCode, time::Duration};

/// The maximum number of consecutive failed attempts to reconnect.
const MAX_RECONNECTS: u32 = 10;

#[derive(Debug, clap::Subcommand)]
pub(super) enum TurnCommand {
    /// Print a turn's response as it is generated.
    Follow {
        /// The turn's id.
        turn: String,
        /// The sequence number of the last event already seen.
        #[arg(long, default_value_t = 0)]
        after: u64,
        /// Print each event as one line of JSON instead of the text.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        remote: RemoteArgs,
    },
}

pub(super) async fn run(_context: CliContext, command: TurnCommand) -> Result<ExitCode> {
    let TurnCommand::Follow { turn, after, json, remote } = command;
    follow(&ApiClient::new(remote)?, &turn, after, json).await
}

/// Prints a turn's events up to the terminal one. Returns success if the turn finished.
pub(super) async fn follow(
    client: &ApiClient,
    turn: &str,
    mut after: u64,
    is_json: bool,
) -> Result<ExitCode> {
    let mut failures = 0;
    let mut printer = EventPrinter { is_json, is_at_line_start: true };
    loop {
        let problem = match client.turn_events(turn, after).await {
            Err(error) if failures == 0 => return Err(error),
            Err(error) => error.to_string(),
            Ok(mut events) => loop {
                match events.next().await {
                    Ok(Some(event)) => {
                        failures = 0;
                        after = event.id.unwrap_or(after);
                        printer.print(&event);
                        if let Some(code) = terminal_exit_code(&event.kind) {
                            printer.end_line();
                            return Ok(code);
                        }
                    }
                    Ok(None) => break "the stream ended".to_owned(),
                    Err(error) => break error.to_string(),
                }
            },
        };
        failures += 1;
        if failures > MAX_RECONNECTS {
            anyhow::bail!("{problem}; continue with: penny turn follow {turn} --after {after}");
        }
        tokio::time::sleep(Duration::from_millis(250 * u64::from(failures))).await;
    }
}

fn terminal_exit_code(kind: &str) -> Option<ExitCode> {
    match kind {
        "finished" => Some(ExitCode::SUCCESS),
        "failed" | "stopped" | "interrupted" => Some(ExitCode::FAILURE),
        _ => None,
    }
}

/// Prints events as text or as lines of JSON.
struct EventPrinter {
    is_json: bool,
    is_at_line_start: bool,
}

impl EventPrinter {
    fn print(&mut self, event: &RemoteEvent) {
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        if self.is_json {
            let line = serde_json::json!({ "seq": event.id, "event": event.kind, "data": data });
            write_stdout(&format!("{line}\n"));
            return;
        }
        let text = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
        match event.kind.as_str() {
            "delta" => {
                let delta = text("text");
                write_stdout(delta);
                self.is_at_line_start = delta.ends_with('\n');
            }
            "tool_call" => write_stderr(&format!("· {} {}", text("name"), text("status"))),
            "artifact" => {
                write_stderr(&format!("· {} “{}” {}", text("type"), text("title"), text("artifactId")))
            }
            "approval" => write_stderr("· …"),
            "failed" | "stopped" | "interrupted" => {
                self.end_line();
                write_stderr(&format!("{} {}", event.kind, text("code")));
            }
            _ => {}
        }
    }

    fn end_line(&mut self) {
        if !self.is_json && !self.is_at_line_start {
            write_stdout("\n");
            self.is_at_line_start = true;
        }
    }
}
