//! A job while it runs.

use super::store;
use crate::{SharedKernel, ctx::Ctx, db::StoreError};
use parking_lot::Mutex;
use penny_entity::job;
use penny_types::JobId;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The least time between two stored progress reports.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(500);

/// One run of a job: its context, its progress and whether it is to stop.
#[derive(Debug)]
pub struct JobRun {
    pub(super) kernel: SharedKernel,
    pub(super) ctx: Ctx,
    pub(super) job: job::Model,
    pub(super) cancelled: CancellationToken,
    reported_at: Mutex<Option<Instant>>,
}

impl JobRun {
    pub(super) fn new(kernel: SharedKernel, ctx: Ctx, job: job::Model) -> Self {
        Self { kernel, ctx, job, cancelled: CancellationToken::new(), reported_at: Mutex::default() }
    }

    /// Returns the context: PENNY itself in the job's tenant, with the actions that the job names.
    #[must_use]
    pub const fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    #[must_use]
    pub const fn id(&self) -> JobId {
        self.job.id
    }

    /// Returns which attempt this is, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        u32::try_from(self.job.attempts).unwrap_or(1)
    }

    /// Returns whether cancellation was requested. A long job checks it between its steps.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }

    /// Completes when cancellation is requested.
    pub async fn cancelled(&self) {
        self.cancelled.cancelled().await;
    }

    /// Stores how far the job is. Reports that follow one another within half a second are dropped, except the last
    /// one (`done == total`).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn report_progress(&self, done: u64, total: u64) -> Result<(), StoreError> {
        {
            let mut reported_at = self.reported_at.lock();
            let is_due = reported_at.is_none_or(|at| at.elapsed() >= PROGRESS_INTERVAL) || done == total;
            if !is_due {
                return Ok(());
            }
            *reported_at = Some(Instant::now());
        }
        let tx = self.kernel.db.begin(&self.ctx).await?;
        store::set_progress(&tx, &self.ctx, &self.job, done, total).await?;
        tx.commit().await
    }
}
