//! Table `membership`.

use crate::scope::TenantScoped;
use penny_types::{MembershipId, PrincipalId, TenantId, WorkspaceId};
use sea_orm::entity::prelude::*;

/// A principal's place in a workspace.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MembershipId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The principal.
    pub principal_id: PrincipalId,
    /// When they joined.
    pub created_at: DateTimeUtc,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
