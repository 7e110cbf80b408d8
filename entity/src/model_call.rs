//! Table `model_call`.

use crate::enums::CallStatus;
use crate::scope::TenantScoped;
use penny_types::{ModelCallId, StepId, TenantId, TurnId};
use sea_orm::entity::prelude::*;

/// A model call with its token usage and cost.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "model_call")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ModelCallId,
    pub turn_id: Option<TurnId>,
    pub step_id: Option<StepId>,
    pub provider: String,
    /// The provider's name of the model.
    pub model: String,
    pub status: CallStatus,
    /// Fault code.
    pub code: Option<String>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    /// Tokens read from the provider's cache, included in `input_tokens`.
    pub cached_tokens: i64,
    /// Included in `output_tokens`.
    pub reasoning_tokens: i64,
    /// Millionths of the tenant's currency.
    pub cost_micros: i64,
    pub ttft_ms: Option<i64>,
    pub duration_ms: Option<i64>,
    pub trace_id: Option<String>,
    pub started_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
