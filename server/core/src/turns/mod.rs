//! Turns: one answer to one message, owned by the server, not by the tab that asked.
//!
//! A turn is a persisted state machine of steps. Its events are numbered, published on the bus as
//! they happen, checkpointed together twice a second and more, and folded into the message's parts
//! when it is over. This room begins, runs, follows, stops, continues and recovers turns.

mod checkpoint;
mod coalesce;
mod draft;
mod error;
mod filters;
mod launch;
mod live;
mod prompt;
mod record;
mod recovery;
mod rules;
mod runner;
mod service;
mod settle;
mod store;
mod submit;
mod tail;

pub use draft::Draft;
pub use error::Error;
pub use filters::{Filter, Filters};
pub use record::{Record, merge};
pub use service::{TurnEvents, Turns};
pub(crate) use store::{checkpointed, request_stop};
/// Steps, written by whatever room does what they are.
pub(crate) mod steps {
    pub(crate) use super::store::{Step, close_step, open_step, run_step};
}
