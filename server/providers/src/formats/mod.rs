//! Wire formats: encoding of requests and decoding of response streams.
//!
//! A decoder accepts bytes in chunks of any size and performs no I/O; the same body gives the same
//! events however it is split.

pub(crate) mod line_splitter;
pub(crate) mod ollama;
pub(crate) mod openai_chat;
pub(crate) mod sse;
#[cfg(test)]
mod tests;
pub(crate) mod tool_calls;

use penny_ports::models::{ModelError, ModelEvent};

/// Maximum size of one event in bytes.
pub(crate) const MAX_EVENT_BYTES: usize = 1024 * 1024;
/// Maximum total size of the tool call arguments of one response in bytes.
pub(crate) const MAX_ARGUMENT_BYTES: usize = 256 * 1024;

/// Decodes the bytes of a response into events.
pub(crate) trait StreamDecoder: Send {
    /// Decodes the next bytes and appends the completed events. Bytes after
    /// [`ModelEvent::Finished`] can be skipped.
    fn push(&mut self, bytes: &[u8], events: &mut Vec<ModelEvent>) -> Result<(), ModelError>;

    /// Ends the body and appends the remaining events.
    ///
    /// # Errors
    /// When the response is incomplete.
    fn end(&mut self, events: &mut Vec<ModelEvent>) -> Result<(), ModelError>;
}

/// Returns a [`ModelError::StreamFailed`].
pub(crate) fn stream_failed(detail: impl Into<String>) -> ModelError {
    ModelError::StreamFailed { detail: detail.into() }
}
