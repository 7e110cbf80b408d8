use super::{rules, run::Origin};
use crate::{
    ctx::Ctx,
    db::{StoreError, storable, storable_text},
};
use penny_entity::{TenantScoped, tool_call, turn};
use penny_types::{
    MessageId, StepId, ToolCallId, TurnId,
    tools::{Effect, ToolCallStatus},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use serde_json::Value;

/// A call as it is first recorded.
pub(super) struct NewCall<'a> {
    /// The step of the turn that it is.
    pub step: Option<StepId>,
    pub name: &'a str,
    pub version: u32,
    pub effect: Effect,
    pub arguments: Value,
    pub plan: Option<String>,
    pub status: ToolCallStatus,
    /// What the model is told, when that is known already.
    pub told: Option<Value>,
    pub error: Option<String>,
}

pub(super) async fn insert(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    origin: &Origin,
    call: NewCall<'_>,
) -> Result<tool_call::Model, StoreError> {
    let id: ToolCallId = ctx.mint();
    let now = ctx.now();
    let arguments = storable(call.arguments);
    let plan = call.plan.map(storable_text);
    let row = tool_call::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(id),
        conversation_id: Set(origin.conversation),
        turn_id: Set(origin.turn.map(|(turn, _)| turn)),
        step_id: Set(call.step),
        principal_id: Set(ctx.actor.id),
        on_behalf_of: Set(ctx.actor.on_behalf_of),
        model_call_ref: Set(origin.model_ref.clone()),
        name: Set(storable_text(call.name.to_owned())),
        version: Set(i32::try_from(call.version).unwrap_or(0)),
        effect: Set(call.effect),
        plan_hash: Set(plan.as_ref().map(|plan| plan_hash(&arguments, plan))),
        arguments: Set(arguments),
        plan: Set(plan),
        status: Set(call.status),
        idempotency_key: Set(id.to_string()),
        result: Set(call.told.map(storable)),
        error: Set(call.error.map(storable_text)),
        decided_by: Set(None),
        decided_at: Set(None),
        created_at: Set(now),
        started_at: Set(None),
        finished_at: Set((call.status == ToolCallStatus::Failed).then_some(now)),
        duration_ms: Set(None),
    };
    row.insert(conn).await.map_err(StoreError::from)
}

/// Hashes what an approver is shown together with what would run.
pub(super) fn plan_hash(arguments: &Value, plan: &str) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(rules::canonical(arguments).as_bytes());
    hasher.update(&[0]);
    hasher.update(plan.as_bytes());
    hasher.finalize().as_bytes().to_vec()
}

pub(super) async fn find(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ToolCallId,
) -> Result<Option<tool_call::Model>, StoreError> {
    tool_call::Entity::find_by_id((ctx.tenant, id)).one(conn).await.map_err(StoreError::from)
}

pub(super) async fn of_turn(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
) -> Result<Vec<tool_call::Model>, StoreError> {
    tool_call::Entity::find_in(ctx.tenant)
        .filter(tool_call::Column::TurnId.eq(turn))
        .order_by_asc(tool_call::Column::Id)
        .all(conn)
        .await
        .map_err(StoreError::from)
}

pub(super) async fn change(
    conn: &impl ConnectionTrait,
    row: tool_call::Model,
    apply: impl FnOnce(&mut tool_call::ActiveModel),
) -> Result<tool_call::Model, StoreError> {
    let mut change = row.into_active_model();
    apply(&mut change);
    change.update(conn).await.map_err(StoreError::from)
}

/// Reads the calls of every turn that wrote a message, in the order they were asked for.
pub(super) async fn of_message(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    message: MessageId,
) -> Result<Vec<tool_call::Model>, StoreError> {
    let turns = turn::Entity::find_in(ctx.tenant)
        .select_only()
        .column(turn::Column::Id)
        .filter(turn::Column::MessageId.eq(message));
    tool_call::Entity::find_in(ctx.tenant)
        .filter(tool_call::Column::TurnId.in_subquery(turns.into_query()))
        .order_by_asc(tool_call::Column::Id)
        .all(conn)
        .await
        .map_err(StoreError::from)
}

/// Ends a call: how, what the model is told, and why it failed, for people.
pub(super) async fn end(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    call: tool_call::Model,
    status: ToolCallStatus,
    told: &Value,
    error: Option<String>,
    duration_ms: u64,
) -> Result<tool_call::Model, StoreError> {
    let now = ctx.now();
    change(conn, call, |row| {
        row.status = Set(status);
        row.result = Set(Some(storable(told.clone())));
        row.error = Set(error.map(storable_text));
        row.finished_at = Set(Some(now));
        row.duration_ms = Set(i64::try_from(duration_ms).ok());
    })
    .await
}

/// Settles the calls a turn leaves behind: one that may have changed something is in doubt, one that
/// only read has failed. Returns all calls of the turn as they stand then.
pub(super) async fn settle(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
) -> Result<Vec<tool_call::Model>, StoreError> {
    let mut calls = of_turn(conn, ctx, turn).await?;
    for call in &mut calls {
        if call.status.is_open() {
            let is_in_doubt = call.status == ToolCallStatus::Running && call.effect != Effect::Read;
            let status = if is_in_doubt { ToolCallStatus::InDoubt } else { ToolCallStatus::Failed };
            *call = change(conn, call.clone(), |row| {
                row.status = Set(status);
                row.finished_at = Set(Some(ctx.now()));
            })
            .await?;
        }
    }
    Ok(calls)
}
