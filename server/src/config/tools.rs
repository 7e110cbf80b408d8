//! What the assistant may do on its own.

use serde::{Deserialize, Deserializer};
use std::collections::HashSet;

/// The `[tools]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tools {
    /// Names of tools whose every call a person must approve.
    #[serde(deserialize_with = "names")]
    pub approve: HashSet<String>,
}

fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HashSet<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(text.split([' ', ',']).filter(|name| !name.is_empty()).map(str::to_owned).collect())
}
