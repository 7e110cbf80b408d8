//! Table `token`.

use crate::scope::TenantScoped;
use penny_types::{PrincipalId, TenantId, TokenId};
use sea_orm::entity::prelude::*;

/// A personal access token, kept as the hash of its secret.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "token")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TokenId,
    /// Whose it is.
    pub principal_id: PrincipalId,
    /// For whom it acts, when not for its owner.
    pub on_behalf_of: Option<PrincipalId>,
    /// What its owner called it.
    pub name: String,
    /// The secret's first characters, to tell tokens apart.
    pub prefix: String,
    /// Hash of the secret, unique in the installation.
    pub secret_hash: Vec<u8>,
    /// Array of what it may be used for; empty means all its owner may.
    pub scopes: Json,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it stops working.
    pub expires_at: Option<DateTimeUtc>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTimeUtc>,
    /// When it was taken back.
    pub revoked_at: Option<DateTimeUtc>,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
