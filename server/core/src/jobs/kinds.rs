use super::store;
use crate::{
    artifacts::Artifacts, conversations::Conversations, ctx::Ctx, foundation::Shared, identity::Identity,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use serde_json::Value;
use std::{fmt::Debug, time::Duration};

/// Why a job failed, for its row and the log.
pub type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// A kind of job.
#[async_trait]
pub trait Kind: Debug + Send + Sync {
    /// Returns its name, under which jobs stand in the database.
    fn name(&self) -> &'static str;

    /// Says how often it is done in every tenant without being asked for.
    fn every(&self) -> Option<Duration> {
        None
    }

    /// Does it, as PENNY itself in the job's tenant. After the death of a process it may be done
    /// again.
    async fn run(&self, ctx: &Ctx, payload: &Value) -> Result<(), Trouble>;
}

/// How long what was thrown away can be brought back, in days.
const KEPT_DAYS: i64 = 30;
/// How long what is over can still be looked at, in days.
const OVER_DAYS: i64 = 7;
/// Rows removed in one transaction, so that others get their turn.
const BATCH: u64 = 20;

/// Removes for good what was thrown away long ago, and what has run out.
#[derive(Debug)]
pub(crate) struct Tidy {
    pub shared: Shared,
    pub conversations: Conversations,
    pub artifacts: Artifacts,
    pub identity: Identity,
}

#[async_trait]
impl Kind for Tidy {
    fn name(&self) -> &'static str {
        "tidy"
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_secs(60 * 60))
    }

    async fn run(&self, ctx: &Ctx, _payload: &Value) -> Result<(), Trouble> {
        let thrown_away_before = ctx.now() - TimeDelta::days(KEPT_DAYS);
        let over_before = ctx.now() - TimeDelta::days(OVER_DAYS);
        while self.conversations.erase(ctx, thrown_away_before, BATCH).await? == BATCH {}
        while self.artifacts.erase(ctx, thrown_away_before, BATCH).await? == BATCH {}
        self.identity.forget_links(ctx, over_before).await?;
        let tx = self.shared.db.begin(ctx).await?;
        store::forget(ctx, &tx, over_before).await?;
        Ok(tx.commit().await?)
    }
}
