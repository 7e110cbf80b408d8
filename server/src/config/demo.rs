//! The demo company.

use super::lenient;
use serde::Deserialize;

/// The `[demo]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demo {
    /// Whether to install it into an empty installation.
    #[serde(deserialize_with = "lenient::parsed")]
    pub enabled: bool,
}
