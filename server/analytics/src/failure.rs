//! How the engine's failures become the port's.

use datafusion::error::DataFusionError;
use penny_ports::analytics::QueryError;

/// Longest sentence of the engine's that is passed on, in characters.
const MAX_DETAIL_CHARS: usize = 500;

/// Shortens a sentence to what the port allows.
pub fn clip(detail: &str) -> String {
    detail.chars().take(MAX_DETAIL_CHARS).collect()
}

/// Sorts a failure of the engine into the port's kinds.
pub fn sort(error: &DataFusionError) -> QueryError {
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => QueryError::TooLarge,
        root => QueryError::Invalid { detail: clip(&root.strip_backtrace()) },
    }
}
