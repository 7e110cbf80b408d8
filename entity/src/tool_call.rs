//! Table `tool_call`.

use crate::scope::TenantScoped;
use penny_types::{
    ConversationId, PrincipalId, StepId, TenantId, ToolCallId, TurnId,
    tools::{Effect, ToolCallStatus},
};
use sea_orm::entity::prelude::*;

/// A tool call, recorded before it runs.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tool_call")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ToolCallId,
    pub conversation_id: Option<ConversationId>,
    pub turn_id: Option<TurnId>,
    pub step_id: Option<StepId>,
    /// The principal with whose rights it runs.
    pub principal_id: PrincipalId,
    /// The principal acted for, when not the actor.
    pub on_behalf_of: Option<PrincipalId>,
    /// The model's id of the call.
    pub model_call_ref: Option<String>,
    pub name: String,
    /// Version of the tool's contract.
    pub version: i32,
    pub effect: Effect,
    pub arguments: Json,
    /// Description of the changes, shown to the approver.
    pub plan: Option<String>,
    /// Hash of arguments and plan; only what was approved may run.
    pub plan_hash: Option<Vec<u8>>,
    pub status: ToolCallStatus,
    /// Unique in the tenant.
    pub idempotency_key: String,
    pub result: Option<Json>,
    pub error: Option<String>,
    pub decided_by: Option<PrincipalId>,
    pub decided_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub started_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
    pub duration_ms: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
