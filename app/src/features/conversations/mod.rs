//! The left pane: the user's conversations by day, search, dashboards and starters.

mod actions;
mod list;
mod pane;
mod row;
mod starters;
mod state;

pub(crate) use pane::ConversationsPane;
pub use starters::{STARTERS, Starter};
