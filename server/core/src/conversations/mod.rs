//! Conversations: trees of messages of which one branch is visible.
//!
//! Lists, searches, reads, changes, deletes and restores conversations, reads their messages in windows, and
//! forks, compares and merges branches. The messages of a turn are written by [`crate::turns`].

mod branches;
mod error;
mod resource;
mod service;
pub(crate) mod store;

pub use error::ConversationError;
pub use resource::ConversationResource;
pub use service::Conversations;
pub(crate) use service::notify_owner;
