//! Endpoints of conversations and their messages.

pub(super) mod compare;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod fork;
pub(super) mod get;
pub(super) mod list;
pub(super) mod merge;
pub(super) mod messages;
pub(super) mod shares;
pub(super) mod update;
