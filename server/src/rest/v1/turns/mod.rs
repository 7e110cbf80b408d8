//! Endpoints of turns.

pub(super) mod events;
pub(super) mod get;
pub(super) mod resume;
pub(super) mod stop;
