//! Rows of jobs. Claims go through the narrow door, for whoever claims knows no tenant; everything
//! else happens inside the job's own.

use crate::{
    ctx::Ctx,
    db::{LookupTx, LookupWriteTx, StoreError, WriteTx, storable_text},
};
use chrono::{DateTime, Utc};
use penny_entity::{TenantScoped, job, outbox, tenant};
use penny_types::{JobId, TenantId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, LockBehavior, LockType, OnConflict},
};
use serde_json::Value;

/// The key of the job of a kind that every tenant has.
pub(super) const STANDING: &str = "standing";

/// A piece of work to be done later.
#[derive(Debug, Clone)]
pub struct NewJob<'a> {
    /// What is to be done.
    pub kind: &'a str,
    /// What it is to be done with.
    pub payload: Value,
    /// Not before.
    pub run_at: DateTime<Utc>,
    /// Two unfinished jobs of a kind never share one: the second is not written.
    pub unique_key: Option<String>,
}

/// Asks for a job inside the transaction that makes it necessary: both happen or neither.
///
/// # Errors
/// When the database fails.
pub async fn enqueue(tx: &WriteTx, ctx: &Ctx, new: NewJob<'_>) -> Result<(), StoreError> {
    let id: JobId = ctx.mint();
    let row = job::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(id),
        kind: Set(new.kind.to_owned()),
        payload: Set(new.payload),
        run_at: Set(new.run_at),
        unique_key: Set(new.unique_key),
        attempts: Set(0),
        lease_owner: Set(None),
        lease_expires_at: Set(None),
        finished_at: Set(None),
        error: Set(None),
        created_at: Set(ctx.now()),
    };
    job::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// What is due now: not over, its time come, and held by nobody alive.
fn due(kinds: &[&str], now: DateTime<Utc>) -> Condition {
    let is_free =
        Condition::any().add(job::Column::LeaseExpiresAt.is_null()).add(job::Column::LeaseExpiresAt.lt(now));
    Condition::all()
        .add(job::Column::FinishedAt.is_null())
        .add(job::Column::RunAt.lte(now))
        .add(job::Column::Kind.is_in(kinds.iter().copied()))
        .add(is_free)
}

/// Says whether anything is due, without taking anyone's turn to write.
pub(super) async fn has_due(tx: &LookupTx, kinds: &[&str], now: DateTime<Utc>) -> Result<bool, StoreError> {
    let found: Option<JobId> = job::Entity::find()
        .select_only()
        .column(job::Column::Id)
        .filter(due(kinds, now))
        .into_tuple()
        .one(tx.conn())
        .await?;
    Ok(found.is_some())
}

/// Who claims, and until when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lease<'a> {
    pub owner: &'a str,
    pub now: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// Claims jobs that are due. What another process claims at the same moment is passed over.
pub(super) async fn claim(
    tx: &LookupWriteTx,
    kinds: &[&str],
    lease: Lease<'_>,
    limit: u64,
) -> Result<Vec<job::Model>, StoreError> {
    let wanted = job::Entity::find()
        .select_only()
        .columns([job::Column::TenantId, job::Column::Id])
        .filter(due(kinds, lease.now))
        .order_by_asc(job::Column::RunAt)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_query();
    let key = Expr::tuple([Expr::col(job::Column::TenantId), Expr::col(job::Column::Id)]);
    job::Entity::update_many()
        .col_expr(job::Column::Attempts, Expr::col(job::Column::Attempts).add(1))
        .col_expr(job::Column::LeaseOwner, Expr::value(lease.owner))
        .col_expr(job::Column::LeaseExpiresAt, Expr::value(lease.until))
        .filter(key.in_subquery(wanted))
        .exec_with_returning(tx.conn())
        .await
        .map_err(StoreError::from)
}

/// Holds a claimed job longer; says whether it is still held.
pub(super) async fn renew(
    tx: &LookupWriteTx,
    job: &job::Model,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let result = job::Entity::update_many()
        .col_expr(job::Column::LeaseExpiresAt, Expr::value(until))
        .filter(job::Column::TenantId.eq(job.tenant_id))
        .filter(held(job))
        .exec(tx.conn())
        .await?;
    Ok(result.rows_affected == 1)
}

/// A claim is named by its owner and its number: whoever claims again counts one more.
fn held(job: &job::Model) -> Condition {
    Condition::all()
        .add(job::Column::Id.eq(job.id))
        .add(job::Column::LeaseOwner.eq(job.lease_owner.clone()))
        .add(job::Column::Attempts.eq(job.attempts))
}

/// What becomes of a job that was done or failed.
pub(super) enum Fate {
    /// It is over, well or badly.
    Over { error: Option<String> },
    /// It is tried again, after a failure.
    Later { at: DateTime<Utc>, error: String },
    /// It stands, and is done again.
    Again { at: DateTime<Utc> },
}

/// Writes what becomes of a claimed job; says whether it was still this process's to write.
pub(super) async fn close(tx: &WriteTx, ctx: &Ctx, job: &job::Model, fate: Fate) -> Result<bool, StoreError> {
    use job::Column as C;
    let update = job::Entity::update_in(ctx.tenant)
        .col_expr(C::LeaseOwner, Expr::value(None::<String>))
        .col_expr(C::LeaseExpiresAt, Expr::value(None::<DateTime<Utc>>))
        .filter(held(job));
    let update = match fate {
        Fate::Over { error } => update
            .col_expr(C::FinishedAt, Expr::value(ctx.now()))
            .col_expr(C::Error, Expr::value(error.map(storable_text))),
        Fate::Later { at, error } => {
            update.col_expr(C::RunAt, Expr::value(at)).col_expr(C::Error, Expr::value(storable_text(error)))
        }
        Fate::Again { at } => update
            .col_expr(C::RunAt, Expr::value(at))
            .col_expr(C::Attempts, Expr::value(0))
            .col_expr(C::Error, Expr::value(None::<String>)),
    };
    let result = update.exec(tx.conn()).await?;
    Ok(result.rows_affected == 1)
}

/// Lists the tenants that lack a standing job.
pub(super) async fn tenants_without(tx: &LookupTx, kind: &str) -> Result<Vec<TenantId>, StoreError> {
    let standing = job::Entity::find()
        .select_only()
        .column(job::Column::TenantId)
        .filter(job::Column::Kind.eq(kind))
        .filter(job::Column::UniqueKey.eq(STANDING))
        .filter(job::Column::FinishedAt.is_null())
        .into_query();
    tenant::Entity::find()
        .select_only()
        .column(tenant::Column::Id)
        .filter(tenant::Column::Id.not_in_subquery(standing))
        .into_tuple()
        .all(tx.conn())
        .await
        .map_err(StoreError::from)
}

/// Removes jobs that were over and messages that were sent before a moment.
pub(super) async fn forget(ctx: &Ctx, tx: &WriteTx, before: DateTime<Utc>) -> Result<(), StoreError> {
    job::Entity::delete_in(ctx.tenant).filter(job::Column::FinishedAt.lt(before)).exec(tx.conn()).await?;
    outbox::Entity::delete_in(ctx.tenant)
        .filter(outbox::Column::DeliveredAt.lt(before))
        .exec(tx.conn())
        .await?;
    Ok(())
}
