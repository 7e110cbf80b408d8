//! Table `tenant_host`.

use crate::scope::TenantScoped;
use penny_types::TenantId;
use sea_orm::entity::prelude::*;

/// A host name of a tenant, unique in the installation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant_host")]
pub struct Model {
    /// Lower case, without a port.
    #[sea_orm(primary_key, auto_increment = false)]
    pub host: String,
    pub tenant_id: TenantId,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
