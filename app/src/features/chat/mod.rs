//! The chat: a thread of messages and the composer below it.
//!
//! `state` is plain data without browser APIs, `markdown` renders text as safe HTML, and `view` has the components.

pub mod markdown;
pub mod state;
mod view;

pub use view::{ChatPage, OpenChat, Thread, preload_message_list, provide_open_chat, use_open_chat};
