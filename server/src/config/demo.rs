//! The `[demo]` section: the demo company.

use super::lenient;
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoConfig {
    /// Whether to install the demo company in an empty installation.
    #[serde(deserialize_with = "lenient::parsed")]
    pub enabled: bool,
}
