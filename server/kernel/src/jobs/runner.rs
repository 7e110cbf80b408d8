//! Works through the queues.

use super::{
    job::{ErasedHandler, JobError, JobRegistry, Queue},
    run::JobRun,
    store::{self, JobOutcome, Lease, RecurringJob},
};
use crate::{SharedKernel, ctx::Ctx, db::StoreError};
use futures::FutureExt;
use penny_entity::job;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, Semaphore},
    task::JoinSet,
    time::Instant,
};

/// Time between two polls of an empty queue.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// Time between two checks that every tenant has its recurring jobs.
const RECURRING_INTERVAL: Duration = Duration::from_secs(5 * 60);
/// How long a claim lasts without renewal, and how often it is renewed.
const LEASE: Duration = Duration::from_secs(60);
const RENEW_INTERVAL: Duration = Duration::from_secs(15);

/// Runs the jobs of a registry. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Jobs {
    kernel: SharedKernel,
    registry: Arc<JobRegistry>,
    /// Names this process in leases.
    owner: Arc<str>,
}

impl Jobs {
    /// Creates a runner. Jobs of kinds that the registry does not know are left to newer processes.
    #[must_use]
    pub fn new(kernel: SharedKernel, registry: JobRegistry) -> Self {
        let owner = data_encoding::HEXLOWER.encode(&kernel.system.secret::<12>()).into();
        Self { kernel, registry: Arc::new(registry), owner }
    }

