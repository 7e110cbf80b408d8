//! `penny doctor`: checks the installation and prints the results.

use super::{CliContext, write_stdout};
use crate::doctor::{self, CheckStatus};
use anyhow::Result;
use std::process::ExitCode;

pub(super) async fn run(context: CliContext) -> Result<ExitCode> {
    let results = doctor::run_checks(context.config(), context.locale).await;
    let mut has_passed = true;
    for result in &results {
        let mark = match result.status {
            CheckStatus::Passed => "✓",
            CheckStatus::Warning => "·",
            CheckStatus::Failed => {
                has_passed = false;
                "✗"
            }
        };
        write_stdout(&format!("{mark} {}: {}\n", result.name, result.message));
        if let Some(remedy) = &result.remedy {
            write_stdout(&format!("    → {remedy}\n"));
        }
    }
    Ok(if has_passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
