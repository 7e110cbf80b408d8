//! The signed head of a tenant's audit chain. The hashes of a chain reveal changed records and records removed from its
//! middle; only the signed head reveals records removed from its end.

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

/// Signs and verifies chain heads with a key derived from the installation's keyring.
pub(super) struct HeadSigner([u8; 32]);

impl std::fmt::Debug for HeadSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HeadSigner(..)")
    }
}

/// Ordinal and hash of the last verified record of a chain. The default is the start of an empty chain.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct ChainPosition {
    pub ordinal: i64,
    pub hash: Vec<u8>,
}

impl HeadSigner {
    pub(super) fn new(keyring: &dyn Keyring) -> Self {
        Self(keyring.derive("audit head"))
    }

    fn sign(&self, tenant: TenantId, end: &ChainPosition) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(tenant.uuid().as_bytes()).update(&end.ordinal.to_be_bytes()).update(&end.hash);
        hasher.finalize()
    }

    /// Returns whether the head is correctly signed and the chain ends at `end`.
    pub(super) fn verifies(&self, head: &audit_head::Model, end: &ChainPosition) -> bool {
        // blake3 compares hashes in constant time.
        head.records == end.ordinal
            && head.hash == end.hash
            && self.sign(head.tenant_id, end) == *head.signature
    }

    /// Updates and signs the head after records were appended to the chain.
    pub(super) async fn update_head(
        &self,
        tx: &WriteTx,
        head: audit_head::Model,
        end: &ChainPosition,
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

    /// Inserts the first head of a chain. If the chain is not intact, the head gets an empty signature, which never
    /// verifies.
    pub(super) async fn insert_head(
        &self,
        tx: &WriteTx,
        ctx: &Ctx,
        end: &ChainPosition,
        is_intact: bool,
    ) -> Result<(), StoreError> {
        let signature = if is_intact { self.sign(ctx.tenant(), end).as_bytes().to_vec() } else { Vec::new() };
        let row = audit_head::ActiveModel {
            tenant_id: Set(ctx.tenant()),
            records: Set(end.ordinal),
            hash: Set(end.hash.clone()),
            signature: Set(signature),
            signed_at: Set(ctx.now()),
        };
        // If two processes insert the head at the same time, the first one wins.
        let on_conflict = OnConflict::column(audit_head::Column::TenantId).do_nothing().to_owned();
        audit_head::Entity::insert(row).on_conflict(on_conflict).exec_without_returning(tx.conn()).await?;
        Ok(())
    }
}

pub(super) async fn find(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
) -> Result<Option<audit_head::Model>, StoreError> {
    audit_head::Entity::find_by_id(ctx.tenant()).one(conn).await.map_err(StoreError::from)
}

/// Finds a chain's head and locks it, so that no other process extends the chain until the transaction ends.
pub(super) async fn find_for_update(
    tx: &WriteTx,
    ctx: &Ctx,
) -> Result<Option<audit_head::Model>, StoreError> {
    audit_head::Entity::find_by_id(ctx.tenant())
        .lock_exclusive()
        .one(tx.conn())
        .await
        .map_err(StoreError::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    /// Derives a constant key and accepts only the purpose of chain heads.
    #[derive(Debug)]
    struct AuditKeyring;

    impl Keyring for AuditKeyring {
        fn derive(&self, purpose: &'static str) -> [u8; 32] {
            assert_eq!(purpose, "audit head", "existing signatures verify only with the key of this purpose");
            [7; 32]
        }
    }

    #[test]
    fn the_signature_of_a_chain_head_is_stable() {
        let hash = data_encoding::HEXLOWER
            .decode(b"58b1039eb5511361f989597bb49f47c3d8c1070f4f3647fbfe626bb93e9e5dd6")
            .unwrap();
        let end = ChainPosition { ordinal: 2, hash };
        // Signatures are stored, so a change of this value needs a migration.
        let signature = HeadSigner::new(&AuditKeyring).sign(TenantId(Uuid::from_u128(1)), &end);
        assert_eq!(
            signature.to_hex().as_str(),
            "bb78585314b0d8751fbfef2ad6e60130c214aabfafcc1bd0a07442cee9c2c291"
        );
    }
}
