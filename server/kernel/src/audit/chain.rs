//! The hash chain of audit records. Each record contains the hash of its predecessor, so that changed, added and
//! removed records are detectable.
//!
//! Records are chained in batches after their transaction: chaining them within it would serialise all actions of a
//! tenant.

use super::head::{self, ChainPosition, HeadSigner};
use crate::{
    SharedKernel,
    ctx::{Ctx, SystemPorts},
    db::{Db, StoreError, WriteTx},
};
use penny_entity::{TenantScoped, audit_event, audit_head, tenant};
use penny_ports::keys::Keyring;
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;
use std::time::Duration;

/// Maximum number of records per transaction, so that other writes of the tenant are not blocked for long.
const BATCH_SIZE: u64 = 500;
const INTERVAL: Duration = Duration::from_secs(1);

/// Chains new audit records every second until the server stops.
#[derive(Debug)]
pub struct Sequencer {
    kernel: SharedKernel,
    signer: HeadSigner,
}

impl Sequencer {
    #[must_use]
    pub fn new(kernel: SharedKernel) -> Self {
        let signer = HeadSigner::new(&*kernel.keyring);
        Self { kernel, signer }
    }

    /// Runs until shutdown, then chains the remaining records.
    pub async fn run(self) {
        let stopping = self.kernel.tasks.stopping();
        loop {
            let is_last = tokio::select! {
                () = tokio::time::sleep(INTERVAL) => false,
                () = stopping.cancelled() => true,
            };
            if let Err(error) = self.chain_pending().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "audit records could not be chained; they will be retried"
                );
            }
            if is_last {
                return;
            }
        }
    }

    /// Chains all unchained records of all tenants.
    ///
    /// # Errors
    /// If the database fails; completed batches remain chained.
    pub async fn chain_pending(&self) -> Result<(), StoreError> {
        for tenant in list_tenants(&self.kernel.db).await? {
            let ctx = Ctx::system(tenant.id, self.kernel.system.clone(), &[]);
            while self.chain_batch(&ctx).await? == BATCH_SIZE {}
        }
        Ok(())
    }

    /// Chains at most [`BATCH_SIZE`] records of one tenant and returns their number.
    async fn chain_batch(&self, ctx: &Ctx) -> Result<u64, StoreError> {
        if !self.has_unchained(ctx).await? {
            return Ok(0);
        }
        let tx = self.kernel.db.begin(ctx).await?;
        let head = self.lock_head(&tx, ctx).await?;
        let last = audit_event::Entity::find_in(ctx.tenant())
            .filter(audit_event::Column::Ordinal.is_not_null())
            .order_by_desc(audit_event::Column::Ordinal)
            .one(tx.conn())
            .await?;
        let mut end = last.map_or_else(ChainPosition::default, |row| ChainPosition {
            ordinal: row.ordinal.unwrap_or(0),
            hash: row.hash.unwrap_or_default(),
        });
        // A chain whose end does not match its signed head is not signed again, because that would hide the removal of
        // records.
        let is_intact = self.signer.verifies(&head, &end);
        let unchained = audit_event::Entity::find_in(ctx.tenant())
            .filter(audit_event::Column::Ordinal.is_null())
            .order_by_asc(audit_event::Column::OccurredAt)
            .order_by_asc(audit_event::Column::Id)
            .limit(BATCH_SIZE)
            .all(tx.conn())
            .await?;
        let count = unchained.len() as u64;
        for row in unchained {
            let ordinal = end.ordinal + 1;
            let hash = record_hash(&row, ordinal, &end.hash);
            let mut change: audit_event::ActiveModel = row.into();
            change.ordinal = Set(Some(ordinal));
            change.previous_hash = Set(Some(end.hash));
            change.hash = Set(Some(hash.clone()));
            change.update(tx.conn()).await?;
            end = ChainPosition { ordinal, hash };
        }
        if is_intact {
            self.signer.update_head(&tx, head, &end, ctx.now()).await?;
        } else {
            tracing::error!(
                tenant.id = %ctx.tenant(),
                "the audit trail was modified outside PENNY; run penny doctor for details"
            );
        }
        tx.commit().await?;
        Ok(count)
    }

    /// Finds and locks the chain's head. If there is none, verifies the whole chain (it may predate signed heads) and
    /// inserts a head.
    async fn lock_head(&self, tx: &WriteTx, ctx: &Ctx) -> Result<audit_head::Model, StoreError> {
        if let Some(head) = head::find_for_update(tx, ctx).await? {
            return Ok(head);
        }
        let mut position = ChainPosition::default();
        let is_intact = find_mismatch(tx.conn(), ctx, &mut position, i64::MAX).await?.is_none();
        self.signer.insert_head(tx, ctx, &position, is_intact).await?;
        head::find_for_update(tx, ctx)
            .await?
            .ok_or_else(|| StoreError::from(DbErr::RecordNotFound("audit_head".to_owned())))
    }

    async fn has_unchained(&self, ctx: &Ctx) -> Result<bool, StoreError> {
        let tx = self.kernel.db.read(ctx).await?;
        let unchained = audit_event::Entity::find_in(ctx.tenant())
            .filter(audit_event::Column::Ordinal.is_null())
            .one(tx.conn())
            .await?;
        Ok(unchained.is_some())
    }
}

