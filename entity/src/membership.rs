//! Table `membership`.

use crate::scope::TenantScoped;
use penny_types::{MembershipId, PrincipalId, TenantId, WorkspaceId};
use sea_orm::entity::prelude::*;

/// Membership of a principal in a workspace.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MembershipId,
    pub workspace_id: WorkspaceId,
    pub principal_id: PrincipalId,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
