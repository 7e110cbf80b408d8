//! The audit trail: who did what, under which policies, and how it ended.
//!
//! The act's own transaction appends a record; the sequencer chains each tenant's records a moment
//! later and signs where the chain ends, so that a change to any of them shows, and `penny doctor` looks
//! whether one was made. Reading the trail back is for the console.

mod chain;
mod head;
mod record;

pub use chain::{Sequencer, Trail, verify};
pub use record::{Record, add, record};
