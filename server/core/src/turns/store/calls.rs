//! Rows of model calls, each with the step it is.

use super::{
    signed,
    steps::{Step, close_step, insert_step, open_step},
};
use crate::{
    ctx::Ctx,
    db::{Batch, StoreError},
    routing::Route,
};
use chrono::{DateTime, Utc};
use penny_entity::{
    TenantScoped, model_call,
    words::{CallStatus, StepKind, StepStatus},
};
use penny_types::{ModelCallId, StepId, TurnId, models::UsageView};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::Expr,
};
use serde_json::json;

/// One call of a model, as its row keeps it.
#[derive(Debug, Clone)]
pub(in crate::turns) struct CallRow {
    pub id: ModelCallId,
    pub step: StepId,
    pub provider: String,
    pub model: String,
    pub started_at: DateTime<Utc>,
}

/// Writes the call a turn begins with, in the transaction that writes the turn.
pub(in crate::turns) fn open_first_call(
    batch: &mut Batch,
    ctx: &Ctx,
    turn: TurnId,
    route: &Route,
) -> CallRow {
    let step = insert_step(batch, ctx, asking(turn, 0), 0);
    insert(batch, ctx, turn, step, route)
}

/// Writes a further call before the model is asked; `None` when another process has the turn now.
pub(in crate::turns) async fn open_call(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    (turn, fence): (TurnId, i64),
    route: &Route,
) -> Result<Option<CallRow>, StoreError> {
    let Some(step) = open_step(conn, ctx, asking(turn, fence)).await? else { return Ok(None) };
    let mut batch = Batch::of(conn);
    let call = insert(&mut batch, ctx, turn, step, route);
    batch.run(conn).await?;
    Ok(Some(call))
}

fn asking(turn: TurnId, fence: i64) -> Step {
    Step { turn, fence, kind: StepKind::ModelCall, status: StepStatus::Running, detail: json!({}) }
}

fn insert(batch: &mut Batch, ctx: &Ctx, turn: TurnId, step: StepId, route: &Route) -> CallRow {
    let call = CallRow {
        id: ctx.mint(),
        step,
        provider: route.provider.name().to_owned(),
        model: route.model.clone(),
        started_at: ctx.now(),
    };
    let row = model_call::ActiveModel {
        tenant_id: Set(ctx.tenant),
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

/// What became of a call of a model.
#[derive(Debug, Clone)]
pub(in crate::turns) struct CallEnd {
    pub status: CallStatus,
    pub code: Option<String>,
    pub usage: UsageView,
    pub ttft_ms: Option<i64>,
    pub duration_ms: i64,
}

pub(in crate::turns) async fn close_call(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    call: &CallRow,
    end: &CallEnd,
) -> Result<(), StoreError> {
    let row = model_call::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(call.id),
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
    row.update(conn).await?;
    match end.status {
        CallStatus::Succeeded => close_step(conn, ctx, call.step, StepStatus::Finished).await,
        CallStatus::Failed => close_step(conn, ctx, call.step, StepStatus::Failed).await,
        // What gave the call up ends the turn, and the step with it.
        CallStatus::Running | CallStatus::Cancelled => Ok(()),
    }
}

/// Gives up the calls of a turn whose process went away.
pub(in crate::turns) async fn settle_calls(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
) -> Result<(), StoreError> {
    model_call::Entity::update_in(ctx.tenant)
        .col_expr(model_call::Column::Status, Expr::value(CallStatus::Cancelled))
        .col_expr(model_call::Column::FinishedAt, Expr::value(ctx.now()))
        .filter(model_call::Column::TurnId.eq(turn))
        .filter(model_call::Column::Status.eq(CallStatus::Running))
        .exec(conn)
        .await?;
    Ok(())
}
