//! Where files are.

use super::lenient;
use serde::Deserialize;
use std::path::PathBuf;

/// The `[data]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The folder of everything that is not in an outside database.
    #[serde(deserialize_with = "lenient::parsed")]
    pub dir: PathBuf,
}

impl Data {
    /// Returns the file of the master key, from which every other key is derived.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.dir.join("master.key")
    }
}
