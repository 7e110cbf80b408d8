//! Chains audit records: each carries the hash of its forerunner, so that a changed, added or removed
//! record shows, and each batch signs where the chain ends now. Chaining happens in batches after the act;
//! a chain inside each transaction would make every act of a tenant wait for the one before.

use super::head::{self, Link, Signer};
use crate::{
    ctx::{Ctx, World},
    db::{Db, StoreError, WriteTx},
    foundation::Shared,
};
use penny_entity::{TenantScoped, audit_event, audit_head, tenant};
use penny_ports::keys::Keyring;
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect,
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
    signer: Signer,
}

impl Sequencer {
    /// Makes a sequencer; [`Self::run`] starts it.
    #[must_use]
    pub fn new(shared: Shared) -> Self {
        let signer = Signer::new(&*shared.keyring);
        Self { shared, signer }
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
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "audit records could not be chained; they will be at the next pass"
                );
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
        for tenant in tenants(&self.shared.db).await? {
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
        let head = self.hold(&tx, ctx).await?;
        let last = audit_event::Entity::find_in(ctx.tenant)
            .filter(audit_event::Column::Ordinal.is_not_null())
            .order_by_desc(audit_event::Column::Ordinal)
            .one(tx.conn())
            .await?;
        let mut end = last.map_or_else(Link::default, |row| Link {
            ordinal: row.ordinal.unwrap_or(0),
            hash: row.hash.unwrap_or_default(),
        });
        // A chain that does not end where it was signed is not signed again: that would hide what was taken off it.
        let is_sound = self.signer.vouches_for(&head, &end);
        let loose = audit_event::Entity::find_in(ctx.tenant)
            .filter(audit_event::Column::Ordinal.is_null())
            .order_by_asc(audit_event::Column::OccurredAt)
            .order_by_asc(audit_event::Column::Id)
            .limit(BATCH)
            .all(tx.conn())
            .await?;
        let count = loose.len() as u64;
        for row in loose {
            let ordinal = end.ordinal + 1;
            let hash = digest(&row, ordinal, &end.hash);
            let mut change: audit_event::ActiveModel = row.into();
            change.ordinal = Set(Some(ordinal));
            change.previous_hash = Set(Some(end.hash));
            change.hash = Set(Some(hash.clone()));
            change.update(tx.conn()).await?;
            end = Link { ordinal, hash };
        }
        if is_sound {
            self.signer.put(&tx, head, &end, ctx.now()).await?;
        } else {
            tracing::error!(tenant.id = %ctx.tenant, "the audit trail was changed past PENNY; penny doctor says where");
        }
        tx.commit().await?;
        Ok(count)
    }

    /// Holds the chain's head, beginning one where there is none: a chain from before there were heads is checked
    /// from its first record.
    async fn hold(&self, tx: &WriteTx, ctx: &Ctx) -> Result<audit_head::Model, StoreError> {
        if let Some(head) = head::hold(tx, ctx).await? {
            return Ok(head);
        }
        let mut link = Link::default();
        let is_sound = walk(tx.conn(), ctx, &mut link, i64::MAX).await?.is_none();
        self.signer.begin(tx, ctx, &link, is_sound).await?;
        head::hold(tx, ctx)
            .await?
            .ok_or_else(|| StoreError::from(DbErr::RecordNotFound("audit_head".to_owned())))
    }

    async fn has_loose(&self, ctx: &Ctx) -> Result<bool, StoreError> {
        let tx = self.shared.db.read(ctx).await?;
        let found = audit_event::Entity::find_in(ctx.tenant)
            .filter(audit_event::Column::Ordinal.is_null())
            .one(tx.conn())
            .await?;
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

/// What the chains of an installation say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trail {
    /// Every record is as it was chained.
    Whole {
        /// How many there are.
        records: i64,
    },
    /// A record was changed, added or removed.
    Broken {
        /// The short name of the tenant whose it is.
        tenant: String,
        /// The place in the chain of the first that does not fit.
        at: i64,
    },
}

/// Checks every tenant's chain from its beginning, a batch at a time, up to the first record that
/// does not fit or to its signed end. What is not chained yet is not looked at.
///
/// # Errors
/// When the database fails.
pub async fn verify(db: &Db, world: &World, keyring: &dyn Keyring) -> Result<Trail, StoreError> {
    let signer = Signer::new(keyring);
    let mut records = 0;
    for tenant in tenants(db).await? {
        let ctx = Ctx::system(tenant.id, world.clone());
        let tx = db.read(&ctx).await?;
        // What is chained from here on is beyond this head, and for the next time.
        let head = head::find(tx.conn(), &ctx).await?;
        let until = head.as_ref().map_or(i64::MAX, |head| head.records);
        let mut link = Link::default();
        let broken = walk(tx.conn(), &ctx, &mut link, until).await?;
        let is_signed = head.is_none_or(|head| signer.vouches_for(&head, &link));
        if let Some(at) = broken.or_else(|| (!is_signed).then_some(link.ordinal + 1)) {
            return Ok(Trail::Broken { tenant: tenant.slug, at });
        }
        records += link.ordinal;
    }
    Ok(Trail::Whole { records })
}

/// Follows a chain up to a place; returns the place of the first record that does not fit.
async fn walk(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    link: &mut Link,
    until: i64,
) -> Result<Option<i64>, StoreError> {
    loop {
        let rows = stretch(conn, ctx, link.ordinal, until).await?;
        if let Err(at) = rows.iter().try_for_each(|row| link.follow(row)) {
            return Ok(Some(at));
        }
        if (rows.len() as u64) < BATCH {
            return Ok(None);
        }
    }
}

impl Link {
    /// Takes in the next record; the place it should have when it does not fit.
    fn follow(&mut self, row: &audit_event::Model) -> Result<(), i64> {
        let place = self.ordinal + 1;
        let hash = digest(row, place, &self.hash);
        let is_next = row.ordinal == Some(place)
            && row.previous_hash.as_ref() == Some(&self.hash)
            && row.hash.as_ref() == Some(&hash);
        if !is_next {
            return Err(place);
        }
        *self = Self { ordinal: place, hash };
        Ok(())
    }
}

async fn tenants(db: &Db) -> Result<Vec<tenant::Model>, StoreError> {
    let lookup = db.lookup().await?;
    Ok(tenant::Entity::find().order_by_asc(tenant::Column::Id).all(lookup.conn()).await?)
}

async fn stretch(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    after: i64,
    until: i64,
) -> Result<Vec<audit_event::Model>, StoreError> {
    let rows = audit_event::Entity::find_in(ctx.tenant)
        .filter(audit_event::Column::Ordinal.gt(after))
        .filter(audit_event::Column::Ordinal.lte(until))
        .order_by_asc(audit_event::Column::Ordinal)
        .limit(BATCH);
    Ok(rows.all(conn).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use penny_entity::words::Outcome;
    use penny_types::{AuditEventId, PrincipalId, TenantId, people::PrincipalKind};
    use uuid::Uuid;

    #[test]
    fn a_record_is_hashed_as_it_always_was() {
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
        // Chains lie in databases: what gives another hash breaks every one of them.
        let hash = data_encoding::HEXLOWER.encode(&digest(&row, 1, &[]));
        assert_eq!(hash, "3315bc2f0d8e6cdcaa7074a92653c3268d568a181f925660145e2116a7e47c15");
    }
}
