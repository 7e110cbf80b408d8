//! Sessions of browsers, kept under the hash of the id their cookie holds: a copy of the table
//! signs nobody in.

use super::{error::Result, secrets::SecretHash};
use crate::{Shared, ctx::World};
use chrono::{DateTime, Utc};
use penny_entity::session;
use penny_types::{PrincipalId, TenantId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};

/// A session, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The tenant it is used in.
    pub tenant: Option<TenantId>,
    /// Who is signed in.
    pub principal: Option<PrincipalId>,
    /// What it holds, encoded.
    pub data: Vec<u8>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Keeps sessions. They are found before a tenant is known, so they go through the narrow door.
#[derive(Debug, Clone)]
pub struct Sessions {
    shared: Shared,
    hash: SecretHash,
}

impl Sessions {
    pub(super) const fn new(shared: Shared, hash: SecretHash) -> Self {
        Self { shared, hash }
    }

    /// Returns the world sessions are kept in.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.shared.world
    }

    /// Finds a session that has not ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&self, id: &[u8]) -> Result<Option<StoredSession>> {
        let tx = self.shared.db.lookup().await?;
        let row = session::Entity::find_by_id(self.hash.of(id)).one(&tx).await?;
        let now = self.shared.world.now();
        Ok(row.filter(|row| row.expires_at > now).map(|row| StoredSession {
            tenant: row.tenant_id,
            principal: row.principal_id,
            data: row.data,
            expires_at: row.expires_at,
        }))
    }

    /// Writes a session, new or not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save(&self, id: &[u8], stored: StoredSession) -> Result<()> {
        let now = self.shared.world.now();
        let tx = self.shared.db.begin_lookup().await?;
        let row = session::ActiveModel {
            id_hash: Set(self.hash.of(id)),
            tenant_id: Set(stored.tenant),
            principal_id: Set(stored.principal),
            data: Set(stored.data),
            expires_at: Set(stored.expires_at),
            created_at: Set(now),
            updated_at: Set(now),
        };
        let mut replace = OnConflict::column(session::Column::IdHash);
        replace.update_columns([
            session::Column::TenantId,
            session::Column::PrincipalId,
            session::Column::Data,
            session::Column::ExpiresAt,
            session::Column::UpdatedAt,
        ]);
        session::Entity::insert(row).on_conflict(replace).exec_without_returning(&tx).await?;
        Ok(tx.commit().await?)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end(&self, id: &[u8]) -> Result<()> {
        let tx = self.shared.db.begin_lookup().await?;
        session::Entity::delete_by_id(self.hash.of(id)).exec(&tx).await?;
        Ok(tx.commit().await?)
    }

    /// Removes sessions that have ended; returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_ended(&self) -> Result<u64> {
        let tx = self.shared.db.begin_lookup().await?;
        let done = session::Entity::delete_many()
            .filter(session::Column::ExpiresAt.lte(self.shared.world.now()))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected)
    }
}
