//! The wire formats: how a request is written and how an answer's bytes become events.
//!
//! A decoder takes bytes as they come, split anywhere, and knows nothing of sockets or time; the
//! same body gives the same events however it was split.

pub(crate) mod lines;
pub(crate) mod ollama;
pub(crate) mod openai_chat;
pub(crate) mod sse;
#[cfg(test)]
mod tests;
pub(crate) mod tool_calls;

use penny_ports::models::{ModelError, ModelEvent};

/// Bytes one event may have.
pub(crate) const MAX_EVENT_BYTES: usize = 1024 * 1024;
/// Bytes the arguments of all tool calls of one answer may have together.
pub(crate) const MAX_ARGUMENT_BYTES: usize = 256 * 1024;

/// Turns an answer's bytes into events.
pub(crate) trait Decoder: Send {
    /// Takes the next bytes and appends the events they complete. After
    /// [`ModelEvent::Finished`] the rest of the body is of no interest.
    fn push(&mut self, bytes: &[u8], events: &mut Vec<ModelEvent>) -> Result<(), ModelError>;

    /// Hears that the body ended; appends what was held back, or says that the answer broke off.
    fn end(&mut self, events: &mut Vec<ModelEvent>) -> Result<(), ModelError>;
}

/// Makes the error for a stream that cannot be understood.
pub(crate) fn broken(detail: impl Into<String>) -> ModelError {
    ModelError::Broken { detail: detail.into() }
}
