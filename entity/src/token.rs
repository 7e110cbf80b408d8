//! Table `token`.

use crate::scope::TenantScoped;
use penny_types::{PrincipalId, TenantId, TokenId};
use sea_orm::entity::prelude::*;

/// A personal access token, stored as the hash of its secret.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TokenId,
    pub principal_id: PrincipalId,
    /// The principal acted for, when not the owner.
    pub on_behalf_of: Option<PrincipalId>,
    pub name: String,
    /// First characters of the secret, to tell tokens apart.
    pub prefix: String,
    /// Keyed hash of the secret, unique in the installation.
    pub secret_hash: Vec<u8>,
    /// Array of allowed scopes; empty means no restriction.
    pub scopes: Json,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
    /// Updated at most once a minute.
    pub last_used_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
