//! Asking.

pub(super) mod send;
