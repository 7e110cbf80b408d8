//! The `[telemetry]` section: logging and tracing.

use super::lenient;
use serde::Deserialize;
use url::Url;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Human-readable lines.
    Pretty,
    /// One JSON object per line.
    Json,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelemetryConfig {
    pub log_format: LogFormat,
    /// An `EnvFilter` directive.
    pub log_filter: String,
    /// The OTLP collector's HTTP address; no traces are exported when absent.
    #[serde(deserialize_with = "lenient::optional_parsed")]
    pub otlp_endpoint: Option<Url>,
}

impl TelemetryConfig {
    pub(super) fn validate(&self, problems: &mut Vec<String>) {
        if let Err(error) = self.log_filter.parse::<tracing_subscriber::EnvFilter>() {
            problems.push(format!("telemetry.log_filter: {error}"));
        }
    }
}
