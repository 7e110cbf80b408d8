//! Queries on jobs. Claims and renewals use the lookup role, because a claim spans tenants; everything else runs in the
//! job's tenant.

use super::Job;
use crate::{
    ctx::Ctx,
    db::{LookupTx, LookupWriteTx, ReadTx, StoreError, WriteTx, storable_text, unsigned},
};
use chrono::{DateTime, Utc};
use penny_entity::{TenantScoped, job, outbox, tenant};
use penny_types::{JobId, TenantId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    sea_query::{Expr, LockBehavior, LockType, OnConflict},
};
use serde_json::Value;

/// The unique key of recurring jobs.
const RECURRING_KEY: &str = "standing"; // vocabulary: ok stored value

/// A job to enqueue.
#[derive(Debug, Clone)]
pub struct NewJob<J> {
    payload: J,
    run_at: Option<DateTime<Utc>>,
    unique_key: Option<String>,
    priority: i32,
}

impl<J: Job> NewJob<J> {
    /// A job that is due at once.
    #[must_use]
    pub const fn new(payload: J) -> Self {
        Self { payload, run_at: None, unique_key: None, priority: 0 }
    }

    /// Runs the job no earlier than `at`.
    #[must_use]
    pub const fn run_at(mut self, at: DateTime<Utc>) -> Self {
        self.run_at = Some(at);
        self
    }

    /// Enqueues the job only when no unfinished job of the kind and tenant has the same key.
    #[must_use]
    pub fn unique(mut self, key: impl Into<String>) -> Self {
        self.unique_key = Some(key.into());
        self
    }

    /// Jobs of a higher priority are claimed first; 0 is normal.
    #[must_use]
    pub const fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }
}

/// Enqueues a job in the transaction that makes it necessary; returns its id, or `None` when an unfinished job has the
/// same unique key.
///
/// # Errors
/// When the payload cannot be serialised or the database fails.
pub async fn enqueue<J: Job>(tx: &WriteTx, ctx: &Ctx, new: NewJob<J>) -> Result<Option<JobId>, StoreError> {
    let payload =
        serde_json::to_value(&new.payload).map_err(|error| sea_orm::DbErr::Json(error.to_string()))?;
    let run_at = new.run_at.unwrap_or_else(|| ctx.now());
    let row = row(ctx, J::KIND, J::QUEUE.name, payload, run_at, new.unique_key, new.priority);
    insert(tx, row).await
}

/// A recurring job to enqueue.
pub(super) struct RecurringJob {
    pub kind: &'static str,
    pub queue: &'static str,
    pub payload: Value,
}

pub(super) async fn enqueue_recurring(tx: &WriteTx, ctx: &Ctx, new: RecurringJob) -> Result<(), StoreError> {
    let key = Some(RECURRING_KEY.to_owned());
    insert(tx, row(ctx, new.kind, new.queue, new.payload, ctx.now(), key, 0)).await.map(drop)
}

fn row(
    ctx: &Ctx,
    kind: &str,
    queue: &str,
    payload: Value,
    run_at: DateTime<Utc>,
    unique_key: Option<String>,
    priority: i32,
) -> job::ActiveModel {
    job::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(ctx.new_id()),
        kind: Set(kind.to_owned()),
        queue: Set(queue.to_owned()),
        priority: Set(priority),
        payload: Set(payload),
        run_at: Set(run_at),
        unique_key: Set(unique_key),
        attempts: Set(0),
        progress_done: Set(0),
        progress_total: Set(0),
        lease_owner: Set(None),
        lease_expires_at: Set(None),
        cancel_requested_at: Set(None),
        finished_at: Set(None),
        error: Set(None),
        created_at: Set(ctx.now()),
    }
}

async fn insert(tx: &WriteTx, row: job::ActiveModel) -> Result<Option<JobId>, StoreError> {
    let id = *row.id.as_ref();
    let inserted = job::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok((inserted > 0).then_some(id))
}

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobStatus {
    pub id: JobId,
    pub state: JobState,
    pub attempts: u32,
    /// Units done and in all; both 0 when the job reports none.
    pub progress: (u64, u64),
    /// The last failure.
    pub error: Option<String>,
}

/// Finds a job of the tenant. The caller authorises.
///
/// # Errors
/// When the database fails.
pub async fn find(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: JobId,
) -> Result<Option<JobStatus>, StoreError> {
    let row = job::Entity::find_by_id((ctx.tenant(), id)).one(conn).await?;
    Ok(row.map(|row| status(&row, ctx.now())))
}

fn status(row: &job::Model, now: DateTime<Utc>) -> JobStatus {
    let is_held = row.lease_expires_at.is_some_and(|until| until > now);
    let state = match (row.finished_at, &row.error) {
        (Some(_), _) if row.cancel_requested_at.is_some() => JobState::Cancelled,
        (Some(_), Some(_)) => JobState::Failed,
        (Some(_), None) => JobState::Succeeded,
        (None, _) if is_held => JobState::Running,
        (None, _) => JobState::Queued,
    };
    JobStatus {
        id: row.id,
        state,
        attempts: u32::try_from(row.attempts).unwrap_or(0),
        progress: (unsigned(row.progress_done), unsigned(row.progress_total)),
        error: row.error.clone(),
    }
}

