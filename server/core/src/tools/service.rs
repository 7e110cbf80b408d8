use super::{
    ToolCallError, ToolRegistry,
    registry::RegisteredTool,
    rules,
    run::{PreparedCall, ToolCallOrigin, error_for_model},
    store,
};
use crate::{
    artifacts::Artifacts,
    turns::{ContentFilters, steps},
};
use penny_entity::{
    enums::{Outcome, StepStatus},
    tool_call,
};
use penny_kernel::{
    SharedKernel,
    access::{Action, Permit, ToolResource},
    audit::{self, AuditRecord},
    ctx::Ctx,
    db::{StoreError, WriteTx},
    fault::ToFault,
};
use penny_ports::models::ToolSpec;
use penny_types::{
    MessageId, ToolCallId, TurnId,
    tools::{Effect, ToolCallStatus, ToolResultView, ToolView},
    turns::Decision,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use serde_json::Value;

/// Service for listing and calling tools.
#[derive(Debug, Clone)]
pub struct Tools {
    pub(super) kernel: SharedKernel,
    registry: ToolRegistry,
    pub(super) artifacts: Artifacts,
}

impl Tools {
    pub(crate) const fn new(kernel: SharedKernel, registry: ToolRegistry, artifacts: Artifacts) -> Self {
        Self { kernel, registry, artifacts }
    }

    /// Lists the tools the actor may use.
    #[must_use]
    pub fn list(&self, ctx: &Ctx) -> Vec<ToolView> {
        self.available(ctx, None)
            .map(|tool| {
                let contract = tool.contract();
                ToolView {
                    name: contract.name.to_owned(),
                    version: contract.version,
                    description: contract.description.to_owned(),
                    effect: contract.effect,
                    needs_approval: tool.needs_approval,
                    input_schema: contract.input_schema.clone(),
                }
            })
            .collect()
    }

    /// Calls a tool outside a conversation with a request body: the arguments themselves or
    /// `{"arguments": {...}}`.
    ///
    /// # Errors
    /// As [`Self::invoke`].
    pub async fn invoke_body(
        &self,
        ctx: &Ctx,
        name: &str,
        body: Value,
    ) -> Result<ToolResultView, ToolCallError> {
        let arguments = match self.find_available(ctx, name, None) {
            Ok(tool) => rules::unwrap_arguments(&tool.contract().input_schema, body),
            Err(_) => body,
        };
        self.invoke(ctx, name, arguments).await
    }

    /// Calls a tool outside a conversation.
    ///
    /// # Errors
    /// When the tool does not exist, may not be used, needs approval or fails, or the arguments are invalid.
    pub async fn invoke(
        &self,
        ctx: &Ctx,
        name: &str,
        arguments: Value,
    ) -> Result<ToolResultView, ToolCallError> {
        if self.find_available(ctx, name, None).is_ok_and(|tool| tool.needs_approval) {
            return Err(ToolCallError::NeedsApproval { name: name.to_owned() });
        }
        let call =
            match self.prepare(ctx, &ToolCallOrigin::default(), name, &arguments.to_string(), None).await? {
                PreparedCall::Ready(call) => call,
                PreparedCall::AwaitingApproval(..) => {
                    return Err(ToolCallError::NeedsApproval { name: name.to_owned() });
                }
                PreparedCall::Rejected(_, error) => return Err(error),
            };
        let call_id = call.id;
        // Content filters apply to text for models only, and no model receives this result.
        let completed = self.run(ctx, &ToolCallOrigin::default(), call, &ContentFilters::default()).await?;
        match completed.fault {
            Some(fault) => Err(ToolCallError::Failed(fault)),
            None => Ok(ToolResultView {
                call_id,
                name: name.to_owned(),
                status: completed.status,
                result: completed.result,
                artifact_ids: completed.artifacts.iter().map(|artifact| artifact.id).collect(),
                duration_ms: completed.duration_ms,
            }),
        }
    }

    /// Describes the available tools for a model.
    pub(crate) fn specs(&self, ctx: &Ctx, allowed: Option<&[String]>) -> Vec<ToolSpec> {
        self.available(ctx, allowed)
            .map(|tool| ToolSpec {
                name: tool.contract().name.to_owned(),
                description: tool.contract().description.to_owned(),
                input_schema: tool.contract().input_schema.clone(),
            })
            .collect()
    }

    /// Applies a user's decision to a call that awaits approval. Returns `None` when the call is not
    /// waiting, or its arguments or plan differ from those shown.
    pub(crate) async fn decide(
        &self,
        tx: &WriteTx,
        ctx: &Ctx,
        call: tool_call::Model,
        decision: Decision,
    ) -> Result<Option<tool_call::Model>, ToolCallError> {
        let is_unchanged =
            call.plan.as_deref().map(|plan| store::hash_plan(&call.arguments, plan)) == call.plan_hash;
        if call.status != ToolCallStatus::Waiting || !is_unchanged {
            return Ok(None);
        }
        let (status, outcome) = match decision {
            Decision::Approve => (ToolCallStatus::Pending, Outcome::Succeeded),
            Decision::Deny => (ToolCallStatus::Denied, Outcome::Denied),
        };
        let now = ctx.now();
        let record = AuditRecord::of("approvals.decide", "tool_call").target(call.id).outcome(outcome);
        let call = store::update(tx.conn(), call, |row| {
            row.status = Set(status);
            row.decided_by = Set(Some(ctx.actor().id));
            row.decided_at = Set(Some(now));
            if decision == Decision::Deny {
                row.finished_at = Set(Some(now));
                row.result = Set(Some(error_for_model(ctx, &ToolCallError::DeniedByUser.to_fault())));
            }
        })
        .await?;
        audit::record(tx, ctx, record).await?;
        Ok(Some(call))
    }

    pub(crate) async fn find(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        id: ToolCallId,
    ) -> Result<Option<tool_call::Model>, ToolCallError> {
        Ok(store::find(conn, ctx, id).await?)
    }

    /// Lists the calls of a turn, in the order of their requests.
    pub(crate) async fn list_by_turn(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        turn: TurnId,
    ) -> Result<Vec<tool_call::Model>, ToolCallError> {
        Ok(store::list_by_turn(conn, ctx, turn).await?)
    }

    /// Lists the calls of every turn that wrote a message.
    pub(crate) async fn list_by_message(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        message: MessageId,
    ) -> Result<Vec<tool_call::Model>, ToolCallError> {
        Ok(store::list_by_message(conn, ctx, message).await?)
    }

    /// Closes the step of a denied call, after the turn has published the denial.
    pub(crate) async fn close_denied_step(
        &self,
        ctx: &Ctx,
        call: &tool_call::Model,
    ) -> Result<(), ToolCallError> {
        let Some(step) = call.step_id else { return Ok(()) };
        let tx = self.kernel.db.begin(ctx).await?;
        steps::close_step(tx.conn(), ctx, step, StepStatus::Failed).await?;
        Ok(tx.commit().await?)
    }

    /// Closes the open calls of a turn that has ended, and returns all its calls.
    pub(crate) async fn close_open_calls(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        turn: TurnId,
    ) -> Result<Vec<tool_call::Model>, StoreError> {
        store::close_open_calls(conn, ctx, turn).await
    }

    fn available<'a>(
        &'a self,
        ctx: &'a Ctx,
        allowed: Option<&'a [String]>,
    ) -> impl Iterator<Item = &'a RegisteredTool> {
        self.registry.iter().filter(move |tool| self.is_available(ctx, tool, allowed))
    }

    fn is_available(&self, ctx: &Ctx, tool: &RegisteredTool, allowed: Option<&[String]>) -> bool {
        let contract = tool.contract();
        allowed.is_none_or(|names| names.iter().any(|name| name == contract.name))
            && self.permit(ctx, contract.name, contract.effect).is_ok()
    }

    pub(super) fn find_available(
        &self,
        ctx: &Ctx,
        name: &str,
        allowed: Option<&[String]>,
    ) -> Result<&RegisteredTool, ToolCallError> {
        self.registry
            .find(name)
            .filter(|tool| self.is_available(ctx, tool, allowed))
            .ok_or_else(|| ToolCallError::UnknownTool { name: name.chars().take(64).collect() })
    }

    pub(super) fn permit(&self, ctx: &Ctx, name: &str, effect: Effect) -> Result<Permit, ToolCallError> {
        Ok(self.kernel.access.check(ctx, Action::ToolUse, &ToolResource { name, effect })?)
    }
}
