//! Table `session`.

use crate::scope::TenantScoped;
use penny_types::{PrincipalId, TenantId};
use sea_orm::entity::prelude::*;

/// A browser session. It has no tenant until it is used at a tenant's host.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Keyed hash of the session id in the cookie.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id_hash: Vec<u8>,
    pub tenant_id: Option<TenantId>,
    pub principal_id: Option<PrincipalId>,
    /// The session's values, encoded.
    pub data: Vec<u8>,
    pub expires_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
