//! What is logged and traced.

use super::lenient;
use serde::Deserialize;
use url::Url;

/// For whom the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// People at a terminal.
    Pretty,
    /// Machines: one JSON object a line.
    Json,
}

/// The `[telemetry]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// For whom the log is written.
    pub log_format: LogFormat,
    /// Which lines are written.
    pub log_filter: String,
    /// Where traces go.
    #[serde(deserialize_with = "lenient::optional_parsed")]
    pub otlp_endpoint: Option<Url>,
}

impl Telemetry {
    pub(super) fn validate(&self, problems: &mut Vec<String>) {
        if let Err(error) = self.log_filter.parse::<tracing_subscriber::EnvFilter>() {
            problems.push(format!("telemetry.log_filter: {error}"));
        }
    }
}
