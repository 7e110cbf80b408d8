//! Table `job`.

use crate::scope::TenantScoped;
use penny_types::{JobId, TenantId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    /// Name of the job type.
    pub kind: String,
    pub queue: String,
    /// Jobs of a higher priority are claimed first; 0 is normal.
    pub priority: i32,
    pub payload: Json,
    /// Earliest start time.
    pub run_at: DateTimeUtc,
    /// Unique among unfinished jobs of the same kind and tenant.
    pub unique_key: Option<String>,
    /// Number of started attempts.
    pub attempts: i32,
    /// Units of work done.
    pub progress_done: i64,
    /// Units of work in all; 0 when the job reports none.
    pub progress_total: i64,
    pub lease_owner: Option<String>,
    /// When the claim expires unless renewed.
    pub lease_expires_at: Option<DateTimeUtc>,
    pub cancel_requested_at: Option<DateTimeUtc>,
    /// When it succeeded, failed permanently or was cancelled.
    pub finished_at: Option<DateTimeUtc>,
    /// The last failure.
    pub error: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
