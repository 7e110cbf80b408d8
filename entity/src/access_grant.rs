//! Table `access_grant`.

use crate::scope::TenantScoped;
use penny_types::{
    GrantId, PrincipalId, TenantId,
    access::{GrantEffect, GrantLevel, GrantSubject, GrantedKind},
};
use sea_orm::entity::prelude::*;

/// Grants or denies the use of one resource.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_grant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GrantId,
    pub subject_kind: GrantSubject,
    /// The principal, group or custom role; the nil UUID for a built-in role and for the tenant.
    pub subject_id: Uuid,
    /// The built-in role; empty for other subjects.
    pub subject_role: String,
    pub resource_kind: GrantedKind,
    /// Name of the tool, slug of the dashboard or datasource, id of the principal.
    pub resource_key: String,
    pub level: GrantLevel,
    pub effect: GrantEffect,
    pub granted_by: Option<PrincipalId>,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
