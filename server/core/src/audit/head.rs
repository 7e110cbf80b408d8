//! The signed end of a tenant's chain. A chain shows what was changed or taken out of its middle; that its last
//! records are still there, only its signed end can say.

use crate::{
    ctx::Ctx,
    db::{StoreError, WriteTx},
};
use penny_entity::audit_head;
use penny_ports::keys::Keyring;
use penny_types::TenantId;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};

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

    /// Whether a chain ends where it was last signed. A chain without records needs no signature.
    pub(super) async fn vouches_for(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        end: &Link,
    ) -> Result<bool, StoreError> {
        let Some(head) = audit_head::Entity::find_by_id(ctx.tenant).one(conn).await? else {
            return Ok(*end == Link::default());
        };
        let signed = Link { ordinal: head.records, hash: head.hash };
        // blake3 compares hashes in constant time.
        Ok(signed == *end && self.sign(ctx.tenant, end) == *head.signature)
    }

    /// Signs where a chain ends now.
    pub(super) async fn put(&self, tx: &WriteTx, ctx: &Ctx, end: &Link) -> Result<(), StoreError> {
        let row = audit_head::ActiveModel {
            tenant_id: Set(ctx.tenant),
            records: Set(end.ordinal),
            hash: Set(end.hash.clone()),
            signature: Set(self.sign(ctx.tenant, end).as_bytes().to_vec()),
            signed_at: Set(ctx.now()),
        };
        let anew = OnConflict::column(audit_head::Column::TenantId)
            .update_columns([
                audit_head::Column::Records,
                audit_head::Column::Hash,
                audit_head::Column::Signature,
                audit_head::Column::SignedAt,
            ])
            .to_owned();
        audit_head::Entity::insert(row).on_conflict(anew).exec_without_returning(tx.conn()).await?;
        Ok(())
    }
}
