//! Table `audit_head`.

use crate::scope::TenantScoped;
use penny_types::TenantId;
use sea_orm::entity::prelude::*;

/// Where a tenant's audit chain ends, signed: without it, a record taken off the end would leave no trace.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_head")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// How many records the chain has.
    pub records: i64,
    /// Hash of the last one.
    pub hash: Vec<u8>,
    /// Keyed hash of the tenant, the number and the hash.
    pub signature: Vec<u8>,
    /// When it was signed.
    pub signed_at: DateTimeUtc,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
