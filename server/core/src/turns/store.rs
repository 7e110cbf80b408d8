//! Rows of turns, their steps' calls, and their events.

use super::{checkpoint::RESERVE, draft::Draft, record::Record};
use crate::{
    ctx::Ctx,
    db::{StoreError, storable},
};
use chrono::{DateTime, Utc};
use penny_entity::{
    TenantScoped, event_checkpoint, message, message_part, model_call, turn, words::CallStatus,
};
use penny_types::{
    ConversationId, MessageId, ModelCallId, TurnId,
    conversations::{Author, PartBody, Sensitivity},
    models::UsageView,
    turns::{TurnStatus, TurnView},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use serde_json::json;
use std::collections::{HashMap, HashSet};

pub(super) async fn find(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: TurnId,
) -> Result<Option<turn::Model>, StoreError> {
    turn::Entity::find_by_id((ctx.tenant, id)).one(conn).await.map_err(StoreError::from)
}

pub(super) async fn by_client_key(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    conversation: ConversationId,
    key: &str,
) -> Result<Option<turn::Model>, StoreError> {
    turn::Entity::find_in(ctx.tenant)
        .filter(turn::Column::ConversationId.eq(conversation))
        .filter(turn::Column::ClientKey.eq(key))
        .one(conn)
        .await
        .map_err(StoreError::from)
}

/// Says whether a message is still being written.
pub(super) async fn is_being_written(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    message: MessageId,
) -> Result<bool, StoreError> {
    let active = turn::Entity::find_in(ctx.tenant)
        .filter(turn::Column::MessageId.eq(message))
        .filter(turn::Column::Status.is_in(crate::conversations::store::ACTIVE))
        .one(conn)
        .await
        .map_err(StoreError::from)?;
    Ok(active.is_some())
}

/// A message to be written down.
pub(super) struct NewRow {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub parent: Option<(MessageId, i32)>,
    pub author: Author,
    pub model: Option<String>,
    pub turn: Option<TurnId>,
}

pub(super) async fn insert_message(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    new: NewRow,
) -> Result<i32, StoreError> {
    let depth = new.parent.map_or(0, |(_, depth)| depth + 1);
    let row = message::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(new.id),
        conversation_id: Set(new.conversation),
        parent_id: Set(new.parent.map(|(id, _)| id)),
        author: Set(new.author),
        principal_id: Set((new.author == Author::User).then(|| ctx.subject())),
        depth: Set(depth),
        model: Set(new.model),
        turn_id: Set(new.turn),
        sensitivity: Set(Sensitivity::Internal),
        created_at: Set(ctx.now()),
    };
    message::Entity::insert(row).exec_without_returning(conn).await.map_err(StoreError::from)?;
    Ok(depth)
}

pub(super) async fn insert_parts(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    (conversation, message): (ConversationId, MessageId),
    turn: TurnId,
    parts: &[PartBody],
) -> Result<(), StoreError> {
    if parts.is_empty() {
        return Ok(());
    }
    let before = message_part::Entity::find_in(ctx.tenant)
        .select_only()
        .column_as(message_part::Column::Position.max(), "last")
        .filter(message_part::Column::MessageId.eq(message))
        .into_tuple::<Option<i32>>()
        .one(conn)
        .await
        .map_err(StoreError::from)?
        .flatten()
        .map_or(0, |last| last + 1);
    let now = ctx.now();
    let rows = parts.iter().zip(0_u32..).zip(before..).map(|((body, index), position)| {
        // A model or a tool may say NUL, which no database keeps.
        let value = storable(serde_json::to_value(body).unwrap_or_default());
        message_part::ActiveModel {
            tenant_id: Set(ctx.tenant),
            id: Set(crate::conversations::store::part_id(turn, index)),
            conversation_id: Set(conversation),
            message_id: Set(message),
            position: Set(position),
            kind: Set(value.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default().to_owned()),
            version: Set(1),
            body: Set(value),
            sensitivity: Set(Sensitivity::Internal),
            pseudonym_map_ref: Set(None),
            turn_id: Set(Some(turn)),
            created_at: Set(now),
        }
    });
    message_part::Entity::insert_many(rows).exec_without_returning(conn).await.map_err(StoreError::from)?;
    Ok(())
}

pub(super) async fn insert(
    conn: &impl ConnectionTrait,
    new: turn::ActiveModel,
) -> Result<turn::Model, StoreError> {
    new.insert(conn).await.map_err(StoreError::from)
}

