//! Queries on the steps of a turn. Each step is written in the transaction of its effect.

use penny_entity::{
    TenantScoped,
    enums::{StepKind, StepStatus},
    turn, turn_step,
};
use penny_kernel::{
    ctx::Ctx,
    db::{Batch, StoreError},
};
use penny_types::{StepId, TurnId, turns::TurnStatus};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use serde_json::Value;

/// The non-terminal step states.
const OPEN: [StepStatus; 2] = [StepStatus::Running, StepStatus::Waiting];

/// A step to be written by the process that holds the fencing token of the turn.
pub(crate) struct NewStep {
    pub turn: TurnId,
    pub fencing_token: i64,
    pub kind: StepKind,
    pub status: StepStatus,
    /// Data that is needed to resume the step after a restart.
    pub detail: Value,
}

/// Writes the next step of a turn; `None` if another process has taken the turn over.
pub(crate) async fn open_step(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    step: NewStep,
) -> Result<Option<StepId>, StoreError> {
    if !lock_running(conn, ctx, step.turn, step.fencing_token).await? {
        return Ok(None);
    }
    let position = next_position(conn, ctx, step.turn).await?;
    let mut batch = Batch::new(conn);
    let id = insert_step(&mut batch, ctx, step, position);
    batch.execute(conn).await?;
    Ok(Some(id))
}

/// Writes the step of a turn that waits for approvals, in the transaction that releases its lease.
pub(in crate::turns) async fn insert_wait_step(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
    detail: Value,
) -> Result<(), StoreError> {
    let position = next_position(conn, ctx, turn).await?;
    let step = NewStep { turn, fencing_token: 0, kind: StepKind::Wait, status: StepStatus::Waiting, detail };
    let mut batch = Batch::new(conn);
    insert_step(&mut batch, ctx, step, position);
    batch.execute(conn).await
}

async fn next_position(conn: &impl ConnectionTrait, ctx: &Ctx, turn: TurnId) -> Result<i32, StoreError> {
    let last = turn_step::Entity::find_in(ctx.tenant())
        .select_only()
        .column_as(turn_step::Column::Position.max(), "last")
        .filter(turn_step::Column::TurnId.eq(turn))
        .into_tuple::<Option<i32>>()
        .one(conn)
        .await?;
    Ok(last.flatten().map_or(0, |last| last + 1))
}

/// Adds the insertion of a step to a batch.
pub(super) fn insert_step(batch: &mut Batch, ctx: &Ctx, step: NewStep, position: i32) -> StepId {
    let id: StepId = ctx.new_id();
    let now = ctx.now();
    let row = turn_step::ActiveModel {
        tenant_id: Set(ctx.tenant()),
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

/// Locks a turn until the transaction ends if it runs under a fencing token; returns whether it does.
async fn lock_running(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: TurnId,
    fencing_token: i64,
) -> Result<bool, StoreError> {
    let locked = turn::Entity::find_in(ctx.tenant())
        .select_only()
        .column(turn::Column::Id)
        .filter(turn::Column::Id.eq(id))
        .filter(turn::Column::FencingToken.eq(fencing_token))
        .filter(turn::Column::Status.eq(TurnStatus::Running))
        .lock_exclusive()
        .into_tuple::<TurnId>()
        .one(conn)
        .await?;
    Ok(locked.is_some())
}

/// Marks an existing step as running; returns `false` without changes if another process has taken the turn
/// over.
pub(crate) async fn start_step(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    (turn, fencing_token): (TurnId, i64),
    id: Option<StepId>,
) -> Result<bool, StoreError> {
    let is_owner = lock_running(conn, ctx, turn, fencing_token).await?;
    if let Some(id) = id.filter(|_| is_owner) {
        turn_step::Entity::update_in(ctx.tenant())
            .col_expr(turn_step::Column::Status, Expr::value(StepStatus::Running))
            .filter(turn_step::Column::Id.eq(id))
            .exec(conn)
            .await?;
    }
    Ok(is_owner)
}

/// Sets the terminal state of a step, in the transaction of its effect.
pub(crate) async fn close_step(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: StepId,
    status: StepStatus,
) -> Result<(), StoreError> {
    turn_step::Entity::update_in(ctx.tenant())
        .col_expr(turn_step::Column::Status, Expr::value(status))
        .col_expr(turn_step::Column::FinishedAt, Expr::value(ctx.now()))
        .filter(turn_step::Column::Id.eq(id))
        .filter(turn_step::Column::Status.is_in(OPEN))
        .exec(conn)
        .await?;
    Ok(())
}

/// Returns the running and waiting steps of a turn, in order.
pub(in crate::turns) async fn open_steps(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
) -> Result<Vec<turn_step::Model>, StoreError> {
    turn_step::Entity::find_in(ctx.tenant())
        .filter(turn_step::Column::TurnId.eq(turn))
        .filter(turn_step::Column::Status.is_in(OPEN))
        .order_by_asc(turn_step::Column::Position)
        .all(conn)
        .await
        .map_err(StoreError::from)
}

/// Finishes the wait steps of a turn that is resumed.
pub(in crate::turns) async fn finish_waits(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
) -> Result<(), StoreError> {
    close_steps(conn, ctx, turn, StepStatus::Finished, Some(StepKind::Wait)).await
}

/// Closes the open steps of an ended turn with the step state that corresponds to the turn state.
pub(in crate::turns) async fn close_open_steps(
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
    close_steps(conn, ctx, turn, status, None).await
}

async fn close_steps(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
    status: StepStatus,
    kind: Option<StepKind>,
) -> Result<(), StoreError> {
    let mut update = turn_step::Entity::update_in(ctx.tenant())
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
