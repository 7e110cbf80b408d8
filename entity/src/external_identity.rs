//! Table `external_identity`.

use crate::scope::TenantScoped;
use penny_types::{PrincipalId, TenantId};
use sea_orm::entity::prelude::*;

/// A principal as an OpenID Connect provider knows them.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "external_identity")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// The provider's issuer URL.
    #[sea_orm(primary_key, auto_increment = false)]
    pub issuer: String,
    /// The provider's name for the person; never reused by it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    /// Who it is here.
    pub principal_id: PrincipalId,
    /// The address the provider last told.
    pub email: Option<String>,
    /// When they were joined.
    pub created_at: DateTimeUtc,
    /// When they last signed in this way.
    pub last_seen_at: DateTimeUtc,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
