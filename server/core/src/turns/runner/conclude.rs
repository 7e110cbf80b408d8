//! Ends a run: writes what is left in one transaction, then says the last word.

use super::{End, Runner, store};
use crate::{
    audit::{self, Record},
    conversations::store as conversations,
    db::{self, StoreError},
    turns::{Record as EventRecord, merge, store::Close},
};
use penny_entity::words::Outcome;
use penny_ports::bus::Notice;
use penny_types::{
    conversations::{ConversationUpdate, PartBody},
    events::{TurnEvent, TurnEventBody, TurnFailed, TurnFinished, TurnInterrupted, TurnStopped},
    tools::ToolCallStatus,
    turns::TurnStatus,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use std::{sync::Arc, time::Duration};

/// How long to try when the database does not take the end of a turn. After that the lease runs out
/// and the turn is recovered as interrupted, with what its checkpoints hold.
const PATIENCE: [u64; 9] = [50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000, 20_000];

impl Runner {
    pub(super) async fn conclude(mut self, end: End) {
        if end == End::Lost {
            tracing::warn!(turn.id = %self.turn.id, "a turn was taken over by another process");
            self.live.close(None).await;
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
        for wait in PATIENCE {
            match self.write(&close, &events).await {
                Ok(true) => {
                    if status.is_over()
                        && let Some(last) = events.last()
                    {
                        self.live.farewell(Arc::clone(last)).await;
                    }
                    return;
                }
                Ok(false) => {
                    tracing::warn!(turn.id = %self.turn.id, "a turn was ended by another process");
                    return;
                }
                Err(error) => {
                    tracing::warn!(
                        turn.id = %self.turn.id,
                        error = &error as &dyn std::error::Error,
                        "the end of a turn could not be written; it is tried again"
                    );
                    tokio::time::sleep(Duration::from_millis(wait)).await;
                }
            }
        }
        tracing::error!(turn.id = %self.turn.id, "the end of a turn could not be written; it will be recovered");
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
        let place = (self.turn.conversation_id, self.turn.message_id);
        let tx = self.crew.shared.db.begin(ctx).await?;
        if !store::close(tx.conn(), ctx, &self.turn, close).await? {
            return Ok(false);
        }
        let records: Vec<EventRecord> = merge(events.iter().map(AsRef::as_ref));
        if !records.is_empty() {
            store::append(tx.conn(), ctx, &[(self.turn.id, records)]).await?;
        }
        if close.status.is_over() {
            let parts = settled(self.live.draft().parts());
            store::insert_parts(tx.conn(), ctx, place, self.turn.id, &parts).await?;
            db::search::index_text(tx.conn(), ctx.tenant, place.0, place.1, &words(&parts)).await?;
            self.crew
                .tools
                .settle(tx.conn(), ctx, self.turn.id)
                .await
                .map_err(|error| StoreError::Failed(sea_orm::DbErr::Custom(error.to_string())))?;
        }
        if let Some(row) = conversations::find(tx.conn(), ctx, place.0).await? {
            let mut change = row.into_active_model();
            change.updated_at = Set(ctx.now());
            let row = change.update(tx.conn()).await.map_err(StoreError::from)?;
            let active = conversations::active_turn(tx.conn(), ctx, place.0).await?;
            let summary = conversations::summary(&row, active);
            let update = ConversationUpdate { id: row.id, conversation: Some(summary) };
            tx.notify(row.owner_id, Notice::Conversation(update));
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

/// Settles calls that were given up half-way: nothing in a finished message still runs.
pub(in crate::turns) fn settled(parts: &[PartBody]) -> Vec<PartBody> {
    let mut parts = parts.to_vec();
    for part in &mut parts {
        if let PartBody::ToolCall(call) = part
            && matches!(
                call.status,
                ToolCallStatus::Pending | ToolCallStatus::Running | ToolCallStatus::Waiting
            )
        {
            let is_in_doubt =
                call.status == ToolCallStatus::Running && call.effect != penny_types::tools::Effect::Read;
            call.status = if is_in_doubt { ToolCallStatus::InDoubt } else { ToolCallStatus::Failed };
        }
    }
    parts
}

/// Returns a message's words, for searching.
pub(in crate::turns) fn words(parts: &[PartBody]) -> String {
    parts
        .iter()
        .filter_map(|part| match part {
            PartBody::Text(part) => Some(part.text.as_str()),
            _ => None,
        })
        .collect::<Vec<_>>()
        .join("\n")
}
