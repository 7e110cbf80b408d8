//! The end of a run: writes the final state in one transaction, then publishes the terminal event.

use super::{RunOutcome, TurnRunner, store};
use crate::{
    conversations::{self, store as conversation_store},
    turns::{EventRecord, finalize, merge_events, store::TurnClose},
};
use penny_entity::enums::{Outcome, StepStatus};
use penny_kernel::{
    audit::{self, AuditRecord},
    ctx::Ctx,
    db::{StoreError, WriteTx},
};
use penny_types::{
    TurnId,
    events::{TurnEvent, TurnEventBody, TurnFailed, TurnFinished, TurnInterrupted, TurnStopped},
    turns::TurnStatus,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// Delays between attempts to write the final state. After these, [`RETRY_DELAY_MAX_MS`] is used until the
/// attempt succeeds, fails permanently or the server is stopping; then the turn is recovered as interrupted
/// later.
const RETRY_DELAYS_MS: [u64; 5] = [50, 100, 250, 500, 1_000];
const RETRY_DELAY_MAX_MS: u64 = 2_000;

impl TurnRunner {
    /// Ends the run: writes the final or waiting state and publishes the terminal event, if any.
    pub(in crate::turns) async fn finish(mut self, outcome: RunOutcome) {
        if outcome == RunOutcome::LeaseLost {
            tracing::warn!(turn.id = %self.turn.id, "another process has taken the turn over");
            self.live.close(None).await;
            self.deps.checkpointer.mark_closed(self.turn.id);
            return;
        }
        let (status, code, terminal) = self.final_state(&outcome);
        let events = self.live.close(terminal).await;
        let close = TurnClose {
            status,
            code,
            last_seq: self.live.last_seq(),
            text_length: self.live.content().text_length(),
            reasoning_length: self.live.content().reasoning_length(),
            usage: self.usage,
        };
        let written = self.write_with_retry(&close, &events).await;
        self.deps.checkpointer.mark_closed(self.turn.id);
        match written {
            Some(true) if status.is_terminal() => {
                if let Some(last) = events.last() {
                    self.live.publish_terminal(Arc::clone(last)).await;
                }
            }
            Some(true) => {}
            Some(false) => {
                tracing::warn!(turn.id = %self.turn.id, "another process has already ended the turn");
            }
            None => {
                tracing::error!(turn.id = %self.turn.id, "failed to write the final state of a turn; it will be recovered");
            }
        }
    }

    /// Writes the final state, with retries. Returns the result of [`Self::write`], or `None` if the server
    /// is stopping or the error is permanent.
    async fn write_with_retry(&mut self, close: &TurnClose, events: &[Arc<TurnEvent>]) -> Option<bool> {
        for delay_ms in RETRY_DELAYS_MS.into_iter().chain(std::iter::repeat(RETRY_DELAY_MAX_MS)) {
            let error = match self.write(close, events).await {
                Ok(is_owner) => return Some(is_owner),
                Err(error) => error,
            };
            tracing::warn!(
                turn.id = %self.turn.id,
                error = &error as &dyn std::error::Error,
                "failed to write the final state of a turn; retrying"
            );
            if delay_ms == RETRY_DELAY_MAX_MS && (self.stopping.is_cancelled() || !error.is_transient()) {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        }
        None
    }

    fn final_state(&self, outcome: &RunOutcome) -> (TurnStatus, Option<String>, Option<TurnEventBody>) {
        let length = self.live.content().text_length();
        match outcome {
            RunOutcome::Finished => {
                (TurnStatus::Finished, None, Some(TurnEventBody::Finished(TurnFinished { length })))
            }
            RunOutcome::Stopped => {
                (TurnStatus::Stopped, None, Some(TurnEventBody::Stopped(TurnStopped { length })))
            }
            RunOutcome::Failed { code, retry_after } => {
                let failed = TurnFailed { code: code.clone(), length, retry_after: *retry_after };
                (TurnStatus::Failed, Some(code.clone()), Some(TurnEventBody::Failed(failed)))
            }
            RunOutcome::Waiting => (TurnStatus::Waiting, None, None),
            RunOutcome::Interrupted | RunOutcome::LeaseLost => {
                (TurnStatus::Interrupted, None, Some(TurnEventBody::Interrupted(TurnInterrupted { length })))
            }
        }
    }

    /// Writes the final state; returns `false` without changes if another process has ended or taken over the
    /// turn.
    async fn write(&mut self, close: &TurnClose, events: &[Arc<TurnEvent>]) -> Result<bool, StoreError> {
        let ctx = &self.ctx;
        let tx = self.deps.kernel.db.begin(ctx).await?;
        if !store::close(tx.conn(), ctx, &self.turn, close).await? {
            return Ok(false);
        }
        let records: Vec<EventRecord> = merge_events(events.iter().map(AsRef::as_ref));
        if !records.is_empty() {
            store::append_events(tx.conn(), ctx, &[(self.turn.id, records)]).await?;
        }
        if close.status.is_terminal() {
            let parts = self.live.content().parts();
            finalize::finalize(&self.deps, &tx, ctx, &self.turn, close.status, parts).await?;
        } else {
            write_wait_step(&tx, ctx, self.turn.id).await?;
        }
        if let Some(row) = conversation_store::find(tx.conn(), ctx, self.turn.conversation_id).await? {
            let mut change = row.into_active_model();
            change.updated_at = Set(ctx.now());
            let row = change.update(tx.conn()).await?;
            let active = conversation_store::active_turn(tx.conn(), ctx, self.turn.conversation_id).await?;
            conversations::notify_owner(&tx, &row, active);
        }
        if close.status.is_terminal() {
            let outcome =
                if close.status == TurnStatus::Failed { Outcome::Failed } else { Outcome::Succeeded };
            let action = format!("turns.{}", close.status);
            audit::record(&tx, ctx, AuditRecord::of(&action, "turn").target(self.turn.id).outcome(outcome))
                .await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}

/// Writes the step of a turn that waits for approvals. No task remains; the turn is resumed from its rows.
async fn write_wait_step(tx: &WriteTx, ctx: &Ctx, turn: TurnId) -> Result<(), StoreError> {
    let open = store::open_steps(tx.conn(), ctx, turn).await?;
    let waiting: Vec<_> =
        open.iter().filter(|step| step.status == StepStatus::Waiting).map(|step| step.id).collect();
    store::insert_wait_step(tx.conn(), ctx, turn, json!({ "for": "approval", "steps": waiting })).await
}
