//! Table `event_checkpoint`.

use crate::scope::TenantScoped;
use penny_types::{TenantId, TurnId};
use sea_orm::entity::prelude::*;

/// A range of a turn's events, merged. Append-only.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_checkpoint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub turn_id: TurnId,
    /// Sequence number of the last event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub last_seq: i64,
    /// Sequence number of the first event.
    pub first_seq: i64,
    /// The events as a JSON array, in order.
    pub events: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
