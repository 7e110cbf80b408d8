//! Table `kpi`.

use crate::scope::TenantScoped;
use penny_types::{DatasourceId, KpiId, TenantId, artifacts::ValueFormat, dashboards::Direction};
use sea_orm::entity::prelude::*;

/// The definition of a key figure: data, not code.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "kpi")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: KpiId,
    /// Stable short name, unique in the tenant.
    pub slug: String,
    /// Its place in lists.
    pub position: i32,
    /// What people call it, in English.
    pub name_en: String,
    /// What people call it, in Spanish.
    pub name_es: String,
    /// How it is written.
    pub format: ValueFormat,
    /// Which way is good.
    pub direction: Direction,
    /// Array of the units it exists for.
    pub units: Json,
    /// Where its data is.
    pub datasource_id: DatasourceId,
    /// The query that yields it.
    pub sql: String,
    /// What it should be.
    pub target: Option<Json>,
    /// When it was defined.
    pub created_at: DateTimeUtc,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
