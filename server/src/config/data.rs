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
