//! Table `tool_call`.

use crate::scope::TenantScoped;
use penny_types::{
    ConversationId, PrincipalId, StepId, TenantId, ToolCallId, TurnId,
    tools::{Effect, ToolCallStatus},
};
use sea_orm::entity::prelude::*;

/// A call of a tool, recorded before it runs.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tool_call")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ToolCallId,
    /// The conversation it was made in.
    pub conversation_id: Option<ConversationId>,
    /// The turn it was made for.
    pub turn_id: Option<TurnId>,
    /// The step it was made for.
    pub step_id: Option<StepId>,
    /// Under whose rights it runs.
    pub principal_id: PrincipalId,
    /// For whom, when not for themselves.
    pub on_behalf_of: Option<PrincipalId>,
    /// The model's own name for the call.
    pub model_call_ref: Option<String>,
    /// The tool's name.
    pub name: String,
    /// The version of the tool's contract.
    pub version: i32,
    /// What it does to the world.
    pub effect: Effect,
    /// What it is called with.
    pub arguments: Json,
    /// What would change, as the approver is shown it.
    pub plan: Option<String>,
    /// Hash of what was shown: only that may run.
    pub plan_hash: Option<Vec<u8>>,
    /// How it stands.
    pub status: ToolCallStatus,
    /// What a repetition is recognised by, unique in the tenant.
    pub idempotency_key: String,
    /// What it answered.
    pub result: Option<Json>,
    /// Why it failed, for people.
    pub error: Option<String>,
    /// Who approved or denied it.
    pub decided_by: Option<PrincipalId>,
    /// When that was.
    pub decided_at: Option<DateTimeUtc>,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
    /// When it began to run.
    pub started_at: Option<DateTimeUtc>,
    /// When it was over.
    pub finished_at: Option<DateTimeUtc>,
    /// Milliseconds it ran.
    pub duration_ms: Option<i64>,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
