//! Turns: the generation of one assistant message, run by the server independently of the client's
//! connection.
//!
//! A turn is a persisted state machine of steps. Its events are numbered, published on the bus immediately,
//! checkpointed periodically and folded into the parts of the message when the turn ends. This module starts,
//! runs, follows, stops, continues and recovers turns.

mod checkpoint;
mod coalesce;
mod content;
mod error;
mod event_record;
mod filters;
mod finalize;
mod follow;
mod live;
mod prompt;
mod recovery;
mod rules;
mod runner;
mod service;
mod spawn;
mod store;
mod submit;

pub use content::TurnContent;
pub use error::TurnError;
pub use event_record::{EventRecord, merge_events};
pub use filters::{ContentFilter, ContentFilters};
pub use service::{TurnEvents, Turns};
pub(crate) use store::{read_content, request_stop};
/// Writing of steps, also used by [`crate::tools`].
pub(crate) mod steps {
    pub(crate) use super::store::{NewStep, close_step, open_step, start_step};
}
