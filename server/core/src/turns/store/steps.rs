//! Rows of steps: the state machine of a turn, written in the transactions of what each step does.

use crate::{
    ctx::Ctx,
    db::{Batch, StoreError},
};
use penny_entity::{
    TenantScoped, turn, turn_step,
    words::{StepKind, StepStatus},
};
use penny_types::{StepId, TurnId, turns::TurnStatus};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use serde_json::Value;

/// Steps that are not over.
const OPEN: [StepStatus; 2] = [StepStatus::Running, StepStatus::Waiting];

/// A step to be begun by the process that holds a turn under a fencing token.
pub(crate) struct Step {
    pub turn: TurnId,
    pub fence: i64,
    pub kind: StepKind,
    pub status: StepStatus,
    /// What the step needs to go on after a restart.
    pub detail: Value,
}

/// Begins a turn's next step; `None` when another process has the turn now.
pub(crate) async fn open_step(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    step: Step,
) -> Result<Option<StepId>, StoreError> {
    if !holds(conn, ctx, step.turn, step.fence).await? {
        return Ok(None);
    }
    let position = next_position(conn, ctx, step.turn).await?;
    let mut batch = Batch::of(conn);
    let id = insert_step(&mut batch, ctx, step, position);
    batch.run(conn).await?;
    Ok(Some(id))
}

/// Writes the wait in which a turn comes to rest, in the transaction that lets go of its lease.
pub(in crate::turns) async fn wait(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
    detail: Value,
) -> Result<(), StoreError> {
    let position = next_position(conn, ctx, turn).await?;
    let step = Step { turn, fence: 0, kind: StepKind::Wait, status: StepStatus::Waiting, detail };
    let mut batch = Batch::of(conn);
    insert_step(&mut batch, ctx, step, position);
    batch.run(conn).await
}

async fn next_position(conn: &impl ConnectionTrait, ctx: &Ctx, turn: TurnId) -> Result<i32, StoreError> {
    let last = turn_step::Entity::find_in(ctx.tenant)
        .select_only()
        .column_as(turn_step::Column::Position.max(), "last")
        .filter(turn_step::Column::TurnId.eq(turn))
        .into_tuple::<Option<i32>>()
        .one(conn)
        .await?;
    Ok(last.flatten().map_or(0, |last| last + 1))
}

/// Writes the first step of a turn that is written in the same transaction.
pub(super) fn insert_step(batch: &mut Batch, ctx: &Ctx, step: Step, position: i32) -> StepId {
    let id: StepId = ctx.mint();
    let now = ctx.now();
    let row = turn_step::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(id),
        turn_id: Set(step.turn),
        position: Set(position),
        kind: Set(step.kind),
        status: Set(step.status),
        detail: Set(step.detail),
        started_at: Set(now),
        finished_at: Set((!OPEN.contains(&step.status)).then_some(now)),
    };
    batch.push(&turn_step::Entity::insert(row));
    id
}

/// Says whether a turn still runs under a fencing token, and keeps it so until the transaction ends.
async fn holds(conn: &impl ConnectionTrait, ctx: &Ctx, id: TurnId, fence: i64) -> Result<bool, StoreError> {
    let held = turn::Entity::find_in(ctx.tenant)
        .select_only()
        .column(turn::Column::Id)
        .filter(turn::Column::Id.eq(id))
        .filter(turn::Column::FencingToken.eq(fence))
        .filter(turn::Column::Status.eq(TurnStatus::Running))
        .lock_exclusive()
        .into_tuple::<TurnId>()
        .one(conn)
        .await?;
    Ok(held.is_some())
}

/// Sets a step going that was written down before; says whether the turn is still this process's.
pub(crate) async fn run_step(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    (turn, fence): (TurnId, i64),
    id: Option<StepId>,
) -> Result<bool, StoreError> {
    let is_held = holds(conn, ctx, turn, fence).await?;
    if let Some(id) = id.filter(|_| is_held) {
        turn_step::Entity::update_in(ctx.tenant)
            .col_expr(turn_step::Column::Status, Expr::value(StepStatus::Running))
            .filter(turn_step::Column::Id.eq(id))
            .exec(conn)
            .await?;
    }
    Ok(is_held)
}

/// Ends a step, in the transaction of what it did.
pub(crate) async fn close_step(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: StepId,
    status: StepStatus,
) -> Result<(), StoreError> {
    turn_step::Entity::update_in(ctx.tenant)
        .col_expr(turn_step::Column::Status, Expr::value(status))
        .col_expr(turn_step::Column::FinishedAt, Expr::value(ctx.now()))
        .filter(turn_step::Column::Id.eq(id))
        .filter(turn_step::Column::Status.is_in(OPEN))
        .exec(conn)
        .await?;
    Ok(())
}

/// Reads the steps of a turn that are not over, in order: what a turn that was waiting goes on from.
pub(in crate::turns) async fn open_steps(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
) -> Result<Vec<turn_step::Model>, StoreError> {
    turn_step::Entity::find_in(ctx.tenant)
        .filter(turn_step::Column::TurnId.eq(turn))
        .filter(turn_step::Column::Status.is_in(OPEN))
        .order_by_asc(turn_step::Column::Position)
        .all(conn)
        .await
        .map_err(StoreError::from)
}

/// Ends the waits of a turn that goes on.
pub(in crate::turns) async fn finish_waits(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
) -> Result<(), StoreError> {
    end(conn, ctx, turn, StepStatus::Finished, Some(StepKind::Wait)).await
}

/// Ends whatever a turn that is over left open.
pub(in crate::turns) async fn settle_steps(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
    status: TurnStatus,
) -> Result<(), StoreError> {
    let status = match status {
        TurnStatus::Stopped => StepStatus::Stopped,
        TurnStatus::Failed => StepStatus::Failed,
        TurnStatus::Finished => StepStatus::Finished,
        _ => StepStatus::Interrupted,
    };
    end(conn, ctx, turn, status, None).await
}

async fn end(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
    status: StepStatus,
    kind: Option<StepKind>,
) -> Result<(), StoreError> {
    let mut update = turn_step::Entity::update_in(ctx.tenant)
        .col_expr(turn_step::Column::Status, Expr::value(status))
        .col_expr(turn_step::Column::FinishedAt, Expr::value(ctx.now()))
        .filter(turn_step::Column::TurnId.eq(turn))
        .filter(turn_step::Column::Status.is_in(OPEN));
    if let Some(kind) = kind {
        update = update.filter(turn_step::Column::Kind.eq(kind));
    }
    update.exec(conn).await?;
    Ok(())
}
