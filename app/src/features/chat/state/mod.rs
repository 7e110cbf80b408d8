//! The state of a thread as plain data: no signals, no requests, no clock.
//!
//! Messages are loaded in windows of a path; live messages also change by turn events. Both result in [`Block`]s to
//! render. However the server splits, merges or repeats the events of a turn, the blocks are the same, because text
//! is joined by its offset and everything else by its sequence number.

mod attachment;
mod block;
mod message;
mod segments;
mod sending;
mod thread;

#[cfg(test)]
mod event_tests;
#[cfg(test)]
mod tests;

pub use attachment::{Attachment, UploadState};
pub use block::{Block, ToolCard};
pub use message::{ApplyOutcome, MessageState, MessageStatus, RowKey, TurnProgress};
pub use segments::{RowSegment, segment_rows};
pub use sending::OutgoingMessage;
pub use thread::{BranchPosition, CopyBoundary, ThreadState, TurnCursor};
