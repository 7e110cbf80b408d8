//! Table `custom_role`.

use crate::scope::TenantScoped;
use penny_types::{PrincipalId, RoleId, TenantId};
use sea_orm::entity::prelude::*;

/// A named set of actions that its holders may perform on every resource of the tenant.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "custom_role")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleId,
    pub name: String,
    /// Lower-case name, unique in the tenant.
    pub name_normalised: String,
    pub description: String,
    /// Array of action names.
    pub actions: Json,
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
