//! Conversations and their messages.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod get;
pub(super) mod list;
pub(super) mod messages;
pub(super) mod update;
