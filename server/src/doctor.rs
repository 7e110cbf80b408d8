//! Looks an installation over and says in words what is missing or off, and how to mend it.
//!
//! It changes nothing: no migration, no seed. A probe file in the data folder is removed again.

mod checks;

use crate::config::{Config, ConfigError};
use penny_types::Locale;

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Fine,
    /// Worth knowing; works all the same.
    Note,
    /// Does not work.
    Off,
}

/// What was found about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The thing.
    pub name: String,
    /// How it is.
    pub verdict: Verdict,
    /// What was found.
    pub words: String,
    /// How to mend it.
    pub mend: Option<String>,
}

/// Writes findings in a person's language.
#[derive(Debug)]
pub(crate) struct Report {
    locale: Locale,
    findings: Vec<Finding>,
}

impl Report {
    /// Adds a finding: the sentences are `doctor-{thing}`, `doctor-{thing}-{what}` and, unless all is
    /// well, `doctor-{thing}-{what}-mend`.
    pub(crate) fn add(&mut self, verdict: Verdict, thing: &str, what: &str, args: &[(&str, &str)]) {
        let text = |key: String| penny_words::text(self.locale, &key, args);
        let mend = (verdict != Verdict::Fine).then(|| text(format!("doctor-{thing}-{what}-mend")));
        self.findings.push(Finding {
            name: text(format!("doctor-{thing}")),
            verdict,
            words: text(format!("doctor-{thing}-{what}")),
            mend,
        });
    }
}

/// Looks everything over.
pub async fn examine(config: anyhow::Result<Config>, locale: Locale) -> Vec<Finding> {
    let mut report = Report { locale, findings: Vec::new() };
    match config {
        Err(error) => {
            let words =
                error.downcast_ref::<ConfigError>().map_or_else(|| error.to_string(), ToString::to_string);
            report.add(Verdict::Off, "config", "wrong", &[("problem", &words)]);
        }
        Ok(config) => {
            report.add(Verdict::Fine, "config", "fine", &[]);
            checks::address(&config, &mut report).await;
            let has_place = checks::folder(&config, &mut report);
            if config.data.dir.exists() {
                checks::space(&config, &mut report).await;
            }
            if has_place || !config.database.is_sqlite() {
                checks::database(&config, &mut report).await;
            }
            checks::clock(&mut report);
            checks::models(&config, &mut report).await;
            checks::providers(&config, &mut report).await;
            checks::sandbox(&mut report).await;
            checks::site(&config, &mut report);
        }
    }
    report.findings
}
