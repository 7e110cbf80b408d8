//! The signed end of a tenant's chain. A chain shows what was changed or taken out of its middle; that its last
//! records are still there, only its signed end can say.

use crate::{
    ctx::Ctx,
    db::{StoreError, WriteTx},
};
use chrono::{DateTime, Utc};
use penny_entity::audit_head;
use penny_ports::keys::Keyring;
use penny_types::TenantId;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel, QuerySelect,
    sea_query::OnConflict,
};

/// Signs the ends of chains with the installation's own key.
pub(super) struct Signer([u8; 32]);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(..)")
    }
}

/// The last record of a chain that fits: what the next one must refer to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub ordinal: i64,
    pub hash: Vec<u8>,
}

impl Signer {
    pub(super) fn new(keyring: &dyn Keyring) -> Self {
        Self(keyring.derive("audit head"))
    }

    fn sign(&self, tenant: TenantId, end: &Link) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(tenant.uuid().as_bytes()).update(&end.ordinal.to_be_bytes()).update(&end.hash);
        hasher.finalize()
    }

    /// Whether a head is what was signed, and says that the chain ends here.
    pub(super) fn vouches_for(&self, head: &audit_head::Model, end: &Link) -> bool {
        // blake3 compares hashes in constant time.
        head.records == end.ordinal
            && head.hash == end.hash
            && self.sign(head.tenant_id, end) == *head.signature
    }

    /// Signs where a chain ends now.
    pub(super) async fn put(
        &self,
        tx: &WriteTx,
        head: audit_head::Model,
        end: &Link,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let signature = self.sign(head.tenant_id, end).as_bytes().to_vec();
        let mut change = head.into_active_model();
        change.records = Set(end.ordinal);
        change.hash = Set(end.hash.clone());
        change.signature = Set(signature);
        change.signed_at = Set(now);
        change.update(tx.conn()).await?;
        Ok(())
    }

    /// Writes the first head of a chain. One that is not sound gets a head that vouches for nothing.
    pub(super) async fn begin(
        &self,
        tx: &WriteTx,
        ctx: &Ctx,
        end: &Link,
        is_sound: bool,
    ) -> Result<(), StoreError> {
        let signature = if is_sound { self.sign(ctx.tenant, end).as_bytes().to_vec() } else { Vec::new() };
        let row = audit_head::ActiveModel {
            tenant_id: Set(ctx.tenant),
            records: Set(end.ordinal),
            hash: Set(end.hash.clone()),
            signature: Set(signature),
            signed_at: Set(ctx.now()),
        };
        // Of two processes that begin at once, the first writes it.
        let once = OnConflict::column(audit_head::Column::TenantId).do_nothing().to_owned();
        audit_head::Entity::insert(row).on_conflict(once).exec_without_returning(tx.conn()).await?;
        Ok(())
    }
}

/// Reads a chain's head.
pub(super) async fn find(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
) -> Result<Option<audit_head::Model>, StoreError> {
    audit_head::Entity::find_by_id(ctx.tenant).one(conn).await.map_err(StoreError::from)
}

/// Reads a chain's head and keeps other processes from chaining until the transaction ends.
pub(super) async fn hold(tx: &WriteTx, ctx: &Ctx) -> Result<Option<audit_head::Model>, StoreError> {
    audit_head::Entity::find_by_id(ctx.tenant).lock_exclusive().one(tx.conn()).await.map_err(StoreError::from)
}
