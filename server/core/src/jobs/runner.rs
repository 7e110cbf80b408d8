use super::{
    kinds::{Kind, Trouble},
    rules,
    store::{self, Fate, Lease, NewJob},
};
use crate::{ctx::Ctx, db::StoreError, foundation::Shared};
use futures::{FutureExt, future::join_all};
use penny_entity::job;
use serde_json::json;
use std::{collections::BTreeMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::time::Instant;

/// Time between looks at the queue.
const EVERY: Duration = Duration::from_secs(1);
/// Time between looks for tenants that lack a standing job.
const STANDING_EVERY: Duration = Duration::from_secs(5 * 60);
/// How long a claim lasts when its process says nothing more, and how often it says so.
const LEASE: Duration = Duration::from_secs(60);
const RENEW: Duration = Duration::from_secs(15);
/// Jobs one process does at once.
const AT_ONCE: u64 = 4;

/// The queue, and the hands that empty it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Jobs {
    shared: Shared,
    kinds: Arc<BTreeMap<&'static str, Arc<dyn Kind>>>,
    owner: String,
}

impl Jobs {
    /// Makes the hands for these kinds of jobs. Jobs of other kinds are left to newer processes.
    #[must_use]
    pub fn new(shared: Shared, kinds: Vec<Arc<dyn Kind>>) -> Self {
        let owner = data_encoding::HEXLOWER.encode(&shared.world.secret::<12>());
        let kinds = kinds.into_iter().map(|kind| (kind.name(), kind)).collect();
        Self { shared, kinds: Arc::new(kinds), owner }
    }

    /// Runs until the server stops. A job under way is finished, within the server's patience.
    pub async fn run(self) {
        let stopping = self.shared.tasks.stopping();
        let mut stood_at: Option<Instant> = None;
        loop {
            if stood_at.is_none_or(|at| at.elapsed() >= STANDING_EVERY) {
                stood_at = Some(Instant::now());
                if let Err(error) = self.stand().await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "standing jobs could not be set"
                    );
                }
            }
            let did = self.work().await.unwrap_or_else(|error| {
                tracing::warn!(error = &error as &dyn std::error::Error, "jobs could not be claimed");
                0
            });
            let wait = if did > 0 { Duration::ZERO } else { EVERY };
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Sees that every tenant has its standing jobs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stand(&self) -> Result<(), StoreError> {
        for kind in self.kinds.values().filter(|kind| kind.every().is_some()) {
            let lacking = store::tenants_without(&self.shared.db.lookup().await?, kind.name()).await?;
            for tenant in lacking {
                let ctx = Ctx::system(tenant, self.shared.world.clone());
                let tx = self.shared.db.begin(&ctx).await?;
                let new = NewJob {
                    kind: kind.name(),
                    payload: json!({}),
                    run_at: ctx.now(),
                    unique_key: Some(store::STANDING.to_owned()),
                };
                store::enqueue(&tx, &ctx, new).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// Claims some of what is due and does it; returns how many jobs that were.
    ///
    /// # Errors
    /// When the database fails before anything is claimed.
    pub async fn work(&self) -> Result<usize, StoreError> {
        let kinds: Vec<&str> = self.kinds.keys().copied().collect();
        let now = self.shared.world.now();
        if !store::has_due(&self.shared.db.lookup().await?, &kinds, now).await? {
            return Ok(0);
        }
        let tx = self.shared.db.begin_lookup().await?;
        let lease = Lease { owner: &self.owner, now, until: now + LEASE };
        let claimed = store::claim(&tx, &kinds, lease, AT_ONCE).await?;
        tx.commit().await?;
        join_all(claimed.iter().map(|job| self.do_one(job))).await;
        Ok(claimed.len())
    }

    async fn do_one(&self, job: &job::Model) {
        let Some(kind) = self.kinds.get(job.kind.as_str()) else { return };
        let ctx = Ctx::system(job.tenant_id, self.shared.world.clone());
        let work = AssertUnwindSafe(kind.run(&ctx, &job.payload)).catch_unwind();
        let done = tokio::select! {
            done = work => done.unwrap_or_else(|_| Err("it panicked".into())),
            () = self.keep_claim(job) => {
                tracing::warn!(job.id = %job.id, job.kind = %job.kind, "a job was claimed by another process");
                return;
            }
        };
        let fate = fate(&ctx, job, kind.every(), done);
        if let Err(error) = self.close(&ctx, job, fate).await {
            tracing::warn!(
                job.id = %job.id,
                error = &error as &dyn std::error::Error,
                "the end of a job could not be written; it is done again when its lease has run out"
            );
        }
    }

    /// Renews a claim as long as it stands.
    async fn keep_claim(&self, job: &job::Model) {
        loop {
            tokio::time::sleep(RENEW).await;
            let renewed = async {
                let tx = self.shared.db.begin_lookup().await?;
                let is_held = store::renew(&tx, job, self.shared.world.now() + LEASE).await?;
                tx.commit().await?;
                Ok::<_, StoreError>(is_held)
            };
            // A database that is away for a moment takes no claim away.
            if matches!(renewed.await, Ok(false)) {
                return;
            }
        }
    }

    async fn close(&self, ctx: &Ctx, job: &job::Model, fate: Fate) -> Result<(), StoreError> {
        let tx = self.shared.db.begin(ctx).await?;
        if !store::close(&tx, ctx, job, fate).await? {
            tracing::warn!(job.id = %job.id, job.kind = %job.kind, "a job was ended by another process");
        }
        tx.commit().await
    }
}

/// Decides what becomes of a job.
fn fate(ctx: &Ctx, job: &job::Model, every: Option<Duration>, done: Result<(), Trouble>) -> Fate {
    let error = match (done, every) {
        (Ok(()), None) => return Fate::Over { error: None },
        (Ok(()), Some(every)) => return Fate::Again { at: ctx.now() + every },
        (Err(error), _) => error.to_string(),
    };
    match rules::wait(job.attempts) {
        Some(wait) => {
            tracing::warn!(job.id = %job.id, job.kind = %job.kind, error, "a job failed and is tried again");
            Fate::Later { at: ctx.now() + wait, error }
        }
        None => {
            tracing::error!(job.id = %job.id, job.kind = %job.kind, error, "a job failed too often and is given up");
            Fate::Over { error: Some(error) }
        }
    }
}
