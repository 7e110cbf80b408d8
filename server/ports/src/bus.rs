//! The event bus: carries events from the replica that produces them to all subscribers.
//!
//! The bus retains a turn's events until they are checkpointed in the database. A subscriber reads
//! the database first and continues on the bus, so it misses no event. User events are not retained:
//! a client that was disconnected reloads its data.

use async_trait::async_trait;
use futures::stream::BoxStream;
use penny_types::{
    PrincipalId, TurnId, artifacts::ArtifactUpdate, conversations::ConversationUpdate, events::TurnEvent,
};
use std::{fmt::Debug, sync::Arc};

/// Failure of a bus operation, or the reason why a subscription ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BusError {
    /// The requested events are no longer retained; read them from the database.
    #[error("events before {first} are no longer on the bus")]
    Gap {
        /// Sequence number of the oldest retained event.
        first: u64,
    },
    /// The bus cannot be reached.
    #[error("the event bus is unavailable")]
    Unavailable,
}

/// A change of data that one user owns, sent to that user's clients.
#[derive(Debug, Clone, PartialEq)]
pub enum UserEvent {
    Conversation(ConversationUpdate),
    Artifact(ArtifactUpdate),
}

/// The live events of one turn, in order.
pub type LiveTurnEvents = BoxStream<'static, Result<Arc<TurnEvent>, BusError>>;

/// Publishes events and delivers them to subscribers on any replica.
#[async_trait]
pub trait EventBus: Debug + Send + Sync {
    /// Opens a turn's channel; its first event has the sequence number `first`.
    async fn open_turn(&self, turn: TurnId, first: u64) -> Result<(), BusError>;
    /// Publishes the turn's next event; sequence numbers increase by one.
    async fn publish_turn_event(&self, event: Arc<TurnEvent>) -> Result<(), BusError>;
    /// Records that all events up to `seq` are in the database and need not be retained.
    async fn mark_checkpointed(&self, turn: TurnId, seq: u64) -> Result<(), BusError>;
    /// Closes the channel after the terminal event; subscriptions end once they have delivered it.
    async fn close_turn(&self, turn: TurnId) -> Result<(), BusError>;
    /// Subscribes to a turn's events after sequence number `after`. Returns `None` when the turn has
    /// no open channel; then all its events are in the database.
    async fn subscribe_turn(&self, turn: TurnId, after: u64) -> Result<Option<LiveTurnEvents>, BusError>;
    /// Publishes an event to the clients of the user `to`.
    async fn publish_user_event(&self, to: PrincipalId, event: UserEvent) -> Result<(), BusError>;
    /// Subscribes to the user's events from now on. A subscriber that is too slow loses the oldest
    /// events but stays subscribed.
    async fn subscribe_user_events(&self, to: PrincipalId)
    -> Result<BoxStream<'static, UserEvent>, BusError>;
    /// Requests the replica that runs the turn to stop it.
    async fn request_stop(&self, turn: TurnId) -> Result<(), BusError>;
    /// Subscribes to stop requests for a turn; yields at most once.
    async fn stop_requests(&self, turn: TurnId) -> Result<BoxStream<'static, ()>, BusError>;
}
