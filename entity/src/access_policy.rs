//! Table `access_policy`.

use crate::scope::TenantScoped;
use penny_types::{PolicyId, PrincipalId, TenantId};
use sea_orm::entity::prelude::*;

/// A tenant's own Cedar policy.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_policy")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PolicyId,
    pub name: String,
    /// Lower-case name, unique in the tenant.
    pub name_normalised: String,
    pub description: String,
    /// Cedar source of one static policy.
    pub source: String,
    pub is_enabled: bool,
    pub created_by: PrincipalId,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
