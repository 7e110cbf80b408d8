//! The `[data]` section: the data folder.

use super::lenient;
use serde::Deserialize;
use std::path::PathBuf;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// The folder for everything that is not stored in an external database.
    #[serde(deserialize_with = "lenient::parsed")]
    pub dir: PathBuf,
}

impl DataConfig {
    /// Returns the path of the master key, from which all other keys are derived.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.dir.join("master.key")
    }
}
