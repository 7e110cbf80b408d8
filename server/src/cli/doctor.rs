//! `penny doctor`

use super::{Session, write};
use crate::doctor::{self, Verdict};
use anyhow::Result;
use std::process::ExitCode;

pub(super) async fn run(session: Session) -> Result<ExitCode> {
    let findings = doctor::examine(session.config(), session.locale).await;
    let mut is_well = true;
    for finding in &findings {
        let mark = match finding.verdict {
            Verdict::Fine => "✓",
            Verdict::Note => "·",
            Verdict::Off => {
                is_well = false;
                "✗"
            }
        };
        write(&format!("{mark} {}: {}\n", finding.name, finding.words));
        if let Some(mend) = &finding.mend {
            write(&format!("    → {mend}\n"));
        }
    }
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
