//! Table `widget`.

use crate::scope::TenantScoped;
use penny_types::{DashboardId, TenantId, WidgetId, dashboards::WidgetKind};
use sea_orm::entity::prelude::*;

/// A widget on a dashboard.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "widget")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WidgetId,
    /// The dashboard.
    pub dashboard_id: DashboardId,
    /// Its place, from 0.
    pub position: i32,
    /// How it is drawn.
    pub kind: WidgetKind,
    /// Its title, in English.
    pub title_en: String,
    /// Its title, in Spanish.
    pub title_es: String,
    /// How many of twelve columns it takes.
    pub columns: i32,
    /// What it shows.
    pub config: Json,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
