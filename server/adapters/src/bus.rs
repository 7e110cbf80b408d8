//! The event bus of a single process.

mod channel;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use channel::{StopSwitch, TurnChannel};
use futures::stream::{self, BoxStream, StreamExt};
use parking_lot::{Mutex, RwLock};
use penny_ports::bus::{BusError, EventBus, Notice, TurnTail};
use penny_types::{PrincipalId, TurnId, events::TurnEvent};
use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};
use tokio::sync::{broadcast, watch};

/// Notices a listener may fall behind before it loses the oldest.
const NOTICE_BACKLOG: usize = 256;

/// Carries events within one process.
///
/// Each turn has a channel that retains its events until they are checkpointed. A tail is a cursor
/// into that channel: it holds no copy of anything, so thousands of them cost a wake-up each.
#[derive(Debug, Default)]
pub struct InProcessBus {
    turns: RwLock<HashMap<TurnId, Arc<TurnChannel>>>,
    stops: Mutex<HashMap<TurnId, Weak<watch::Sender<StopSwitch>>>>,
    notices: Mutex<HashMap<PrincipalId, broadcast::Sender<Notice>>>,
}

impl InProcessBus {
    /// Makes an empty bus.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn channel(&self, turn: TurnId) -> Option<Arc<TurnChannel>> {
        self.turns.read().get(&turn).cloned()
    }

    /// Returns the turn's stop switch, making it when nobody holds one. The map keeps it weakly:
    /// it lives as long as the channel or a listener does.
    fn stop_switch(&self, turn: TurnId) -> Arc<watch::Sender<StopSwitch>> {
        let mut stops = self.stops.lock();
        if let Some(switch) = stops.get(&turn).and_then(Weak::upgrade) {
            return switch;
        }
        if stops.len() == stops.capacity() {
            stops.retain(|_, switch| switch.strong_count() > 0);
        }
        let switch = Arc::new(watch::Sender::new(StopSwitch::Off));
        stops.insert(turn, Arc::downgrade(&switch));
        switch
    }
}

#[async_trait]
impl EventBus for InProcessBus {
    async fn open_turn(&self, turn: TurnId, first: u64) -> Result<(), BusError> {
        let channel = Arc::new(TurnChannel::new(first, self.stop_switch(turn)));
        let before = self.turns.write().insert(turn, channel);
        if let Some(before) = before {
            // Two owners cannot both write: whoever follows the old channel reads the database.
            tracing::warn!(turn.id = %turn, "A turn's channel was opened twice; the first one is closed.");
            before.close();
        }
        Ok(())
    }

    async fn publish_turn(&self, event: Arc<TurnEvent>) -> Result<(), BusError> {
        self.channel(event.turn_id).ok_or(BusError::Unavailable)?.publish(event);
        Ok(())
    }

    async fn checkpointed(&self, turn: TurnId, seq: u64) -> Result<(), BusError> {
        if let Some(channel) = self.channel(turn) {
            channel.checkpointed(seq);
        }
        Ok(())
    }

    async fn close_turn(&self, turn: TurnId) -> Result<(), BusError> {
        if let Some(channel) = self.turns.write().remove(&turn) {
            channel.close();
        }
        self.stops.lock().remove(&turn);
        Ok(())
    }

    async fn tail_turn(&self, turn: TurnId, after: u64) -> Result<Option<TurnTail>, BusError> {
        self.channel(turn).map(|channel| channel.tail(after)).transpose()
    }

    async fn notify(&self, to: PrincipalId, notice: Notice) -> Result<(), BusError> {
        let mut notices = self.notices.lock();
        // Sending fails only when nobody listens any more; then the entry is forgotten.
        if notices.get(&to).is_some_and(|listeners| listeners.send(notice).is_err()) {
            notices.remove(&to);
        }
        Ok(())
    }

    async fn notices(&self, to: PrincipalId) -> Result<BoxStream<'static, Notice>, BusError> {
        let listener = self
            .notices
            .lock()
            .entry(to)
            .or_insert_with(|| broadcast::Sender::new(NOTICE_BACKLOG))
            .subscribe();
        Ok(stream::unfold(listener, |mut listener| async move {
            loop {
                match listener.recv().await {
                    Ok(notice) => return Some((notice, listener)),
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        })
        .boxed())
    }

    async fn ask_stop(&self, turn: TurnId) -> Result<(), BusError> {
        // The switch stays on, so that asking between the turn's opening and its first look is heard.
        if let Some(switch) = self.stops.lock().get(&turn).and_then(Weak::upgrade) {
            switch.send_replace(StopSwitch::Asked);
        }
        Ok(())
    }

    async fn stop_asked(&self, turn: TurnId) -> Result<BoxStream<'static, ()>, BusError> {
        let switch = self.stop_switch(turn);
        let mut listener = switch.subscribe();
        Ok(stream::once(async move {
            let thrown = listener.wait_for(|switch| *switch != StopSwitch::Off).await;
            let is_asked = thrown.is_ok_and(|switch| *switch == StopSwitch::Asked);
            // Held until here, so that a listener from before the opening shares the turn's switch.
            drop(switch);
            is_asked
        })
        .filter_map(|is_asked| async move { is_asked.then_some(()) })
        .boxed())
    }
}
