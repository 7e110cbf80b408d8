//! Endpoints of tools.

pub(super) mod invoke;
pub(super) mod list;
