//! Conversations: a tree of messages, of which one branch is visible.
//!
//! This room lists, opens, renames, searches and throws away conversations, reads their messages in
//! windows, and copies, compares and merges their branches. What else writes into them is the turns room.

mod branches;
mod error;
mod service;
pub(crate) mod store;

pub use error::Error;
pub use service::Conversations;
pub(crate) use service::tell;