/// Returns those of the given turns that still run under the given fencing token.
pub(super) async fn still_owned(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turns: &[(TurnId, i64)],
) -> Result<HashSet<TurnId>, StoreError> {
    let rows: Vec<(TurnId, i64)> = turn::Entity::find_in(ctx.tenant)
        .select_only()
        .column(turn::Column::Id)
        .column(turn::Column::FencingToken)
        .filter(turn::Column::Id.is_in(turns.iter().map(|(id, _)| *id)))
        .filter(turn::Column::Status.eq(TurnStatus::Running))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let fences: HashMap<TurnId, i64> = turns.iter().copied().collect();
    Ok(rows.into_iter().filter(|(id, fence)| fences.get(id) == Some(fence)).map(|(id, _)| id).collect())
}

pub(super) async fn reserve(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: TurnId,
    through: u64,
) -> Result<(), StoreError> {
    turn::Entity::update_in(ctx.tenant)
        .col_expr(turn::Column::SeqReserved, Expr::value(signed(through)))
        .filter(turn::Column::Id.eq(id))
        .exec(conn)
        .await
        .map_err(StoreError::from)?;
    Ok(())
}

pub(super) async fn renew(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turns: &[TurnId],
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    turn::Entity::update_in(ctx.tenant)
        .col_expr(turn::Column::LeaseExpiresAt, Expr::value(until))
        .filter(turn::Column::Id.is_in(turns.iter().copied()))
        .exec(conn)
        .await
        .map_err(StoreError::from)?;
    Ok(())
}

/// Adds events of several turns in as few statements as the databases allow.
pub(super) async fn append(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turns: &[(TurnId, Vec<Record>)],
) -> Result<(), StoreError> {
    for some in turns.chunks(500) {
        let rows = some.iter().filter_map(|(turn, records)| {
            let (first, last) = (records.first()?, records.last()?);
            Some(event_checkpoint::ActiveModel {
                tenant_id: Set(ctx.tenant),
                turn_id: Set(*turn),
                last_seq: Set(signed(last.last_seq())),
                first_seq: Set(signed(first.first_seq())),
                events: Set(serde_json::to_string(records).ok()?),
            })
        });
        event_checkpoint::Entity::insert_many(rows)
            .exec_without_returning(conn)
            .await
            .map_err(StoreError::from)?;
    }
    Ok(())
}

/// Reads a turn's events that end after `after`, in order.
pub(super) async fn records(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
    after: u64,
) -> Result<Vec<Record>, StoreError> {
    let rows = event_checkpoint::Entity::find_in(ctx.tenant)
        .filter(event_checkpoint::Column::TurnId.eq(turn))
        .filter(event_checkpoint::Column::LastSeq.gt(signed(after)))
        .order_by_asc(event_checkpoint::Column::LastSeq)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut records = Vec::new();
    for row in rows {
        match serde_json::from_str::<Vec<Record>>(&row.events) {
            Ok(some) => records.extend(some),
            Err(error) => tracing::error!(turn.id = %turn, error = %error, "a checkpoint cannot be read"),
        }
    }
    Ok(records)
}

/// Folds what a turn has said up to its last checkpoint; with the number of the last event in it.
pub(crate) async fn checkpointed(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: &turn::Model,
) -> Result<(u64, Draft), StoreError> {
    let mut draft = Draft::starting_at(unsigned(turn.text_offset_start));
    let mut last_seq = 0;
    for record in records(conn, ctx, turn.id, 0).await? {
        draft.apply(record.body());
        last_seq = record.last_seq();
    }
    Ok((last_seq, draft))
}

/// How a turn ends, or comes to rest.
pub(super) struct Close {
    pub status: TurnStatus,
    pub code: Option<String>,
    pub last_seq: u64,
    pub text_length: u64,
    pub reasoning_length: u64,
    pub usage: UsageView,
}

/// Sets a turn's final or waiting state, if it still runs under the fencing token; says whether it did.
pub(super) async fn close(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: &turn::Model,
    close: &Close,
) -> Result<bool, StoreError> {
    use turn::Column as C;
    let is_over = close.status.is_over();
    let finished_at = is_over.then(|| ctx.now());
    let result = turn::Entity::update_in(ctx.tenant)
        .col_expr(C::Status, Expr::value(close.status))
        .col_expr(C::Code, Expr::value(close.code.clone()))
        .col_expr(C::LastSeq, Expr::value(signed(close.last_seq)))
        .col_expr(C::SeqReserved, Expr::value(signed(close.last_seq + if is_over { 0 } else { RESERVE })))
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
        .await
        .map_err(StoreError::from)?;
    Ok(result.rows_affected == 1)
}

