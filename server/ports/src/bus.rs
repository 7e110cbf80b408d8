//! The way events travel from the replica that makes them to everyone who watches.
//!
//! A turn's events are retained on the bus until they are checkpointed in the database, so that a
//! subscriber reads the database first and the bus from there on, and misses nothing. Notices are
//! not retained: whoever was away reads again.

use async_trait::async_trait;
use futures::stream::BoxStream;
use penny_types::{
    PrincipalId, TurnId, artifacts::ArtifactUpdate, conversations::ConversationUpdate, events::TurnEvent,
};
use std::{fmt::Debug, sync::Arc};

/// Says why a subscription ends or cannot begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BusError {
    /// The event after the one asked for is no longer retained: read it from the database.
    #[error("events before {first} are no longer on the bus")]
    Gap {
        /// The oldest one still retained.
        first: u64,
    },
    /// The bus cannot be reached.
    #[error("the event bus is unavailable")]
    Unavailable,
}

/// What a person's own pages are told.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// A conversation of theirs changed.
    Conversation(ConversationUpdate),
    /// An artifact of theirs changed.
    Artifact(ArtifactUpdate),
}

/// The live events of one turn.
pub type TurnTail = BoxStream<'static, Result<Arc<TurnEvent>, BusError>>;

/// Carries events between the parts of PENNY.
#[async_trait]
pub trait EventBus: Debug + Send + Sync {
    /// Opens a turn's channel; the first event will be numbered `first`.
    async fn open_turn(&self, turn: TurnId, first: u64) -> Result<(), BusError>;
    /// Sends the next event; numbers rise by one.
    async fn publish_turn(&self, event: Arc<TurnEvent>) -> Result<(), BusError>;
    /// Says that everything up to `seq` is in the database and need not be retained.
    async fn checkpointed(&self, turn: TurnId, seq: u64) -> Result<(), BusError>;
    /// Closes the channel after the terminal event; tails end when they have read it.
    async fn close_turn(&self, turn: TurnId) -> Result<(), BusError>;
    /// Follows a turn from the event after `after`. `None` when the turn has no open channel:
    /// everything there is stands in the database.
    async fn tail_turn(&self, turn: TurnId, after: u64) -> Result<Option<TurnTail>, BusError>;
    /// Tells a person's pages something.
    async fn notify(&self, to: PrincipalId, notice: Notice) -> Result<(), BusError>;
    /// Listens for what a person's pages are told from now on. A listener too slow to keep up
    /// loses the oldest notices, never its connection.
    async fn notices(&self, to: PrincipalId) -> Result<BoxStream<'static, Notice>, BusError>;
    /// Asks whichever replica runs the turn to stop it.
    async fn ask_stop(&self, turn: TurnId) -> Result<(), BusError>;
    /// Listens for stop requests for a turn; yields once.
    async fn stop_asked(&self, turn: TurnId) -> Result<BoxStream<'static, ()>, BusError>;
}
