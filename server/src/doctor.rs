//! Checks an installation and reports problems with their remedies, in the user's language.
//!
//! Nothing is changed: no migration, no demo data. A probe file in the data folder is deleted again.

mod checks;

use crate::config::{Config, ConfigError};
use penny_types::Locale;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckStatus {
    Passed,
    /// Works, but needs attention.
    Warning,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    /// The localised name of the check.
    pub name: String,
    pub status: CheckStatus,
    pub message: String,
    /// How to solve the problem; absent if the check passed.
    pub remedy: Option<String>,
}

/// Collects localised check results.
#[derive(Debug)]
pub(crate) struct DoctorReport {
    locale: Locale,
    results: Vec<CheckResult>,
}

impl DoctorReport {
    /// Adds a result. Its messages have the keys `doctor-{check}`, `doctor-{check}-{outcome}` and, unless
    /// the check passed, `doctor-{check}-{outcome}-mend`.
    pub(crate) fn add(&mut self, status: CheckStatus, check: &str, outcome: &str, args: &[(&str, &str)]) {
        let text = |key: String| penny_i18n::text(self.locale, &key, args);
        let remedy = (status != CheckStatus::Passed).then(|| text(format!("doctor-{check}-{outcome}-mend")));
        self.results.push(CheckResult {
            name: text(format!("doctor-{check}")),
            status,
            message: text(format!("doctor-{check}-{outcome}")),
            remedy,
        });
    }
}

/// Runs all checks; only the configuration check if the configuration is invalid.
pub async fn run_checks(config: anyhow::Result<Config>, locale: Locale) -> Vec<CheckResult> {
    let mut report = DoctorReport { locale, results: Vec::new() };
    match config {
        Err(error) => {
            let problem =
                error.downcast_ref::<ConfigError>().map_or_else(|| error.to_string(), ToString::to_string);
            report.add(CheckStatus::Failed, "config", "wrong", &[("problem", &problem)]);
        }
        Ok(config) => {
            report.add(CheckStatus::Passed, "config", "fine", &[]);
            checks::address(&config, &mut report).await;
            let is_data_dir_writable = checks::data_dir(&config, &mut report);
            if config.data.dir.exists() {
                checks::disk_space(&config, &mut report).await;
            }
            if is_data_dir_writable || !config.database.is_sqlite() {
                checks::database(&config, &mut report).await;
            }
            checks::clock(&mut report);
            checks::models(&config, &mut report).await;
            checks::openid_providers(&config, &mut report).await;
            checks::sandbox(&mut report).await;
            checks::site(&config, &mut report);
        }
    }
    report.results
}
