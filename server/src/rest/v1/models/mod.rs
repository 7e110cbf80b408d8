//! Endpoint of models.

pub(super) mod list;
