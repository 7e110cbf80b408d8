//! Table `session`.

use crate::scope::TenantScoped;
use penny_types::{PrincipalId, TenantId};
use sea_orm::entity::prelude::*;

/// A browser's session, kept under the hash of its id. It has no tenant until somebody stands at a tenant's door with it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Hash of the id in the cookie.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id_hash: Vec<u8>,
    /// The tenant it is used in.
    pub tenant_id: Option<TenantId>,
    /// Who is signed in.
    pub principal_id: Option<PrincipalId>,
    /// What the session holds, encoded.
    pub data: Vec<u8>,
    /// When it ends.
    pub expires_at: DateTimeUtc,
    /// When it began.
    pub created_at: DateTimeUtc,
    /// When it was last written.
    pub updated_at: DateTimeUtc,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
