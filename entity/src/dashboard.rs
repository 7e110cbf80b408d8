//! Table `dashboard`.

use crate::scope::TenantScoped;
use penny_types::{DashboardId, TenantId};
use sea_orm::entity::prelude::*;

/// A dashboard.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dashboard")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DashboardId,
    /// Its address, unique in the tenant.
    pub slug: String,
    /// Its title, in English.
    pub title_en: String,
    /// Its title, in Spanish.
    pub title_es: String,
    /// What it is for, in English.
    pub description_en: String,
    /// What it is for, in Spanish.
    pub description_es: String,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
