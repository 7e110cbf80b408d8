//! The `[tools]` section: tools that need approval.

use serde::{Deserialize, Deserializer};
use std::collections::HashSet;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolsConfig {
    /// Names of the tools whose every call needs approval.
    #[serde(deserialize_with = "name_list")]
    pub approve: HashSet<String>,
}

/// Deserialises names separated by spaces or commas.
fn name_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HashSet<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(text.split([' ', ',']).filter(|name| !name.is_empty()).map(str::to_owned).collect())
}
