//! Sharing: conversations and artifacts shared with a principal, a group or the tenant.
//!
//! Only the owner shares. To view a conversation is to read its messages, with the stored results of its tools, and the
//! artifacts made in it; to edit it is to send messages, each turn under its sender's own rights.

mod error;
mod service;
mod store;

pub use error::SharingError;
pub use service::{SharedResource, Sharing};
