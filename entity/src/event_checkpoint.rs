//! Table `event_checkpoint`.

use crate::scope::TenantScoped;
use penny_types::{TenantId, TurnId};
use sea_orm::entity::prelude::*;

/// A stretch of a turn's events, merged. Rows are only ever added.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_checkpoint")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// The turn.
    #[sea_orm(primary_key, auto_increment = false)]
    pub turn_id: TurnId,
    /// Number of the last event in it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub last_seq: i64,
    /// Number of the first event in it.
    pub first_seq: i64,
    /// The events as a JSON array, in order.
    pub events: String,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
