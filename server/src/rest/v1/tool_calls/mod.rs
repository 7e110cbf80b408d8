//! Calls of tools.

pub(super) mod decide;
