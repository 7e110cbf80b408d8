//! Table `kpi`.

use crate::scope::TenantScoped;
use penny_types::{DatasourceId, KpiId, TenantId, artifacts::ValueFormat, dashboards::Direction};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "kpi")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: KpiId,
    /// Stable, unique in the tenant.
    pub slug: String,
    /// Position in lists, in ascending order.
    pub position: i32,
    pub name_en: String,
    pub name_es: String,
    pub format: ValueFormat,
    /// Whether a higher or a lower value is better.
    pub direction: Direction,
    /// Array of the units it is defined for.
    pub units: Json,
    pub datasource_id: DatasourceId,
    pub sql: String,
    pub target: Option<Json>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
