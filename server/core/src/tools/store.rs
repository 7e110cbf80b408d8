use super::service::Origin;
use crate::{
    ctx::Ctx,
    db::{StoreError, storable, storable_text},
};
use penny_entity::{TenantScoped, tool_call};
use penny_types::{
    ToolCallId, TurnId,
    tools::{Effect, ToolCallStatus},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder,
};
use serde_json::Value;

/// A call as it is first recorded.
pub(super) struct NewCall<'a> {
    pub name: &'a str,
    pub version: u32,
    pub effect: Effect,
    pub arguments: Value,
    pub plan: Option<String>,
    pub status: ToolCallStatus,
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
        turn_id: Set(origin.turn),
        step_id: Set(None),
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
        result: Set(None),
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
    hasher.update(arguments.to_string().as_bytes());
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

/// Settles the calls a turn leaves behind when its process went away: one that may have changed
/// something is in doubt, one that only read has failed.
pub(super) async fn settle(conn: &impl ConnectionTrait, ctx: &Ctx, turn: TurnId) -> Result<(), StoreError> {
    let open = [ToolCallStatus::Pending, ToolCallStatus::Waiting, ToolCallStatus::Running];
    for row in of_turn(conn, ctx, turn).await?.into_iter().filter(|row| open.contains(&row.status)) {
        let is_in_doubt = row.status == ToolCallStatus::Running && row.effect != Effect::Read;
        let status = if is_in_doubt { ToolCallStatus::InDoubt } else { ToolCallStatus::Failed };
        change(conn, row, |row| {
            row.status = Set(status);
            row.finished_at = Set(Some(ctx.now()));
        })
        .await?;
    }
    Ok(())
}
