//! The hourly cleanup job of each tenant.

use crate::{artifacts::Artifacts, conversations::Conversations, identity::Identity};
use async_trait::async_trait;
use chrono::TimeDelta;
use penny_kernel::{
    SharedKernel,
    jobs::{self, Job, JobError, JobHandler, JobRun, Queue, Recurring},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Days for which a deleted conversation or artifact can be restored.
const TRASH_RETENTION_DAYS: i64 = 30;
/// Days for which expired links and finished jobs are kept.
const FINISHED_RETENTION_DAYS: i64 = 7;
/// Rows erased in one transaction, so that it does not block other writers for long.
const BATCH_ROWS: u64 = 20;

/// Erases rows that were deleted or have ended longer ago than the retention periods.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct CleanupJob {}

impl Job for CleanupJob {
    const KIND: &'static str = "tidy";
    const QUEUE: Queue = Queue::MAINTENANCE;
}

#[derive(Debug)]
pub(crate) struct CleanupHandler {
    pub kernel: SharedKernel,
    pub conversations: Conversations,
    pub artifacts: Artifacts,
    pub identity: Identity,
}

#[async_trait]
impl JobHandler<CleanupJob> for CleanupHandler {
    fn recurring(&self) -> Option<Recurring<CleanupJob>> {
        Some(Recurring { interval: Duration::from_secs(60 * 60), payload: CleanupJob {} })
    }

    async fn run(&self, run: &JobRun, _: CleanupJob) -> Result<(), JobError> {
        let ctx = run.ctx();
        let deleted_before = ctx.now() - TimeDelta::days(TRASH_RETENTION_DAYS);
        let finished_before = ctx.now() - TimeDelta::days(FINISHED_RETENTION_DAYS);
        let erase_conversations = || self.conversations.erase(ctx, deleted_before, BATCH_ROWS);
        while erase_conversations().await.map_err(JobError::temporary)? == BATCH_ROWS {}
        let erase_artifacts = || self.artifacts.erase(ctx, deleted_before, BATCH_ROWS);
        while erase_artifacts().await.map_err(JobError::temporary)? == BATCH_ROWS {}
        self.identity.delete_expired_links(ctx, finished_before).await.map_err(JobError::temporary)?;
        let tx = self.kernel.db.begin(ctx).await.map_err(JobError::temporary)?;
        jobs::delete_finished(ctx, &tx, finished_before).await.map_err(JobError::temporary)?;
        tx.commit().await.map_err(JobError::temporary)
    }
}
