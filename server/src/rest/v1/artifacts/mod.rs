//! Results with a history, an address and a life of their own.

pub(super) mod content;
pub(super) mod create;
pub(super) mod get;
mod pieces;
