//! Endpoint for sending messages.

pub(super) mod send;
