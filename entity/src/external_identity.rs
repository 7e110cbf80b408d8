//! Table `external_identity`.

use crate::scope::TenantScoped;
use penny_types::{PrincipalId, TenantId};
use sea_orm::entity::prelude::*;

/// Link between a principal and a user of an OpenID Connect provider.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "external_identity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub issuer: String,
    /// The provider's identifier of the user (`sub`), never reassigned.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    pub principal_id: PrincipalId,
    pub email: Option<String>,
    pub created_at: DateTimeUtc,
    pub last_seen_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
