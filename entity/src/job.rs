//! Table `job`.

use crate::scope::TenantScoped;
use penny_types::{JobId, TenantId};
use sea_orm::entity::prelude::*;

/// A piece of work to be done later.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// What it is to be done with.
    pub payload: Json,
    /// Not before.
    pub run_at: DateTimeUtc,
    /// Two unfinished jobs of a kind never share one.
    pub unique_key: Option<String>,
    /// How often it was tried.
    pub attempts: i32,
    /// The process that does it.
    pub lease_owner: Option<String>,
    /// When that process is taken for dead.
    pub lease_expires_at: Option<DateTimeUtc>,
    /// When it was done or given up.
    pub finished_at: Option<DateTimeUtc>,
    /// Why it last failed.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
