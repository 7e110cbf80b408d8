//! The chat: a thread of messages, the composer below it, and what a running answer says.
//!
//! `state` is plain and knows no browser; `markdown` makes text safe; `view` draws.

pub mod markdown;
pub mod state;
mod view;

pub use view::{ChatPage, OpenChat, Thread, fetch_message_list, provide_open_chat, use_open_chat};
