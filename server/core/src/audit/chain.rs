//! Chains audit records: each carries the hash of its forerunner, so that a changed, added or removed
//! record shows. Chaining happens in batches after the act; a chain inside each transaction would
//! make every act of a tenant wait for the one before.

use crate::{ctx::Ctx, db::StoreError, foundation::Shared};
use penny_entity::{TenantScoped, audit_event, tenant};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;
use std::time::Duration;

/// Records chained in one transaction at most, so that the tenant's other writes get their turn.
const BATCH: u64 = 500;
const EVERY: Duration = Duration::from_secs(1);

/// Chains what has been recorded, every second, until the server stops.
#[derive(Debug)]
pub struct Sequencer {
    shared: Shared,
}

impl Sequencer {
    /// Makes a sequencer; [`Self::run`] starts it.
    #[must_use]
    pub const fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// Runs until the server stops, then chains once more.
    pub async fn run(self) {
        let stopping = self.shared.tasks.stopping();
        loop {
            let is_last = tokio::select! {
                () = tokio::time::sleep(EVERY) => false,
                () = stopping.cancelled() => true,
            };
            if let Err(error) = self.pass().await {
                tracing::warn!(error = %error, "audit records could not be chained; they will be at the next pass");
            }
            if is_last {
                return;
            }
        }
    }

    /// Chains everything recorded so far, in every tenant.
    ///
    /// # Errors
    /// When the database fails; what was chained stays chained.
    pub async fn pass(&self) -> Result<(), StoreError> {
        let lookup = self.shared.db.lookup().await?;
        let tenants = tenant::Entity::find().all(lookup.conn()).await.map_err(StoreError::from)?;
        drop(lookup);
        for tenant in tenants {
            let ctx = Ctx::system(tenant.id, self.shared.world.clone());
            while self.batch(&ctx).await? == BATCH {}
        }
        Ok(())
    }

    async fn batch(&self, ctx: &Ctx) -> Result<u64, StoreError> {
        if !self.has_loose(ctx).await? {
            return Ok(0);
        }
        let tx = self.shared.db.begin(ctx).await?;
        let last = audit_event::Entity::find_in(ctx.tenant)
            .filter(audit_event::Column::Ordinal.is_not_null())
            .order_by_desc(audit_event::Column::Ordinal)
            .one(tx.conn())
            .await
            .map_err(StoreError::from)?;
        let (mut ordinal, mut previous) =
            last.map_or((0, Vec::new()), |row| (row.ordinal.unwrap_or(0), row.hash.unwrap_or_default()));
        let loose = audit_event::Entity::find_in(ctx.tenant)
            .filter(audit_event::Column::Ordinal.is_null())
            .order_by_asc(audit_event::Column::OccurredAt)
            .order_by_asc(audit_event::Column::Id)
            .limit(BATCH)
            .all(tx.conn())
            .await
            .map_err(StoreError::from)?;
        let count = loose.len() as u64;
        for row in loose {
            ordinal += 1;
            let hash = digest(&row, ordinal, &previous);
            let mut change: audit_event::ActiveModel = row.into();
            change.ordinal = Set(Some(ordinal));
            change.previous_hash = Set(Some(previous));
            change.hash = Set(Some(hash.clone()));
            change.update(tx.conn()).await.map_err(StoreError::from)?;
            previous = hash;
        }
        tx.commit().await?;
        Ok(count)
    }

    async fn has_loose(&self, ctx: &Ctx) -> Result<bool, StoreError> {
        let tx = self.shared.db.read(ctx).await?;
        let found = audit_event::Entity::find_in(ctx.tenant)
            .filter(audit_event::Column::Ordinal.is_null())
            .one(tx.conn())
            .await
            .map_err(StoreError::from)?;
        Ok(found.is_some())
    }
}

/// Hashes a record's content together with its place and its forerunner's hash.
fn digest(row: &audit_event::Model, ordinal: i64, previous: &[u8]) -> Vec<u8> {
    let content = json!([
        row.tenant_id,
        row.id,
        ordinal,
        row.occurred_at.timestamp_micros(),
        row.actor_id,
        row.actor_kind,
        row.on_behalf_of,
        row.via,
        row.action,
        row.target_kind,
        row.target_id,
        format!("{:?}", row.outcome),
        row.policies,
        row.payload_hash,
        row.redactions,
        row.cost_micros,
        row.trace_id,
        row.request_id,
    ]);
    let mut hasher = blake3::Hasher::new();
    hasher.update(previous);
    hasher.update(content.to_string().as_bytes());
    hasher.finalize().as_bytes().to_vec()
}

/// Checks a tenant's chain, given in order of ordinal; returns the ordinal of the first record that
/// does not fit.
#[must_use]
pub fn verify(rows: &[audit_event::Model]) -> Option<i64> {
    let mut previous = Vec::new();
    for (row, expected) in rows.iter().zip(1..) {
        let ordinal = row.ordinal.unwrap_or(0);
        let hash = digest(row, ordinal, &previous);
        if ordinal != expected
            || row.previous_hash.as_deref() != Some(previous.as_slice())
            || row.hash.as_ref() != Some(&hash)
        {
            return Some(expected);
        }
        previous = hash;
    }
    None
}
