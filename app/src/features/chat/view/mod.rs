//! The chat user interface: components, input handling and the reactive thread.

mod actions;
mod attachments;
mod blocks;
mod composer;
mod copy_code;
mod edit;
mod first_message;
mod greeting;
mod list;
mod markdown_text;
mod notice;
mod open_chat;
mod page;
mod pane;
mod row;
mod scroll_anchor;
mod thread;
mod title;
mod tool_card;
mod turn_events;
mod versions;
mod windowing;

pub use list::preload_message_list;
pub use open_chat::{OpenChat, provide_open_chat, use_open_chat};
pub use page::ChatPage;
pub use thread::Thread;
