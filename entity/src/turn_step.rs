//! Table `turn_step`.

use crate::scope::TenantScoped;
use crate::words::{StepKind, StepStatus};
use penny_types::{StepId, TenantId, TurnId};
use sea_orm::entity::prelude::*;

/// A step of a turn: a call of a model, a call of a tool, or a wait.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "turn_step")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StepId,
    /// The turn.
    pub turn_id: TurnId,
    /// Its place in the turn, from 0.
    pub position: i32,
    /// What is done.
    pub kind: StepKind,
    /// How it stands.
    pub status: StepStatus,
    /// What the step needs to go on after a restart.
    pub detail: Json,
    /// When it began.
    pub started_at: DateTimeUtc,
    /// When it was over.
    pub finished_at: Option<DateTimeUtc>,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
