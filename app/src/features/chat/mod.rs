//! The chat: a thread of messages, the composer below it, and what a running answer says.
//!
//! `state` is plain and knows no browser; `markdown` makes text safe; `view` draws.

pub mod markdown;
pub mod state;
mod view;

#[cfg(feature = "hydrate")]
pub use view::fetch_message_list;
pub use view::{ChatPage, OpenChat, Thread, provide_open_chat, use_open_chat};
