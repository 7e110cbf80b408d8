//! Conversion of DataFusion errors to [`QueryError`].

use datafusion::error::DataFusionError;
use penny_ports::analytics::QueryError;

/// Maximum length of an error detail, in characters.
const MAX_DETAIL_CHARS: usize = 500;

/// Truncates a detail to the length that the port allows.
pub fn truncate(detail: &str) -> String {
    detail.chars().take(MAX_DETAIL_CHARS).collect()
}

/// Converts an error of the engine.
pub fn query_error(error: &DataFusionError) -> QueryError {
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => QueryError::TooLarge,
        root => QueryError::Invalid { detail: truncate(&root.strip_backtrace()) },
    }
}
