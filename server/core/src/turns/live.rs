//! A live turn: numbers its events, publishes them on the bus and queues them for checkpoints.

use super::{
    checkpoint::{Checkpointer, LeaseState, TurnSlot},
    coalesce::DeltaKind,
    content::TurnContent,
};
use penny_kernel::{SharedKernel, ctx::Ctx, db::unsigned};
use penny_types::{
    TurnId,
    events::{ReasoningDelta, TextDelta, TurnEvent, TurnEventBody},
};
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Another process has taken the turn over; the run must end without further effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LeaseLost;

/// Publishes the events of a live turn.
#[derive(Debug)]
pub(super) struct LiveTurn {
    kernel: SharedKernel,
    checkpointer: Checkpointer,
    slot: Arc<TurnSlot>,
    lease: watch::Receiver<LeaseState>,
    turn: TurnId,
    next_seq: u64,
    content: TurnContent,
}

impl LiveTurn {
    /// Opens the turn's bus channel. `content` is the content from before this run.
    pub(super) async fn open(
        kernel: SharedKernel,
        checkpointer: Checkpointer,
        ctx: &Ctx,
        turn: &penny_entity::turn::Model,
        content: TurnContent,
    ) -> Self {
        let next_seq = unsigned(turn.last_seq) + 1;
        let reserved = unsigned(turn.seq_reserved);
        if let Err(error) = kernel.bus.open_turn(turn.id, next_seq).await {
            tracing::warn!(turn.id = %turn.id, error = &error as &dyn std::error::Error, "failed to open the bus channel of a turn");
        }
        let slot = checkpointer.attach(ctx.clone(), turn.id, turn.fencing_token, reserved);
        let lease = slot.lease();
        Self { kernel, checkpointer, slot, lease, turn: turn.id, next_seq, content }
    }

    /// Returns a token that is cancelled once the turn's row contains a stop request.
    pub(super) fn stop_requested(&self) -> CancellationToken {
        self.slot.stop_requested()
    }

    pub(super) const fn content(&self) -> &TurnContent {
        &self.content
    }

    /// Numbers an event, queues it for the next checkpoint and publishes it.
    pub(super) async fn publish(&mut self, body: TurnEventBody) -> Result<(), LeaseLost> {
        self.wait_for_reserved_seq().await?;
        let event = self.apply(body);
        self.slot.push(Arc::clone(&event));
        self.send(event).await;
        Ok(())
    }

    pub(super) async fn publish_delta(&mut self, kind: DeltaKind, text: String) -> Result<(), LeaseLost> {
        let body = match kind {
            DeltaKind::Text => TurnEventBody::Delta(TextDelta { text, offset: self.content.text_length() }),
            DeltaKind::Reasoning => {
                TurnEventBody::Reasoning(ReasoningDelta { text, offset: self.content.reasoning_length() })
            }
        };
        self.publish(body).await
    }

    /// Writes the pending events immediately, so that a crash does not lose text that precedes a stored tool
    /// call.
    pub(super) async fn save(&self) {
        self.checkpointer.save(&self.slot).await;
    }

    /// Ends the live phase and returns the unwritten events, including the terminal event if given.
    pub(super) async fn close(&mut self, terminal: Option<TurnEventBody>) -> Vec<Arc<TurnEvent>> {
        let mut pending = self.checkpointer.detach(self.turn).await;
        pending.extend(terminal.map(|body| self.apply(body)));
        pending
    }

    /// Publishes the terminal event, which must be written already, and closes the bus channel.
    pub(super) async fn publish_terminal(&self, event: Arc<TurnEvent>) {
        self.send(event).await;
        if let Err(error) = self.kernel.bus.close_turn(self.turn).await {
            tracing::warn!(turn.id = %self.turn, error = &error as &dyn std::error::Error, "failed to close the bus channel of a turn");
        }
    }

    /// Returns the number of the last event.
    pub(super) const fn last_seq(&self) -> u64 {
        self.next_seq - 1
    }

    /// Assigns the next number and applies the event to the content.
    fn apply(&mut self, body: TurnEventBody) -> Arc<TurnEvent> {
        self.content.apply(&body);
        let event = Arc::new(TurnEvent { seq: self.next_seq, turn_id: self.turn, body });
        self.next_seq += 1;
        event
    }

    async fn send(&self, event: Arc<TurnEvent>) {
        if let Err(error) = self.kernel.bus.publish_turn_event(event).await {
            tracing::warn!(turn.id = %self.turn, error = &error as &dyn std::error::Error, "failed to publish a turn event; clients read it from the database");
        }
    }

    /// Waits until the next number is reserved in the database, so that no number is used twice after a
    /// crash.
    async fn wait_for_reserved_seq(&mut self) -> Result<(), LeaseLost> {
        loop {
            match *self.lease.borrow_and_update() {
                LeaseState::Lost => return Err(LeaseLost),
                // `<`, not `<=`: one reserved number is kept for the terminal event.
                LeaseState::Reserved(reserved) if self.next_seq < reserved => return Ok(()),
                LeaseState::Reserved(_) => {}
            }
            if self.lease.changed().await.is_err() {
                return Err(LeaseLost);
            }
        }
    }
}
