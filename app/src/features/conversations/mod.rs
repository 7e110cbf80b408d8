//! The left pane: one's conversations, grouped by day, with search, and the ways to begin.

mod actions;
mod list;
mod pane;
mod row;
mod starters;
mod state;

pub(crate) use pane::ConversationsPane;
pub use starters::{STARTERS, Starter};
