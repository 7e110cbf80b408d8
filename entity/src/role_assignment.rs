//! Table `role_assignment`.

use crate::scope::TenantScoped;
use penny_types::{GroupId, PrincipalId, RoleAssignmentId, RoleId, TenantId, people::Role};
use sea_orm::entity::prelude::*;

/// A built-in or custom role held by a principal or by the members of a group. Exactly one of `role` and
/// `custom_role_id`, and exactly one of `principal_id` and `group_id`, is present.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role_assignment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleAssignmentId,
    pub principal_id: Option<PrincipalId>,
    pub group_id: Option<GroupId>,
    pub role: Option<Role>,
    pub custom_role_id: Option<RoleId>,
    /// Absent when the system assigned the role.
    pub assigned_by: Option<PrincipalId>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