/// Hashes a record's content, its ordinal and the hash of its predecessor.
fn record_hash(row: &audit_event::Model, ordinal: i64, previous: &[u8]) -> Vec<u8> {
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
        row.outcome.to_value(),
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

/// The result of verifying all chains of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainStatus {
    /// All records are unchanged. `records` is their number.
    Intact { records: i64 },
    /// A record was changed, added or removed. `ordinal` is the position of the first mismatch in the chain.
    Broken { tenant_slug: String, ordinal: i64 },
}

/// Verifies the chain of each tenant up to its signed head. Stops at the first mismatch. Records that are not chained
/// yet are ignored.
///
/// # Errors
/// If the database fails.
pub async fn verify(db: &Db, system: &SystemPorts, keyring: &dyn Keyring) -> Result<ChainStatus, StoreError> {
    let signer = HeadSigner::new(keyring);
    let mut records = 0;
    for tenant in list_tenants(db).await? {
        let ctx = Ctx::system(tenant.id, system.clone(), &[]);
        let tx = db.read(&ctx).await?;
        // Records that are chained after this read are not covered by this head and are ignored.
        let head = head::find(tx.conn(), &ctx).await?;
        let until = head.as_ref().map_or(i64::MAX, |head| head.records);
        let mut position = ChainPosition::default();
        let mismatch = find_mismatch(tx.conn(), &ctx, &mut position, until).await?;
        let is_signed = head.is_none_or(|head| signer.verifies(&head, &position));
        if let Some(ordinal) = mismatch.or_else(|| (!is_signed).then_some(position.ordinal + 1)) {
            return Ok(ChainStatus::Broken { tenant_slug: tenant.slug, ordinal });
        }
        records += position.ordinal;
    }
    Ok(ChainStatus::Intact { records })
}

/// Verifies the records after `position` up to the ordinal `until` and moves `position` to the last valid record.
/// Returns the ordinal of the first mismatch.
async fn find_mismatch(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    position: &mut ChainPosition,
    until: i64,
) -> Result<Option<i64>, StoreError> {
    loop {
        let rows = list_chained(conn, ctx, position.ordinal, until).await?;
        if let Err(ordinal) = rows.iter().try_for_each(|row| position.advance(row)) {
            return Ok(Some(ordinal));
        }
        if (rows.len() as u64) < BATCH_SIZE {
            return Ok(None);
        }
    }
}

impl ChainPosition {
    /// Verifies the next record and moves to it. Returns the expected ordinal if the record does not match.
    fn advance(&mut self, row: &audit_event::Model) -> Result<(), i64> {
        let ordinal = self.ordinal + 1;
        let hash = record_hash(row, ordinal, &self.hash);
        let is_next = row.ordinal == Some(ordinal)
            && row.previous_hash.as_ref() == Some(&self.hash)
            && row.hash.as_ref() == Some(&hash);
        if !is_next {
            return Err(ordinal);
        }
        *self = Self { ordinal, hash };
        Ok(())
    }
}

async fn list_tenants(db: &Db) -> Result<Vec<tenant::Model>, StoreError> {
    let lookup = db.lookup().await?;
    Ok(tenant::Entity::find().order_by_asc(tenant::Column::Id).all(lookup.conn()).await?)
}

async fn list_chained(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    after: i64,
    until: i64,
) -> Result<Vec<audit_event::Model>, StoreError> {
    let rows = audit_event::Entity::find_in(ctx.tenant())
        .filter(audit_event::Column::Ordinal.gt(after))
        .filter(audit_event::Column::Ordinal.lte(until))
        .order_by_asc(audit_event::Column::Ordinal)
        .limit(BATCH_SIZE);
    Ok(rows.all(conn).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use penny_entity::enums::Outcome;
    use penny_types::{AuditEventId, PrincipalId, TenantId, people::PrincipalKind};
    use uuid::Uuid;

    #[test]
    fn the_hash_of_a_record_is_stable() {
        let row = audit_event::Model {
            tenant_id: TenantId(Uuid::from_u128(1)),
            id: AuditEventId(Uuid::from_u128(2)),
            occurred_at: DateTime::from_timestamp_micros(1_772_442_000_123_456).unwrap(),
            actor_id: PrincipalId(Uuid::from_u128(3)),
            actor_kind: PrincipalKind::User,
            on_behalf_of: None,
            via: "rest".to_owned(),
            action: "tests.act".to_owned(),
            target_kind: "thing".to_owned(),
            target_id: Some("4".to_owned()),
            outcome: Outcome::Denied,
            policies: json!(["a-policy"]),
            payload_hash: Some(vec![5]),
            redactions: json!([{ "kind": "email", "count": 1 }]),
            cost_micros: None,
            trace_id: None,
            request_id: None,
            ordinal: None,
            previous_hash: None,
            hash: None,
        };
        // Hashes are stored, so a change of these values would break all existing chains.
        let first = record_hash(&row, 1, &[]);
        let hash = data_encoding::HEXLOWER.encode(&first);
        assert_eq!(hash, "3315bc2f0d8e6cdcaa7074a92653c3268d568a181f925660145e2116a7e47c15");
        let next = data_encoding::HEXLOWER.encode(&record_hash(&row, 2, &first));
        assert_eq!(next, "58b1039eb5511361f989597bb49f47c3d8c1070f4f3647fbfe626bb93e9e5dd6");
    }
}
