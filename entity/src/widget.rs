//! Table `widget`.

use crate::scope::TenantScoped;
use penny_types::{DashboardId, TenantId, WidgetId, dashboards::WidgetKind};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "widget")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WidgetId,
    pub dashboard_id: DashboardId,
    /// Position on the dashboard, from 0.
    pub position: i32,
    pub kind: WidgetKind,
    pub title_en: String,
    pub title_es: String,
    /// Width, as a number of twelve columns.
    pub columns: i32,
    /// Content, depending on `kind`.
    pub config: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
