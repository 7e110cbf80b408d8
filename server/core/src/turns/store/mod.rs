//! Queries on turns and their steps, model calls, events and messages.

mod calls;
mod events;
mod messages;
mod steps;

pub(super) use calls::{
    ModelCallResult, ModelCallRow, cancel_open_calls, close_call, open_call, open_first_call,
};
pub(crate) use events::read_content;
pub(super) use events::{append_events, read_events};
pub(super) use messages::{NewMessageRow, append_parts, insert_messages, insert_parts, set_turn};
pub(crate) use steps::{NewStep, close_step, open_step, start_step};
pub(super) use steps::{close_open_steps, finish_waits, insert_wait_step, open_steps};

use super::checkpoint::SEQ_RESERVE;
use chrono::{DateTime, Utc};
use penny_entity::{TenantScoped, turn};
use penny_kernel::{
    ctx::Ctx,
    db::{Batch, StoreError, signed, unsigned},
};
use penny_types::{
    ConversationId, MessageId, TurnId,
    artifacts::ArtifactKind,
    models::UsageView,
    turns::{TurnStatus, TurnView},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, Select, sea_query::Expr,
};
use serde_json::json;
use std::collections::HashMap;

pub(super) async fn find(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: TurnId,
) -> Result<Option<turn::Model>, StoreError> {
    turn::Entity::find_by_id((ctx.tenant(), id)).one(conn).await.map_err(StoreError::from)
}

/// Finds a turn and locks its row until the transaction ends.
pub(super) async fn lock(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: TurnId,
) -> Result<Option<turn::Model>, StoreError> {
    turn::Entity::find_by_id((ctx.tenant(), id)).lock_exclusive().one(conn).await.map_err(StoreError::from)
}

pub(super) async fn find_by_client_key(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    conversation: ConversationId,
    key: &str,
) -> Result<Option<turn::Model>, StoreError> {
    turn::Entity::find_in(ctx.tenant())
        .filter(turn::Column::ConversationId.eq(conversation))
        .filter(turn::Column::ClientKey.eq(key))
        .one(conn)
        .await
        .map_err(StoreError::from)
}

/// Returns whether a non-terminal turn writes a message.
pub(super) async fn is_being_written(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    message: MessageId,
) -> Result<bool, StoreError> {
    let active = turn::Entity::find_in(ctx.tenant())
        .filter(turn::Column::MessageId.eq(message))
        .filter(turn::Column::Status.is_in(crate::conversations::store::ACTIVE))
        .one(conn)
        .await?;
    Ok(active.is_some())
}

pub(super) fn insert(batch: &mut Batch, new: turn::Model) -> turn::Model {
    batch.push(&turn::Entity::insert(new.clone().into_active_model().reset_all()));
    new
}

/// Selects the orphaned turns of all tenants: queued or running turns whose lease has expired or, if the
/// database has a `sole_owner`, that are not leased by it.
pub(super) fn orphans(now: DateTime<Utc>, sole_owner: Option<&str>) -> Select<turn::Entity> {
    use turn::Column as C;
    let mut is_orphaned = Condition::any().add(C::LeaseExpiresAt.lt(now));
    if let Some(owner) = sole_owner {
        is_orphaned = is_orphaned.add(C::LeaseOwner.ne(owner)).add(C::LeaseOwner.is_null());
    }
    turn::Entity::find()
        // Repeats the condition of the partial index `turn_alive` literally; otherwise SQLite does not use
        // the index.
        .filter(Expr::cust("status IN ('queued', 'running', 'waiting')"))
        .filter(C::Status.is_in([TurnStatus::Queued, TurnStatus::Running]))
        .filter(is_orphaned)
}

/// Returns those of the given turns that still run under the given fencing token, with whether a stop is
/// requested.
pub(super) async fn still_leased(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turns: &[(TurnId, i64)],
) -> Result<HashMap<TurnId, bool>, StoreError> {
    let rows: Vec<(TurnId, i64, Option<DateTime<Utc>>)> = turn::Entity::find_in(ctx.tenant())
        .select_only()
        .column(turn::Column::Id)
        .column(turn::Column::FencingToken)
        .column(turn::Column::StopRequestedAt)
        .filter(turn::Column::Id.is_in(turns.iter().map(|(id, _)| *id)))
        .filter(turn::Column::Status.eq(TurnStatus::Running))
        .into_tuple()
        .all(conn)
        .await?;
    let fencing_tokens: HashMap<TurnId, i64> = turns.iter().copied().collect();
    let leased = rows.into_iter().filter(|(id, token, _)| fencing_tokens.get(id) == Some(token));
    Ok(leased.map(|(id, _, stop_requested_at)| (id, stop_requested_at.is_some())).collect())
}

