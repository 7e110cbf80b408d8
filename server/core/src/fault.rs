//! How a room's error becomes what a client is told.

use penny_types::Fault;

/// Turns an error of a room into a fault: the code, the sentence and the fields, never the cause.
pub trait ToFault: std::error::Error + Send + Sync + 'static {
    /// Returns the fault a client may see.
    fn to_fault(&self) -> Fault;
}
