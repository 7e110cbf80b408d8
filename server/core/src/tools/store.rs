use super::{rules, run::ToolCallOrigin};
use penny_entity::{TenantScoped, tool_call, turn};
use penny_kernel::{
    ctx::Ctx,
    db::{StoreError, storable_json, storable_text},
};
use penny_types::{
    MessageId, StepId, ToolCallId, TurnId,
    tools::{Effect, ToolCallStatus},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use serde_json::Value;

/// A tool call to insert.
pub(super) struct NewToolCall<'a> {
    /// The step of the turn; `None` outside a turn.
    pub step: Option<StepId>,
    pub name: &'a str,
    pub version: u32,
    pub effect: Effect,
    pub arguments: Value,
    pub plan: Option<String>,
    pub status: ToolCallStatus,
    /// The result for the model, for a call that is rejected.
    pub result: Option<Value>,
    pub error: Option<String>,
}

pub(super) async fn insert(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    origin: &ToolCallOrigin,
    id: ToolCallId,
    call: NewToolCall<'_>,
) -> Result<tool_call::Model, StoreError> {
    let now = ctx.now();
    let arguments = storable_json(call.arguments);
    let plan = call.plan.map(storable_text);
    let row = tool_call::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(id),
        conversation_id: Set(origin.conversation),
        turn_id: Set(origin.turn.map(|(turn, _)| turn)),
        step_id: Set(call.step),
        principal_id: Set(ctx.actor().id),
        on_behalf_of: Set(ctx.actor().on_behalf_of),
        model_call_ref: Set(origin.model_ref.clone()),
        name: Set(storable_text(call.name.to_owned())),
        version: Set(i32::try_from(call.version).unwrap_or(0)),
        effect: Set(call.effect),
        plan_hash: Set(plan.as_ref().map(|plan| hash_plan(&arguments, plan))),
        arguments: Set(arguments),
        plan: Set(plan),
        status: Set(call.status),
        idempotency_key: Set(id.to_string()),
        result: Set(call.result.map(storable_json)),
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

/// Hashes the arguments together with the plan shown to the approver, so that an approval is valid only for
/// exactly these arguments.
pub(super) fn hash_plan(arguments: &Value, plan: &str) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(rules::canonical_json(arguments).as_bytes());
    hasher.update(&[0]);
    hasher.update(plan.as_bytes());
    hasher.finalize().as_bytes().to_vec()
}

pub(super) async fn find(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ToolCallId,
) -> Result<Option<tool_call::Model>, StoreError> {
    tool_call::Entity::find_by_id((ctx.tenant(), id)).one(conn).await.map_err(StoreError::from)
}

pub(super) async fn list_by_turn(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
) -> Result<Vec<tool_call::Model>, StoreError> {
    tool_call::Entity::find_in(ctx.tenant())
        .filter(tool_call::Column::TurnId.eq(turn))
        .order_by_asc(tool_call::Column::Id)
        .all(conn)
        .await
        .map_err(StoreError::from)
}

pub(super) async fn update(
    conn: &impl ConnectionTrait,
    row: tool_call::Model,
    apply: impl FnOnce(&mut tool_call::ActiveModel),
) -> Result<tool_call::Model, StoreError> {
    let mut active = row.into_active_model();
    apply(&mut active);
    active.update(conn).await.map_err(StoreError::from)
}

/// Lists the calls of every turn that wrote a message, in the order of their requests.
pub(super) async fn list_by_message(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    message: MessageId,
) -> Result<Vec<tool_call::Model>, StoreError> {
    let turns = turn::Entity::find_in(ctx.tenant())
        .select_only()
        .column(turn::Column::Id)
        .filter(turn::Column::MessageId.eq(message));
    tool_call::Entity::find_in(ctx.tenant())
        .filter(tool_call::Column::TurnId.in_subquery(turns.into_query()))
        .order_by_asc(tool_call::Column::Id)
        .all(conn)
        .await
        .map_err(StoreError::from)
}

/// Stores the outcome of a call. `result` is what the model receives, `error` is for the log.
pub(super) async fn finish(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    call: tool_call::Model,
    status: ToolCallStatus,
    result: &Value,
    error: Option<String>,
    duration_ms: u64,
) -> Result<tool_call::Model, StoreError> {
    let now = ctx.now();
    update(conn, call, |row| {
        row.status = Set(status);
        row.result = Set(Some(storable_json(result.clone())));
        row.error = Set(error.map(storable_text));
        row.finished_at = Set(Some(now));
        row.duration_ms = Set(i64::try_from(duration_ms).ok());
    })
    .await
}

/// Closes the calls a turn left open and returns all calls of the turn. A running call with side effects
/// becomes `InDoubt`, any other open call `Failed`.
pub(super) async fn close_open_calls(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
) -> Result<Vec<tool_call::Model>, StoreError> {
    let mut calls = list_by_turn(conn, ctx, turn).await?;
    for call in &mut calls {
        if call.status.is_open() {
            let is_in_doubt = call.status == ToolCallStatus::Running && call.effect != Effect::Read;
            let status = if is_in_doubt { ToolCallStatus::InDoubt } else { ToolCallStatus::Failed };
            *call = update(conn, call.clone(), |row| {
                row.status = Set(status);
                row.finished_at = Set(Some(ctx.now()));
            })
            .await?;
        }
    }
    Ok(calls)
}
