//! What the assistant may do.

pub(super) mod invoke;
pub(super) mod list;
