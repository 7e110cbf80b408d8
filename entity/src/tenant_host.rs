//! Table `tenant_host`.

use crate::scope::TenantScoped;
use penny_types::TenantId;
use sea_orm::entity::prelude::*;

/// A host name a tenant claims. A name has one owner in the whole installation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant_host")]
pub struct Model {
    /// The name, lower case, without a port.
    #[sea_orm(primary_key, auto_increment = false)]
    pub host: String,
    /// The tenant that claims it.
    pub tenant_id: TenantId,
    /// When it was claimed.
    pub created_at: DateTimeUtc,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
