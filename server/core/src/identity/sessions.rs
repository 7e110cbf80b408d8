//! Browser sessions, stored under a keyed hash of the session id in the cookie, so that a copy of the
//! table cannot be used to sign in.

use super::{error::Result, secrets::SecretHasher};
use chrono::{DateTime, Utc};
use penny_entity::session;
use penny_kernel::{SharedKernel, ctx::SystemPorts};
use penny_types::{PrincipalId, TenantId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};

/// A browser session as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    pub tenant: Option<TenantId>,
    pub principal: Option<PrincipalId>,
    /// The session's values, encoded by the transport.
    pub data: Vec<u8>,
    pub expires_at: DateTime<Utc>,
}

/// Stores browser sessions. They are read before a tenant is known, so every query uses the lookup role.
#[derive(Debug, Clone)]
pub struct Sessions {
    kernel: SharedKernel,
    hash: SecretHasher,
}

impl Sessions {
    pub(super) const fn new(kernel: SharedKernel, hash: SecretHasher) -> Self {
        Self { kernel, hash }
    }

    #[must_use]
    pub fn system(&self) -> &SystemPorts {
        &self.kernel.system
    }

    /// Finds a session that has not expired.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&self, id: &[u8]) -> Result<Option<StoredSession>> {
        let tx = self.kernel.db.lookup().await?;
        let row = session::Entity::find_by_id(self.hash.hash(id)).one(&tx).await?;
        let now = self.kernel.system.now();
        Ok(row.filter(|row| row.expires_at > now).map(|row| StoredSession {
            tenant: row.tenant_id,
            principal: row.principal_id,
            data: row.data,
            expires_at: row.expires_at,
        }))
    }

    /// Creates or replaces a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save(&self, id: &[u8], stored: StoredSession) -> Result<()> {
        let now = self.kernel.system.now();
        let tx = self.kernel.db.begin_lookup().await?;
        let row = session::ActiveModel {
            id_hash: Set(self.hash.hash(id)),
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

    /// Deletes a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete(&self, id: &[u8]) -> Result<()> {
        let tx = self.kernel.db.begin_lookup().await?;
        session::Entity::delete_by_id(self.hash.hash(id)).exec(&tx).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes expired sessions and returns their number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_expired(&self) -> Result<u64> {
        let tx = self.kernel.db.begin_lookup().await?;
        let done = session::Entity::delete_many()
            .filter(session::Column::ExpiresAt.lte(self.kernel.system.now()))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected)
    }
}
