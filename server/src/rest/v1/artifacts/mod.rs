//! Endpoints of artifacts.

pub(super) mod content;
pub(super) mod create;
pub(super) mod get;
mod ranges;
pub(super) mod shares;
