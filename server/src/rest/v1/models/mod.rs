//! The models one may ask.

pub(super) mod list;
