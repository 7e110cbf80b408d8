//! The event bus of a single process.

mod channel;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use channel::{StopState, TurnChannel};
use futures::stream::{self, BoxStream, StreamExt};
use parking_lot::{Mutex, RwLock};
use penny_ports::bus::{BusError, EventBus, LiveTurnEvents, UserEvent};
use penny_types::{PrincipalId, TurnId, events::TurnEvent};
use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};
use tokio::sync::{broadcast, watch};

/// Events buffered for a slow subscriber before it loses the oldest.
const USER_EVENT_BACKLOG: usize = 256;

/// An event bus within one process.
///
/// Each turn has a channel that retains its events until they are checkpointed. A subscription is a
/// cursor into that channel and copies no events, so thousands of subscribers are cheap.
#[derive(Debug, Default)]
pub struct InProcessBus {
    turns: RwLock<HashMap<TurnId, Arc<TurnChannel>>>,
    stop_states: Mutex<HashMap<TurnId, Weak<watch::Sender<StopState>>>>,
    user_events: Mutex<HashMap<PrincipalId, broadcast::Sender<UserEvent>>>,
}

impl InProcessBus {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn channel(&self, turn: TurnId) -> Option<Arc<TurnChannel>> {
        self.turns.read().get(&turn).cloned()
    }

    /// Returns the turn's stop state, creating it if needed. The map holds it weakly: it lives as
    /// long as the turn's channel or a subscriber does.
    fn stop_state(&self, turn: TurnId) -> Arc<watch::Sender<StopState>> {
        let mut states = self.stop_states.lock();
        if let Some(state) = states.get(&turn).and_then(Weak::upgrade) {
            return state;
        }
        if states.len() == states.capacity() {
            states.retain(|_, state| state.strong_count() > 0);
        }
        let state = Arc::new(watch::Sender::new(StopState::Running));
        states.insert(turn, Arc::downgrade(&state));
        state
    }
}

#[async_trait]
impl EventBus for InProcessBus {
    async fn open_turn(&self, turn: TurnId, first: u64) -> Result<(), BusError> {
        let channel = Arc::new(TurnChannel::new(first, self.stop_state(turn)));
        let previous = self.turns.write().insert(turn, channel);
        if let Some(previous) = previous {
            // A turn has one writer: subscribers of the old channel continue in the database.
            tracing::warn!(turn.id = %turn, "the channel of a turn was opened twice; the first one is closed");
            previous.close();
        }
        Ok(())
    }

    async fn publish_turn_event(&self, event: Arc<TurnEvent>) -> Result<(), BusError> {
        self.channel(event.turn_id).ok_or(BusError::Unavailable)?.publish(event);
        Ok(())
    }

    async fn mark_checkpointed(&self, turn: TurnId, seq: u64) -> Result<(), BusError> {
        if let Some(channel) = self.channel(turn) {
            channel.mark_checkpointed(seq);
        }
        Ok(())
    }

    async fn close_turn(&self, turn: TurnId) -> Result<(), BusError> {
        if let Some(channel) = self.turns.write().remove(&turn) {
            channel.close();
        }
        self.stop_states.lock().remove(&turn);
        Ok(())
    }

    async fn subscribe_turn(&self, turn: TurnId, after: u64) -> Result<Option<LiveTurnEvents>, BusError> {
        self.channel(turn).map(|channel| channel.subscribe(after)).transpose()
    }

    async fn publish_user_event(&self, to: PrincipalId, event: UserEvent) -> Result<(), BusError> {
        let mut senders = self.user_events.lock();
        // Sending fails only when there are no subscribers left.
        if senders.get(&to).is_some_and(|sender| sender.send(event).is_err()) {
            senders.remove(&to);
        }
        Ok(())
    }

    async fn subscribe_user_events(
        &self,
        to: PrincipalId,
    ) -> Result<BoxStream<'static, UserEvent>, BusError> {
        let receiver = self
            .user_events
            .lock()
            .entry(to)
            .or_insert_with(|| broadcast::Sender::new(USER_EVENT_BACKLOG))
            .subscribe();
        Ok(stream::unfold(receiver, |mut receiver| async move {
            loop {
                match receiver.recv().await {
                    Ok(event) => return Some((event, receiver)),
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        })
        .boxed())
    }

    async fn request_stop(&self, turn: TurnId) -> Result<(), BusError> {
        // The state persists, so that a request made before the turn subscribes is delivered too.
        if let Some(state) = self.stop_states.lock().get(&turn).and_then(Weak::upgrade) {
            state.send_replace(StopState::StopRequested);
        }
        Ok(())
    }

    async fn stop_requests(&self, turn: TurnId) -> Result<BoxStream<'static, ()>, BusError> {
        let sender = self.stop_state(turn);
        let mut receiver = sender.subscribe();
        Ok(stream::once(async move {
            let changed = receiver.wait_for(|state| *state != StopState::Running).await;
            let is_requested = changed.is_ok_and(|state| *state == StopState::StopRequested);
            // Held until here, so that a subscriber from before `open_turn` shares the turn's state.
            drop(sender);
            is_requested
        })
        .filter_map(|is_requested| async move { is_requested.then_some(()) })
        .boxed())
    }
}
