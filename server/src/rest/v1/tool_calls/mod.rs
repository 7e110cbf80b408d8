//! Endpoint of tool calls.

pub(super) mod decide;
