//! What a thread looks like, as plain data: no signals, no requests, no clock.
//!
//! Messages come in windows of a path, and live ones grow by events. Both end up as [`Block`]s to draw.
//! The rule that matters: whatever way the server splits, merges or repeats the events of a turn, the
//! blocks are the same, because text is joined by its offset and everything else by its number.

mod attachment;
mod block;
mod message;
mod sending;
mod stretches;
mod thread;

#[cfg(test)]
mod join_tests;
#[cfg(test)]
mod tests;

pub use attachment::{Attachment, Upload};
pub use block::{Block, ToolCard};
pub use message::{Applied, MessageState, Progress, RowKey, Status};
pub use sending::Outgoing;
pub use stretches::{Stretch, parted};
pub use thread::{Branch, Follow, Seam, ThreadState};
