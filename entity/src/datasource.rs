//! Table `datasource`.

use crate::scope::TenantScoped;
use penny_types::{DatasourceId, TenantId};
use sea_orm::entity::prelude::*;

/// A place data comes from.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "datasource")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DatasourceId,
    /// Its short name, unique in the tenant.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// What kind of place, and so how `config` is read.
    pub kind: String,
    /// Where the data is and how it is read; never a secret.
    pub config: Json,
    /// When it was connected.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