/// Requests that an unfinished job stop: one that runs notices within a second or two, one that waits is not started.
/// Returns whether there was one. The caller authorises.
///
/// # Errors
/// When the database fails.
pub async fn request_cancellation(tx: &WriteTx, ctx: &Ctx, id: JobId) -> Result<bool, StoreError> {
    let result = job::Entity::update_in(ctx.tenant())
        .col_expr(job::Column::CancelRequestedAt, Expr::value(ctx.now()))
        .col_expr(job::Column::RunAt, Expr::value(ctx.now()))
        .filter(job::Column::Id.eq(id))
        .filter(job::Column::FinishedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(result.rows_affected == 1)
}

pub(super) async fn is_cancellation_requested(tx: &ReadTx, ctx: &Ctx, id: JobId) -> Result<bool, StoreError> {
    let requested: Option<Option<DateTime<Utc>>> = job::Entity::find_by_id((ctx.tenant(), id))
        .select_only()
        .column(job::Column::CancelRequestedAt)
        .into_tuple()
        .one(tx.conn())
        .await?;
    Ok(requested.flatten().is_some())
}

/// Stores the progress of a claimed job.
pub(super) async fn set_progress(
    tx: &WriteTx,
    ctx: &Ctx,
    job: &job::Model,
    done: u64,
    total: u64,
) -> Result<(), StoreError> {
    job::Entity::update_in(ctx.tenant())
        .col_expr(job::Column::ProgressDone, Expr::value(crate::db::signed(done)))
        .col_expr(job::Column::ProgressTotal, Expr::value(crate::db::signed(total)))
        .filter(held(job))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Unfinished jobs whose time has come and that no process holds.
fn due(kinds: &[&str], now: DateTime<Utc>) -> Condition {
    let is_free =
        Condition::any().add(job::Column::LeaseExpiresAt.is_null()).add(job::Column::LeaseExpiresAt.lt(now));
    Condition::all()
        .add(job::Column::FinishedAt.is_null())
        .add(job::Column::RunAt.lte(now))
        .add(job::Column::Kind.is_in(kinds.iter().copied()))
        .add(is_free)
}

/// Returns whether a job is due, without a write transaction.
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

/// The lease of a claim.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lease<'a> {
    pub owner: &'a str,
    pub now: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// Claims jobs that are due, the highest priority and then the oldest first. Jobs that another process claims at the
/// same moment are skipped.
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
        .order_by_desc(job::Column::Priority)
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

/// Renews the lease of a claimed job; returns whether it is still held.
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

/// The claim of this process: every further claim raises `attempts`.
fn held(job: &job::Model) -> Condition {
    Condition::all()
        .add(job::Column::Id.eq(job.id))
        .add(job::Column::LeaseOwner.eq(job.lease_owner.clone()))
        .add(job::Column::Attempts.eq(job.attempts))
}

/// What happens to a job after a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum JobOutcome {
    Succeeded,
    Failed {
        error: String,
    },
    Cancelled,
    /// Tried again after a failure.
    Retry {
        at: DateTime<Utc>,
        error: String,
    },
    /// A recurring job runs again.
    Repeat {
        at: DateTime<Utc>,
    },
}

/// Stores the outcome of a claimed job; returns whether this process still held it.
pub(super) async fn close(
    tx: &WriteTx,
    ctx: &Ctx,
    job: &job::Model,
    outcome: JobOutcome,
) -> Result<bool, StoreError> {
    use job::Column as C;
    let update = job::Entity::update_in(ctx.tenant())
        .col_expr(C::LeaseOwner, Expr::value(None::<String>))
        .col_expr(C::LeaseExpiresAt, Expr::value(None::<DateTime<Utc>>))
        .filter(held(job));
    let update = match outcome {
        JobOutcome::Succeeded => update
            .col_expr(C::FinishedAt, Expr::value(ctx.now()))
            .col_expr(C::Error, Expr::value(None::<String>)),
        JobOutcome::Failed { error } => update
            .col_expr(C::FinishedAt, Expr::value(ctx.now()))
            .col_expr(C::Error, Expr::value(storable_text(error))),
        JobOutcome::Cancelled => update
            .col_expr(C::FinishedAt, Expr::value(ctx.now()))
            .col_expr(C::CancelRequestedAt, Expr::col(C::CancelRequestedAt).if_null(ctx.now())),
        JobOutcome::Retry { at, error } => {
            update.col_expr(C::RunAt, Expr::value(at)).col_expr(C::Error, Expr::value(storable_text(error)))
        }
        JobOutcome::Repeat { at } => update
            .col_expr(C::RunAt, Expr::value(at))
            .col_expr(C::Attempts, Expr::value(0))
            .col_expr(C::Error, Expr::value(None::<String>)),
    };
    let result = update.exec(tx.conn()).await?;
    Ok(result.rows_affected == 1)
}

/// Lists the tenants that lack a recurring job.
pub(super) async fn tenants_without(tx: &LookupTx, kind: &str) -> Result<Vec<TenantId>, StoreError> {
    let recurring = job::Entity::find()
        .select_only()
        .column(job::Column::TenantId)
        .filter(job::Column::Kind.eq(kind))
        .filter(job::Column::UniqueKey.eq(RECURRING_KEY))
        .filter(job::Column::FinishedAt.is_null())
        .into_query();
    tenant::Entity::find()
        .select_only()
        .column(tenant::Column::Id)
        .filter(tenant::Column::Id.not_in_subquery(recurring))
        .into_tuple()
        .all(tx.conn())
        .await
        .map_err(StoreError::from)
}

/// Deletes the jobs that were finished and the outbox messages that were delivered before a moment.
///
/// # Errors
/// When the database fails.
pub async fn delete_finished(ctx: &Ctx, tx: &WriteTx, before: DateTime<Utc>) -> Result<(), StoreError> {
    job::Entity::delete_in(ctx.tenant()).filter(job::Column::FinishedAt.lt(before)).exec(tx.conn()).await?;
    outbox::Entity::delete_in(ctx.tenant())
        .filter(outbox::Column::DeliveredAt.lt(before))
        .exec(tx.conn())
        .await?;
    Ok(())
}
