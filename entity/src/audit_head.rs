//! Table `audit_head`.

use crate::scope::TenantScoped;
use penny_types::TenantId;
use sea_orm::entity::prelude::*;

/// The signed head of a tenant's audit chain, which makes removal of the last records detectable.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_head")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Number of records in the chain.
    pub records: i64,
    /// Hash of the last record.
    pub hash: Vec<u8>,
    /// Keyed hash of the tenant, the number of records and the hash.
    pub signature: Vec<u8>,
    pub signed_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
