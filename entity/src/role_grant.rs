//! Table `role_grant`.

use crate::scope::TenantScoped;
use penny_types::{DatasourceId, GrantId, PrincipalId, TenantId, people::Role};
use sea_orm::entity::prelude::*;

/// A role a principal holds, everywhere or for one tool or datasource.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role_grant")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GrantId,
    /// Who holds it.
    pub principal_id: PrincipalId,
    /// For whom it may be used, when not for the holder.
    pub on_behalf_of: Option<PrincipalId>,
    /// The role.
    pub role: Role,
    /// The one tool it is narrowed to.
    pub tool: Option<String>,
    /// The one datasource it is narrowed to.
    pub datasource_id: Option<DatasourceId>,
    /// Who gave it; absent for PENNY itself.
    pub granted_by: Option<PrincipalId>,
    /// When it was given.
    pub created_at: DateTimeUtc,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
