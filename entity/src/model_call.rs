//! Table `model_call`.

use crate::scope::TenantScoped;
use crate::words::CallStatus;
use penny_types::{ModelCallId, StepId, TenantId, TurnId};
use sea_orm::entity::prelude::*;

/// A call of a model: its route, what it used and what it cost.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "model_call")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ModelCallId,
    /// The turn it was made for.
    pub turn_id: Option<TurnId>,
    /// The step it was made for.
    pub step_id: Option<StepId>,
    /// The provider asked.
    pub provider: String,
    /// The model asked, as the provider calls it.
    pub model: String,
    /// How it stands.
    pub status: CallStatus,
    /// Why it failed, for programs.
    pub code: Option<String>,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// Tokens read from the provider's cache, part of `input_tokens`.
    pub cached_tokens: i64,
    /// Tokens of reasoning, part of `output_tokens`.
    pub reasoning_tokens: i64,
    /// Millionths of the tenant's currency.
    pub cost_micros: i64,
    /// Milliseconds to the first token.
    pub ttft_ms: Option<i64>,
    /// Milliseconds it took.
    pub duration_ms: Option<i64>,
    /// Finds it in the traces.
    pub trace_id: Option<String>,
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