/// Takes a resting or orphaned turn over under a new fencing token; `None` when someone else did.
pub(super) async fn take_over(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: &turn::Model,
    lease: Option<(&str, DateTime<Utc>)>,
) -> Result<Option<turn::Model>, StoreError> {
    use turn::Column as C;
    let result = turn::Entity::update_in(ctx.tenant)
        .col_expr(C::Status, Expr::value(TurnStatus::Running))
        .col_expr(C::FencingToken, Expr::value(turn.fencing_token + 1))
        .col_expr(C::LeaseOwner, Expr::value(lease.map(|(owner, _)| owner.to_owned())))
        .col_expr(C::LeaseExpiresAt, Expr::value(lease.map(|(_, until)| until)))
        .filter(C::Id.eq(turn.id))
        .filter(C::FencingToken.eq(turn.fencing_token))
        .filter(C::Status.eq(turn.status))
        .exec(conn)
        .await
        .map_err(StoreError::from)?;
    if result.rows_affected == 1 { find(conn, ctx, turn.id).await } else { Ok(None) }
}

pub(super) async fn request_stop(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: TurnId,
) -> Result<(), StoreError> {
    turn::Entity::update_in(ctx.tenant)
        .col_expr(turn::Column::StopRequestedAt, Expr::value(ctx.now()))
        .filter(turn::Column::Id.eq(id))
        .exec(conn)
        .await
        .map_err(StoreError::from)?;
    Ok(())
}

/// One call of a model, as its row keeps it.
#[derive(Debug, Clone)]
pub(super) struct CallRow {
    pub id: ModelCallId,
    pub provider: String,
    pub model: String,
    pub started_at: DateTime<Utc>,
}

pub(super) async fn open_call(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
    call: &CallRow,
) -> Result<(), StoreError> {
    let row = model_call::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(call.id),
        turn_id: Set(Some(turn)),
        step_id: Set(None),
        provider: Set(call.provider.clone()),
        model: Set(call.model.clone()),
        status: Set(CallStatus::Running),
        code: Set(None),
        input_tokens: Set(0),
        output_tokens: Set(0),
        cached_tokens: Set(0),
        reasoning_tokens: Set(0),
        cost_micros: Set(0),
        ttft_ms: Set(None),
        duration_ms: Set(None),
        trace_id: Set(None),
        started_at: Set(call.started_at),
        finished_at: Set(None),
    };
    model_call::Entity::insert(row).exec_without_returning(conn).await.map_err(StoreError::from)?;
    Ok(())
}

/// What became of a call of a model.
#[derive(Debug, Clone)]
pub(super) struct CallEnd {
    pub status: CallStatus,
    pub code: Option<String>,
    pub usage: UsageView,
    pub ttft_ms: Option<i64>,
    pub duration_ms: i64,
}

pub(super) async fn close_call(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ModelCallId,
    end: &CallEnd,
) -> Result<(), StoreError> {
    let row = model_call::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(id),
        status: Set(end.status),
        code: Set(end.code.clone()),
        input_tokens: Set(signed(end.usage.input_tokens)),
        output_tokens: Set(signed(end.usage.output_tokens)),
        cached_tokens: Set(signed(end.usage.cached_tokens)),
        reasoning_tokens: Set(signed(end.usage.reasoning_tokens)),
        cost_micros: Set(signed(end.usage.cost_micros)),
        ttft_ms: Set(end.ttft_ms),
        duration_ms: Set(Some(end.duration_ms)),
        finished_at: Set(Some(ctx.now())),
        ..Default::default()
    };
    row.update(conn).await.map_err(StoreError::from)?;
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

/// Returns the names a turn's message allows, if it allows only some.
pub(super) fn tools_allowed(row: &turn::Model) -> Option<Vec<String>> {
    row.tools_allowed.as_ref().and_then(|names| serde_json::from_value(names.clone()).ok())
}

pub(super) fn names(list: Option<Vec<String>>) -> Option<serde_json::Value> {
    list.map(|names| json!(names))
}

pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// Makes a turn the message's last.
pub(super) async fn set_turn(
    conn: &impl ConnectionTrait,
    row: message::Model,
    turn: TurnId,
) -> Result<(), StoreError> {
    let mut change = row.into_active_model();
    change.turn_id = Set(Some(turn));
    change.update(conn).await.map_err(StoreError::from)?;
    Ok(())
}
