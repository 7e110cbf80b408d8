//! Table `share`.

use crate::scope::TenantScoped;
use penny_types::{
    PrincipalId, ShareId, TenantId,
    access::{ShareLevel, ShareSubject, SharedKind},
};
use sea_orm::entity::prelude::*;

/// A conversation or an artifact shared with a principal, a group or the tenant.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "share")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ShareId,
    pub resource_kind: SharedKind,
    pub resource_id: Uuid,
    pub subject_kind: ShareSubject,
    /// The principal or the group; the nil UUID for the tenant.
    pub subject_id: Uuid,
    pub level: ShareLevel,
    pub granted_by: PrincipalId,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
