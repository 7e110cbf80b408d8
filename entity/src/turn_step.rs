//! Table `turn_step`.

use crate::enums::{StepKind, StepStatus};
use crate::scope::TenantScoped;
use penny_types::{StepId, TenantId, TurnId};
use sea_orm::entity::prelude::*;

/// A step of a turn: a model call, a tool call or a wait.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "turn_step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StepId,
    pub turn_id: TurnId,
    /// Position in the turn, from 0.
    pub position: i32,
    pub kind: StepKind,
    pub status: StepStatus,
    /// State needed to resume the step after a restart.
    pub detail: Json,
    pub started_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