/// Reserves the event numbers of a turn up to and including `through`.
pub(super) async fn reserve_seq(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: TurnId,
    through: u64,
) -> Result<(), StoreError> {
    turn::Entity::update_in(ctx.tenant())
        .col_expr(turn::Column::SeqReserved, Expr::value(signed(through)))
        .filter(turn::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

pub(super) async fn renew_leases(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turns: &[TurnId],
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    turn::Entity::update_in(ctx.tenant())
        .col_expr(turn::Column::LeaseExpiresAt, Expr::value(until))
        .filter(turn::Column::Id.is_in(turns.iter().copied()))
        .exec(conn)
        .await?;
    Ok(())
}

/// The final or waiting state of a turn.
pub(super) struct TurnClose {
    pub status: TurnStatus,
    pub code: Option<String>,
    pub last_seq: u64,
    pub text_length: u64,
    pub reasoning_length: u64,
    pub usage: UsageView,
}

/// Sets the final or waiting state of a turn and releases its lease. Returns `false` without changes if the
/// turn has ended or its fencing token has changed.
pub(super) async fn close(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: &turn::Model,
    close: &TurnClose,
) -> Result<bool, StoreError> {
    use turn::Column as C;
    let is_terminal = close.status.is_terminal();
    let finished_at = is_terminal.then(|| ctx.now());
    let result = turn::Entity::update_in(ctx.tenant())
        .col_expr(C::Status, Expr::value(close.status))
        .col_expr(C::Code, Expr::value(close.code.clone()))
        .col_expr(C::LastSeq, Expr::value(signed(close.last_seq)))
        .col_expr(
            C::SeqReserved,
            Expr::value(signed(close.last_seq + if is_terminal { 0 } else { SEQ_RESERVE })),
        )
        .col_expr(C::TextLength, Expr::value(signed(close.text_length)))
        .col_expr(C::ReasoningLength, Expr::value(signed(close.reasoning_length)))
        .col_expr(C::InputTokens, Expr::value(signed(close.usage.input_tokens)))
        .col_expr(C::OutputTokens, Expr::value(signed(close.usage.output_tokens)))
        .col_expr(C::CachedTokens, Expr::value(signed(close.usage.cached_tokens)))
        .col_expr(C::ReasoningTokens, Expr::value(signed(close.usage.reasoning_tokens)))
        .col_expr(C::CostMicros, Expr::value(signed(close.usage.cost_micros)))
        .col_expr(C::FinishedAt, Expr::value(finished_at))
        .col_expr(C::LeaseOwner, Expr::value(None::<String>))
        .col_expr(C::LeaseExpiresAt, Expr::value(None::<DateTime<Utc>>))
        .filter(C::Id.eq(turn.id))
        .filter(C::FencingToken.eq(turn.fencing_token))
        .filter(C::Status.is_in(crate::conversations::store::ACTIVE))
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Takes over a waiting or orphaned turn under a new fencing token; `None` if the turn has changed in the
/// meantime.
pub(super) async fn take_over(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: &turn::Model,
    lease: Option<(&str, DateTime<Utc>)>,
) -> Result<Option<turn::Model>, StoreError> {
    use turn::Column as C;
    let result = turn::Entity::update_in(ctx.tenant())
        .col_expr(C::Status, Expr::value(TurnStatus::Running))
        .col_expr(C::FencingToken, Expr::value(turn.fencing_token + 1))
        .col_expr(C::LeaseOwner, Expr::value(lease.map(|(owner, _)| owner.to_owned())))
        .col_expr(C::LeaseExpiresAt, Expr::value(lease.map(|(_, until)| until)))
        .filter(C::Id.eq(turn.id))
        .filter(C::FencingToken.eq(turn.fencing_token))
        .filter(C::Status.eq(turn.status))
        .exec(conn)
        .await?;
    if result.rows_affected == 1 { find(conn, ctx, turn.id).await } else { Ok(None) }
}

/// Stores a stop request in the row of a turn. The process that runs the turn reads it with its next
/// checkpoint.
pub(crate) async fn request_stop(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: TurnId,
) -> Result<(), StoreError> {
    turn::Entity::update_in(ctx.tenant())
        .col_expr(turn::Column::StopRequestedAt, Expr::value(ctx.now()))
        .filter(turn::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

pub(super) fn view(row: &turn::Model) -> TurnView {
    TurnView {
        id: row.id,
        conversation_id: row.conversation_id,
        user_message_id: row.user_message_id,
        message_id: row.message_id,
        continues: row.continues,
        status: row.status,
        code: row.code.clone(),
        model: row.model.clone(),
        usage: UsageView {
            input_tokens: unsigned(row.input_tokens),
            output_tokens: unsigned(row.output_tokens),
            cached_tokens: unsigned(row.cached_tokens),
            reasoning_tokens: unsigned(row.reasoning_tokens),
            cost_micros: unsigned(row.cost_micros),
        },
        created_at: row.created_at,
        finished_at: row.finished_at,
    }
}

/// Returns the names of the allowed tools; `None` if all are allowed.
pub(super) fn tools_allowed(row: &turn::Model) -> Option<Vec<String>> {
    row.tools_allowed.as_ref().and_then(|names| serde_json::from_value(names.clone()).ok())
}

/// Returns the kinds of artifact that the message expects.
pub(super) fn artifacts_expected(row: &turn::Model) -> Vec<ArtifactKind> {
    let kinds = row.artifacts_expected.as_ref().map(|kinds| serde_json::from_value(kinds.clone()));
    kinds.and_then(Result::ok).unwrap_or_default()
}

pub(super) fn names_json(list: Option<Vec<String>>) -> Option<serde_json::Value> {
    list.map(|names| json!(names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::{Database, DbBackend, QueryTrait, Statement};

    /// The scan runs every second, so it must not read all turns.
    #[tokio::test]
    async fn the_scan_for_orphans_uses_the_index_of_live_turns() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("penny.db").display());
        let conn = Database::connect(url).await.unwrap();
        penny_migration::migrate(&conn).await.unwrap();
        for sole_owner in [None, Some("me")] {
            let statement = orphans(DateTime::UNIX_EPOCH, sole_owner).build(DbBackend::Sqlite);
            let sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
            let explain = Statement { sql, ..statement };
            let rows = conn.query_all_raw(explain).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
            assert!(plan.iter().all(|step| step.contains("INDEX turn_alive")), "{plan:?}");
        }
    }
}
