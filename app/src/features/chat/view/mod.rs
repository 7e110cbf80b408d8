//! The chat on the page: what is drawn, and what keys and pointers do.

mod acts;
mod anchor;
mod attach;
mod blocks;
mod composer;
mod context;
mod copying;
mod edit;
mod first;
mod follow;
mod greeting;
mod list;
mod notice;
mod page;
mod pane;
mod row;
mod thread;
mod titles;
mod tool_card;
mod versions;
mod windowing;
mod words;

pub use context::{OpenChat, provide_open_chat, use_open_chat};
pub use list::fetch_message_list;
pub use page::ChatPage;
pub use thread::Thread;
