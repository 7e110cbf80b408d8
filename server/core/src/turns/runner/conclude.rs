//! Ends a run: writes what is left in one transaction, then says the last word.

use super::{End, Runner, store};
use crate::{
    audit::{self, Record},
    conversations::{self, store as rows},
    ctx::Ctx,
    db::{StoreError, WriteTx},
    turns::{Record as EventRecord, merge, settle, store::Close},
};
use penny_entity::words::{Outcome, StepStatus};
use penny_types::{
    TurnId,
    events::{TurnEvent, TurnEventBody, TurnFailed, TurnFinished, TurnInterrupted, TurnStopped},
    turns::TurnStatus,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// Milliseconds between tries when the database does not take the end of a turn; the last one again
/// and again. Only a server that stops gives up: then the turn is recovered as interrupted, with what
/// its checkpoints hold.
const WAITS: [u64; 5] = [50, 100, 250, 500, 1_000];
const LONGEST_WAIT: u64 = 2_000;

impl Runner {
    pub(super) async fn conclude(mut self, end: End) {
        if end == End::Lost {
            tracing::warn!(turn.id = %self.turn.id, "a turn was taken over by another process");
            self.live.close(None).await;
            self.crew.checkpointer.forget(self.turn.id);
            return;
        }
        let (status, code, last_word) = self.verdict(&end);
        let events = self.live.close(last_word).await;
        let close = Close {
            status,
            code,
            last_seq: self.live.last_seq(),
            text_length: self.live.draft().text_length(),
            reasoning_length: self.live.draft().reasoning_length(),
            usage: self.usage,
        };
        let written = self.write_at_last(&close, &events).await;
        self.crew.checkpointer.forget(self.turn.id);
        match written {
            Some(true) if status.is_over() => {
                if let Some(last) = events.last() {
                    self.live.farewell(Arc::clone(last)).await;
                }
            }
            Some(true) => {}
            Some(false) => {
                tracing::warn!(turn.id = %self.turn.id, "a turn was ended by another process");
            }
            None => {
                tracing::error!(turn.id = %self.turn.id, "the end of a turn could not be written; it will be recovered");
            }
        }
    }

    /// Writes the end, however long the database takes to take it; `None` when the server stops first,
    /// or when the database will never take it.
    async fn write_at_last(&mut self, close: &Close, events: &[Arc<TurnEvent>]) -> Option<bool> {
        for wait in WAITS.into_iter().chain(std::iter::repeat(LONGEST_WAIT)) {
            let error = match self.write(close, events).await {
                Ok(is_ours) => return Some(is_ours),
                Err(error) => error,
            };
            tracing::warn!(
                turn.id = %self.turn.id,
                error = &error as &dyn std::error::Error,
                "the end of a turn could not be written; it is tried again"
            );
            if wait == LONGEST_WAIT && (self.stopping.is_cancelled() || !error.is_passing()) {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
        None
    }

    fn verdict(&self, end: &End) -> (TurnStatus, Option<String>, Option<TurnEventBody>) {
        let length = self.live.draft().text_length();
        match end {
            End::Finished => {
                (TurnStatus::Finished, None, Some(TurnEventBody::Finished(TurnFinished { length })))
            }
            End::Stopped => (TurnStatus::Stopped, None, Some(TurnEventBody::Stopped(TurnStopped { length }))),
            End::Failed { code, retry_after } => {
                let failed = TurnFailed { code: code.clone(), length, retry_after: *retry_after };
                (TurnStatus::Failed, Some(code.clone()), Some(TurnEventBody::Failed(failed)))
            }
            End::Waiting => (TurnStatus::Waiting, None, None),
            End::Interrupted | End::Lost => {
                (TurnStatus::Interrupted, None, Some(TurnEventBody::Interrupted(TurnInterrupted { length })))
            }
        }
    }

    /// Writes the end; says whether the turn was still this process's to end.
    async fn write(&mut self, close: &Close, events: &[Arc<TurnEvent>]) -> Result<bool, StoreError> {
        let ctx = &self.ctx;
        let tx = self.crew.shared.db.begin(ctx).await?;
        if !store::close(tx.conn(), ctx, &self.turn, close).await? {
            return Ok(false);
        }
        let records: Vec<EventRecord> = merge(events.iter().map(AsRef::as_ref));
        if !records.is_empty() {
            store::append(tx.conn(), ctx, &[(self.turn.id, records)]).await?;
        }
        if close.status.is_over() {
            let said = self.live.draft().parts();
            settle::settle(&self.crew, &tx, ctx, &self.turn, close.status, said).await?;
        } else {
            rest(&tx, ctx, self.turn.id).await?;
        }
        if let Some(row) = rows::find(tx.conn(), ctx, self.turn.conversation_id).await? {
            let mut change = row.into_active_model();
            change.updated_at = Set(ctx.now());
            let row = change.update(tx.conn()).await?;
            let active = rows::active_turn(tx.conn(), ctx, self.turn.conversation_id).await?;
            conversations::tell(&tx, &row, active);
        }
        if close.status.is_over() {
            let outcome =
                if close.status == TurnStatus::Failed { Outcome::Failed } else { Outcome::Succeeded };
            let act = format!("turns.{}", close.status);
            audit::record(&tx, ctx, Record::of(&act, "turn").target(self.turn.id).outcome(outcome)).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}

/// Writes the step that a turn comes to rest in: it holds no task and is found again by its rows.
async fn rest(tx: &WriteTx, ctx: &Ctx, turn: TurnId) -> Result<(), StoreError> {
    let open = store::open_steps(tx.conn(), ctx, turn).await?;
    let waiting: Vec<_> =
        open.iter().filter(|step| step.status == StepStatus::Waiting).map(|step| step.id).collect();
    store::wait(tx.conn(), ctx, turn, json!({ "for": "approval", "steps": waiting })).await
}