    /// Runs until the server stops. Running jobs are finished within the shutdown timeout.
    pub async fn run(self) {
        let mut queues = JoinSet::new();
        for (queue, kinds) in self.registry.queues() {
            queues.spawn(self.clone().run_queue(queue, kinds));
        }
        let stopping = self.kernel.tasks.stopping();
        loop {
            if let Err(error) = self.ensure_recurring_jobs().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "recurring jobs could not be enqueued"
                );
            }
            tokio::select! {
                () = stopping.cancelled() => break,
                () = tokio::time::sleep(RECURRING_INTERVAL) => {}
            }
        }
        while queues.join_next().await.is_some() {}
    }

    /// Enqueues the recurring jobs that a tenant lacks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ensure_recurring_jobs(&self) -> Result<(), StoreError> {
        for handler in self.registry.all() {
            let Some((_, payload)) = handler.recurring() else { continue };
            let lacking = store::tenants_without(&self.kernel.db.lookup().await?, handler.kind()).await?;
            for tenant in lacking {
                let ctx = Ctx::system(tenant, self.kernel.system.clone(), &[]);
                let tx = self.kernel.db.begin(&ctx).await?;
                let job = RecurringJob {
                    kind: handler.kind(),
                    queue: handler.queue().name,
                    payload: payload.clone(),
                };
                store::enqueue_recurring(&tx, &ctx, job).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// Claims jobs of a queue whenever a slot is free.
    async fn run_queue(self, queue: Queue, kinds: Vec<&'static str>) {
        let stopping = self.kernel.tasks.stopping();
        let slots = Arc::new(Semaphore::new(queue.slots));
        let freed = Arc::new(Notify::new());
        let mut running = JoinSet::new();
        while !stopping.is_cancelled() {
            let free = slots.available_permits();
            let claimed = if free == 0 { Ok(Vec::new()) } else { self.claim(&kinds, free).await };
            let claimed = claimed.unwrap_or_else(|error| {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    job.queue = queue.name,
                    "jobs could not be claimed"
                );
                Vec::new()
            });
            let was_idle = claimed.is_empty();
            for job in claimed {
                let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else { break };
                let (jobs, freed) = (self.clone(), Arc::clone(&freed));
                running.spawn(async move {
                    jobs.run_job(&job).await;
                    drop(slot);
                    freed.notify_one();
                });
            }
            while running.try_join_next().is_some() {}
            if was_idle || slots.available_permits() == 0 {
                tokio::select! {
                    () = stopping.cancelled() => {}
                    () = freed.notified() => {}
                    () = tokio::time::sleep(POLL_INTERVAL) => {}
                }
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Claims and runs the jobs that are due, as many as each queue has slots; returns how many.
    ///
    /// # Errors
    /// When the database fails before a job is claimed.
    pub async fn run_due(&self) -> Result<usize, StoreError> {
        let mut claimed = Vec::new();
        for (queue, kinds) in self.registry.queues() {
            claimed.extend(self.claim(&kinds, queue.slots).await?);
        }
        futures::future::join_all(claimed.iter().map(|job| self.run_job(job))).await;
        Ok(claimed.len())
    }

    async fn claim(&self, kinds: &[&str], limit: usize) -> Result<Vec<job::Model>, StoreError> {
        let now = self.kernel.system.now();
        // On SQLite a write transaction waits for every other writer: it is begun only when there is work.
        if !store::has_due(&self.kernel.db.lookup().await?, kinds, now).await? {
            return Ok(Vec::new());
        }
        let tx = self.kernel.db.begin_lookup().await?;
        let lease = Lease { owner: &self.owner, now, until: now + LEASE };
        let claimed = store::claim(&tx, kinds, lease, limit as u64).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    async fn run_job(&self, job: &job::Model) {
        let Some(handler) = self.registry.get(&job.kind) else { return };
        let ctx = Ctx::system(job.tenant_id, self.kernel.system.clone(), handler.actions());
        let run = JobRun::new(Arc::clone(&self.kernel), ctx, job.clone());
        if job.cancel_requested_at.is_some() {
            run.cancelled.cancel();
        }
        let result = if run.is_cancelled() {
            Ok(())
        } else {
            let work = AssertUnwindSafe(handler.run(&run, &job.payload)).catch_unwind();
            tokio::select! {
                result = work => result.unwrap_or_else(|_| Err(JobError::temporary("the job panicked"))),
                () = self.hold_lease(&run) => {
                    tracing::warn!(job.id = %job.id, job.kind = %job.kind, "a job was claimed by another process");
                    return;
                }
            }
        };
        let outcome = outcome(&run, &**handler, result);
        if let Err(error) = self.close(&run, outcome).await {
            tracing::warn!(
                job.id = %job.id,
                error = &error as &dyn std::error::Error,
                "the outcome of a job could not be stored; it runs again when its lease expires"
            );
        }
    }

    /// Renews the lease and passes on a request to cancel; returns when the lease is lost.
    async fn hold_lease(&self, run: &JobRun) {
        let mut renewed_at = Instant::now();
        loop {
            tokio::time::sleep(POLL_INTERVAL).await;
            // A database that does not answer takes no lease away.
            if !run.is_cancelled() && matches!(self.is_cancellation_requested(run).await, Ok(true)) {
                run.cancelled.cancel();
            }
            if renewed_at.elapsed() < RENEW_INTERVAL {
                continue;
            }
            renewed_at = Instant::now();
            if matches!(self.renew(&run.job).await, Ok(false)) {
                return;
            }
        }
    }

    async fn is_cancellation_requested(&self, run: &JobRun) -> Result<bool, StoreError> {
        let tx = self.kernel.db.read(&run.ctx).await?;
        store::is_cancellation_requested(&tx, &run.ctx, run.job.id).await
    }

    async fn renew(&self, job: &job::Model) -> Result<bool, StoreError> {
        let tx = self.kernel.db.begin_lookup().await?;
        let is_held = store::renew(&tx, job, self.kernel.system.now() + LEASE).await?;
        tx.commit().await?;
        Ok(is_held)
    }

    async fn close(&self, run: &JobRun, outcome: JobOutcome) -> Result<(), StoreError> {
        let tx = self.kernel.db.begin(&run.ctx).await?;
        if !store::close(&tx, &run.ctx, &run.job, outcome).await? {
            tracing::warn!(job.id = %run.job.id, job.kind = %run.job.kind, "a job was closed by another process");
        }
        tx.commit().await
    }
}

/// Decides what happens to a job after a run.
fn outcome(run: &JobRun, handler: &dyn ErasedHandler, result: Result<(), JobError>) -> JobOutcome {
    let now = run.ctx.now();
    let interval = handler.recurring().map(|(interval, _)| interval);
    if run.is_cancelled() {
        return JobOutcome::Cancelled;
    }
    let (error, may_pass) = match result {
        Ok(()) => {
            return interval
                .map_or(JobOutcome::Succeeded, |interval| JobOutcome::Repeat { at: now + interval });
        }
        Err(JobError::Temporary(error)) => (error.to_string(), true),
        Err(JobError::Permanent(error)) => (error.to_string(), false),
    };
    let (job_id, kind) = (run.job.id, run.job.kind.as_str());
    match handler.retry().wait_after(run.attempt()).filter(|_| may_pass) {
        Some(wait) => {
            tracing::warn!(job.id = %job_id, job.kind = kind, error, "a job failed and will be tried again");
            JobOutcome::Retry { at: now + wait, error }
        }
        None => {
            tracing::error!(job.id = %job_id, job.kind = kind, error, "a job failed for good");
            JobOutcome::Failed { error }
        }
    }
}
