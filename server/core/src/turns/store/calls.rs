//! Queries on model calls and their steps.

use super::{
    signed,
    steps::{NewStep, close_step, insert_step, open_step},
};
use crate::routing::Route;
use chrono::{DateTime, Utc};
use penny_entity::{
    TenantScoped,
    enums::{CallStatus, StepKind, StepStatus},
    model_call,
};
use penny_kernel::{
    ctx::Ctx,
    db::{Batch, StoreError},
};
use penny_types::{ModelCallId, StepId, TurnId, models::UsageView};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::Expr,
};
use serde_json::json;

/// A stored model call.
#[derive(Debug, Clone)]
pub(in crate::turns) struct ModelCallRow {
    pub id: ModelCallId,
    pub step_id: StepId,
    pub provider: String,
    pub model: String,
    pub started_at: DateTime<Utc>,
}

/// Writes the first model call of a turn, in the transaction that writes the turn.
pub(in crate::turns) fn open_first_call(
    batch: &mut Batch,
    ctx: &Ctx,
    turn: TurnId,
    route: &Route,
) -> ModelCallRow {
    let step = insert_step(batch, ctx, model_call_step(turn, 0), 0);
    insert(batch, ctx, turn, step, route)
}

/// Writes a further model call; `None` if another process has taken the turn over.
pub(in crate::turns) async fn open_call(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    (turn, fencing_token): (TurnId, i64),
    route: &Route,
) -> Result<Option<ModelCallRow>, StoreError> {
    let Some(step) = open_step(conn, ctx, model_call_step(turn, fencing_token)).await? else {
        return Ok(None);
    };
    let mut batch = Batch::new(conn);
    let call = insert(&mut batch, ctx, turn, step, route);
    batch.execute(conn).await?;
    Ok(Some(call))
}

fn model_call_step(turn: TurnId, fencing_token: i64) -> NewStep {
    NewStep { turn, fencing_token, kind: StepKind::ModelCall, status: StepStatus::Running, detail: json!({}) }
}

fn insert(batch: &mut Batch, ctx: &Ctx, turn: TurnId, step: StepId, route: &Route) -> ModelCallRow {
    let call = ModelCallRow {
        id: ctx.new_id(),
        step_id: step,
        provider: route.provider.name().to_owned(),
        model: route.model.clone(),
        started_at: ctx.now(),
    };
    let row = model_call::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(call.id),
        turn_id: Set(Some(turn)),
        step_id: Set(Some(step)),
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
        trace_id: Set(Some(ctx.trace_id())),
        started_at: Set(call.started_at),
        finished_at: Set(None),
    };
    batch.push(&model_call::Entity::insert(row));
    call
}

/// The result of a model call.
#[derive(Debug, Clone)]
pub(in crate::turns) struct ModelCallResult {
    pub status: CallStatus,
    pub code: Option<String>,
    pub usage: UsageView,
    pub ttft_ms: Option<i64>,
    pub duration_ms: i64,
}

pub(in crate::turns) async fn close_call(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    call: &ModelCallRow,
    result: &ModelCallResult,
) -> Result<(), StoreError> {
    let row = model_call::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(call.id),
        status: Set(result.status),
        code: Set(result.code.clone()),
        input_tokens: Set(signed(result.usage.input_tokens)),
        output_tokens: Set(signed(result.usage.output_tokens)),
        cached_tokens: Set(signed(result.usage.cached_tokens)),
        reasoning_tokens: Set(signed(result.usage.reasoning_tokens)),
        cost_micros: Set(signed(result.usage.cost_micros)),
        ttft_ms: Set(result.ttft_ms),
        duration_ms: Set(Some(result.duration_ms)),
        finished_at: Set(Some(ctx.now())),
        ..Default::default()
    };
    row.update(conn).await?;
    match result.status {
        CallStatus::Succeeded => close_step(conn, ctx, call.step_id, StepStatus::Finished).await,
        CallStatus::Failed => close_step(conn, ctx, call.step_id, StepStatus::Failed).await,
        // The step of a cancelled call is closed when the turn ends.
        CallStatus::Running | CallStatus::Cancelled => Ok(()),
    }
}

/// Marks the running model calls of an ended turn as cancelled.
pub(in crate::turns) async fn cancel_open_calls(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
) -> Result<(), StoreError> {
    model_call::Entity::update_in(ctx.tenant())
        .col_expr(model_call::Column::Status, Expr::value(CallStatus::Cancelled))
        .col_expr(model_call::Column::FinishedAt, Expr::value(ctx.now()))
        .filter(model_call::Column::TurnId.eq(turn))
        .filter(model_call::Column::Status.eq(CallStatus::Running))
        .exec(conn)
        .await?;
    Ok(())
}
