//! Conversations: a tree of messages, of which one branch is visible.
//!
//! This room lists, opens, renames, searches and throws away conversations, and reads their messages
//! in windows. What writes into them is the turns room.

mod error;
mod service;
pub(crate) mod store;

pub use error::Error;
pub use service::Conversations;
pub(crate) use service::tell;
