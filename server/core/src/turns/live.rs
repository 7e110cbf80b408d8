//! A turn while it runs: numbers its events, publishes them, hands them to the writer.

use super::{
    checkpoint::{Checkpointer, Slot, Standing},
    coalesce::Channel,
    draft::Draft,
};
use crate::{ctx::Ctx, db::unsigned, foundation::Shared};
use penny_types::{
    TurnId,
    events::{ReasoningDelta, TextDelta, TurnEvent, TurnEventBody},
};
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Says that another process has taken the turn over: whoever holds this stops at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lost;

/// A running turn's voice.
#[derive(Debug)]
pub(super) struct Live {
    shared: Shared,
    checkpointer: Checkpointer,
    slot: Arc<Slot>,
    standing: watch::Receiver<Standing>,
    turn: TurnId,
    next: u64,
    draft: Draft,
}

impl Live {
    /// Opens the turn's channel; `next` is its next event's number and `draft` what it said before.
    pub(super) async fn open(
        shared: Shared,
        checkpointer: Checkpointer,
        ctx: &Ctx,
        turn: &penny_entity::turn::Model,
        draft: Draft,
    ) -> Self {
        let next = unsigned(turn.last_seq) + 1;
        let reserved = unsigned(turn.seq_reserved);
        if let Err(error) = shared.bus.open_turn(turn.id, next).await {
            tracing::warn!(turn.id = %turn.id, error = &error as &dyn std::error::Error, "a turn's channel could not be opened");
        }
        let slot = checkpointer.attach(ctx.clone(), turn.id, turn.fencing_token, reserved);
        let standing = slot.standing();
        Self { shared, checkpointer, slot, standing, turn: turn.id, next, draft }
    }

    /// Tells when the turn's row says that a person asked it to stop.
    pub(super) fn stop_asked(&self) -> CancellationToken {
        self.slot.stop_asked()
    }

    /// Returns what was said so far.
    pub(super) const fn draft(&self) -> &Draft {
        &self.draft
    }

    /// Numbers and publishes an event.
    pub(super) async fn publish(&mut self, body: TurnEventBody) -> Result<(), Lost> {
        self.wait_for_number().await?;
        let event = self.number(body);
        self.slot.push(Arc::clone(&event));
        self.send(event).await;
        Ok(())
    }

    /// Publishes a piece of the answer.
    pub(super) async fn say(&mut self, channel: Channel, text: String) -> Result<(), Lost> {
        let body = match channel {
            Channel::Text => TurnEventBody::Delta(TextDelta { text, offset: self.draft.text_length() }),
            Channel::Reasoning => {
                TurnEventBody::Reasoning(ReasoningDelta { text, offset: self.draft.reasoning_length() })
            }
        };
        self.publish(body).await
    }

    /// Saves what was said so far, before something is done whose rows will outlive a crash: the words
    /// before a call must not be lost when the call is not.
    pub(super) async fn save(&self) {
        self.checkpointer.save(&self.slot).await;
    }

    /// Ends the live phase: gives the events still to be written, the last one among them.
    pub(super) async fn close(&mut self, last: Option<TurnEventBody>) -> Vec<Arc<TurnEvent>> {
        let mut pending = self.checkpointer.detach(self.turn).await;
        pending.extend(last.map(|body| self.number(body)));
        pending
    }

    /// Sends the last event, now that it is written, and closes the channel.
    pub(super) async fn farewell(&self, last: Arc<TurnEvent>) {
        self.send(last).await;
        if let Err(error) = self.shared.bus.close_turn(self.turn).await {
            tracing::warn!(turn.id = %self.turn, error = &error as &dyn std::error::Error, "a turn's channel could not be closed");
        }
    }

    /// Returns the number of the last event.
    pub(super) const fn last_seq(&self) -> u64 {
        self.next - 1
    }

    fn number(&mut self, body: TurnEventBody) -> Arc<TurnEvent> {
        self.draft.apply(&body);
        let event = Arc::new(TurnEvent { seq: self.next, turn_id: self.turn, body });
        self.next += 1;
        event
    }

    async fn send(&self, event: Arc<TurnEvent>) {
        if let Err(error) = self.shared.bus.publish_turn(event).await {
            tracing::warn!(turn.id = %self.turn, error = &error as &dyn std::error::Error, "an event could not be published; readers find it in the database");
        }
    }

    /// Waits until the next number is durably reserved: after a crash no number may mean two events.
    async fn wait_for_number(&mut self) -> Result<(), Lost> {
        loop {
            match *self.standing.borrow_and_update() {
                Standing::Lost => return Err(Lost),
                // The terminal event is numbered without asking, so one number is always kept back.
                Standing::Reserved(reserved) if self.next < reserved => return Ok(()),
                Standing::Reserved(_) => {}
            }
            if self.standing.changed().await.is_err() {
                return Err(Lost);
            }
        }
    }
}
