//! Execution of tool calls: validation, recording, execution within limits, and storage of the results.

use super::{
    ToolCallError, ToolError, ToolOutcome, ToolRun, Tools,
    registry::RegisteredTool,
    rules,
    store::{self, NewToolCall},
};
use crate::{
    artifacts::Lineage,
    turns::{ContentFilters, steps},
};
use penny_entity::{
    enums::{Outcome, StepKind, StepStatus},
    tool_call,
};
use penny_i18n::keys;
use penny_kernel::{
    audit::{self, AuditRecord},
    ctx::Ctx,
    db::{WriteTx, storable_text},
    fault::ToFault,
};
use penny_types::{
    ConversationId, Fault, FaultCode, StepId, ToolCallId, TurnId,
    artifacts::ArtifactView,
    tools::{Effect, ToolCallStatus},
};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tokio::time::Instant;

/// The conversation, turn and model a call belongs to; all `None` for a call through the API.
#[derive(Debug, Clone, Default)]
pub(crate) struct ToolCallOrigin {
    pub conversation: Option<ConversationId>,
    /// The turn and the fencing token of the process that runs it.
    pub turn: Option<(TurnId, i64)>,
    /// The model's id of the call.
    pub model_ref: Option<String>,
    /// `provider/model` that requested the call.
    pub model: Option<String>,
}

/// A call that has been recorded.
#[derive(Debug)]
pub(crate) enum PreparedCall {
    /// May run now.
    Ready(tool_call::Model),
    /// Waits for approval of the plan.
    AwaitingApproval(tool_call::Model, String),
    /// Will not run, because the name or the arguments are invalid or a right is missing.
    Rejected(tool_call::Model, ToolCallError),
}

/// The outcome of a call that ran.
#[derive(Debug)]
pub(crate) struct CompletedCall {
    pub status: ToolCallStatus,
    /// Result for the model: JSON, or an error object.
    pub result: Value,
    pub artifacts: Vec<ArtifactView>,
    pub duration_ms: u64,
    pub fault: Option<Fault>,
}

/// The values stored when a call ends.
struct CallCompletion<'a> {
    status: ToolCallStatus,
    /// The complete result for the model, needed again when a turn is resumed.
    result: &'a Value,
    error: Option<String>,
    duration_ms: u64,
    record: AuditRecord<'a>,
}

impl Tools {
    /// Validates and records a call before it runs; a rejected call is recorded too.
    pub(crate) async fn prepare(
        &self,
        ctx: &Ctx,
        origin: &ToolCallOrigin,
        name: &str,
        arguments: &str,
        allowed: Option<&[String]>,
    ) -> Result<PreparedCall, ToolCallError> {
        // Planning and running see the same id.
        let id: ToolCallId = ctx.new_id();
        let validated = self.validate(ctx, id, name, arguments, allowed).await;
        let tx = self.kernel.db.begin(ctx).await?;
        let prepared = match validated {
            Ok((tool, arguments, plan)) => {
                record_accepted(&tx, ctx, origin, id, tool, arguments, plan).await?
            }
            Err(error) => {
                let name = name.get(..name.floor_char_boundary(64)).unwrap_or_default();
                record_rejected(&tx, ctx, origin, id, name, arguments, error).await?
            }
        };
        tx.commit().await?;
        Ok(prepared)
    }

    async fn validate(
        &self,
        ctx: &Ctx,
        id: ToolCallId,
        name: &str,
        arguments: &str,
        allowed: Option<&[String]>,
    ) -> Result<(&RegisteredTool, Value, Option<String>), ToolCallError> {
        let tool = self.find_available(ctx, name, allowed)?;
        let invalid = |fields| ToolCallError::InvalidArguments { name: name.to_owned(), fields };
        let arguments = rules::parse(arguments).map_err(|field| invalid(vec![field]))?;
        let validation_errors = tool.validation_errors(&arguments);
        if !validation_errors.is_empty() {
            return Err(invalid(validation_errors));
        }
        let run = ToolRun { ctx, call_id: id, arguments: &arguments };
        let plan = tool
            .implementation
            .plan(&run)
            .await
            .map_err(|error| ToolCallError::Failed(error.fault().clone()))?;
        let plan = plan.or_else(|| tool.needs_approval.then(|| format!("{name} {arguments}")));
        Ok((tool, arguments, plan))
    }

    /// Runs a recorded call within its limits, applies `filters` to the result and stores it.
    ///
    /// # Errors
    /// When nothing could be recorded. A failure of the tool is a [`CompletedCall`].
    pub(crate) async fn run(
        &self,
        ctx: &Ctx,
        origin: &ToolCallOrigin,
        call: tool_call::Model,
        filters: &ContentFilters,
    ) -> Result<CompletedCall, ToolCallError> {
        let started = Instant::now();
        let call = self.mark_running(ctx, origin, call).await?;
        let outcome = match self.find_available(ctx, &call.name, None) {
            Ok(tool) => self.execute(ctx, tool, &call).await,
            Err(error) => Err(error),
        };
        let outcome = outcome.map(|outcome| ToolOutcome {
            result: filters.tool_result(&call.name, outcome.result),
            ..outcome
        });
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        match outcome {
            Ok(outcome) => match self.store_outcome(ctx, origin, call.clone(), outcome, duration_ms).await {
                Err(ToolCallError::Artifact(error)) => {
                    self.fail(ctx, call, ToolCallError::Artifact(error), duration_ms).await
                }
                stored => stored,
            },
            Err(error) => self.fail(ctx, call, error, duration_ms).await,
        }
    }

    async fn execute(
        &self,
        ctx: &Ctx,
        tool: &RegisteredTool,
        call: &tool_call::Model,
    ) -> Result<ToolOutcome, ToolCallError> {
        let name = || call.name.clone();
        let limits = tool.contract().limits;
        if let Some(retry_after) = tool.count_call(ctx.subject(), Instant::now()) {
            return Err(ToolCallError::RateLimited { name: name(), retry_after });
        }
        let timeout = || ToolCallError::Timeout { name: name(), seconds: limits.timeout.as_secs() };
        let work = async {
            let semaphore = tool.concurrency_limit(ctx.tenant());
            let _permit = semaphore.acquire().await.map_err(|_| timeout())?;
            let tool_ctx = (tool.contract().effect == Effect::Read).then(|| ctx.for_reading_tool());
            let run = ToolRun {
                ctx: tool_ctx.as_ref().unwrap_or(ctx),
                call_id: call.id,
                arguments: &call.arguments,
            };
            tool.implementation.execute(run).await.map_err(|error| {
                if let ToolError::Failed(fault) = &error {
                    tracing::warn!(tool.name = %call.name, fault = %fault, "a tool failed");
                }
                ToolCallError::Failed(error.fault().clone())
            })
        };
        let outcome = tokio::time::timeout(limits.timeout, work).await.map_err(|_| timeout())??;
        if outcome.result.to_string().len() > limits.result_bytes {
            return Err(ToolCallError::ResultTooLarge { name: name() });
        }
        let mut values = std::iter::once(&outcome.result)
            .chain(outcome.artifacts.iter().map(|artifact| &artifact.content));
        if values.any(|value| rules::count_rows(value) > limits.rows) {
            return Err(ToolCallError::TooManyRows { name: name(), max: limits.rows });
        }
        Ok(outcome)
    }

    /// Marks a call and its step as running, unless another process has taken over the turn.
    async fn mark_running(
        &self,
        ctx: &Ctx,
        origin: &ToolCallOrigin,
        call: tool_call::Model,
    ) -> Result<tool_call::Model, ToolCallError> {
        let tx = self.kernel.db.begin(ctx).await?;
        if let Some(fenced_turn) = origin.turn
            && !steps::start_step(tx.conn(), ctx, fenced_turn, call.step_id).await?
        {
            return Err(ToolCallError::FencingTokenLost);
        }
        let now = ctx.now();
        let call = store::update(tx.conn(), call, |row| {
            row.status = Set(ToolCallStatus::Running);
            row.started_at = Set(Some(now));
        })
        .await?;
        tx.commit().await?;
        Ok(call)
    }

    async fn store_outcome(
        &self,
        ctx: &Ctx,
        origin: &ToolCallOrigin,
        call: tool_call::Model,
        outcome: ToolOutcome,
        duration_ms: u64,
    ) -> Result<CompletedCall, ToolCallError> {
        let lineage = Lineage {
            conversation: origin.conversation,
            turn: origin.turn.map(|(turn, _)| turn),
            tool_call: Some(call.id),
            model: origin.model.clone(),
            inputs: Vec::new(),
        };
        let mut stored = Vec::with_capacity(outcome.artifacts.len());
        for artifact in &outcome.artifacts {
            stored.push(self.artifacts.store_content(ctx, artifact.kind, &artifact.content).await?);
        }
        let permit = self.permit(ctx, &call.name, call.effect)?;
        let tx = self.kernel.db.begin(ctx).await?;
        let mut artifacts = Vec::with_capacity(stored.len());
        for (artifact, stored) in outcome.artifacts.iter().zip(&stored) {
            artifacts.push(
                self.artifacts
                    .insert_from_tool(&tx, ctx, artifact.kind, &artifact.title, stored, &lineage)
                    .await?,
            );
        }
        let completion = CallCompletion {
            status: ToolCallStatus::Succeeded,
            result: &outcome.result,
            error: None,
            duration_ms,
            record: AuditRecord::of("tools.call", "tool").target_name(&call.name).permit(&permit),
        };
        finish_call(&tx, ctx, call, completion).await?;
        tx.commit().await?;
        Ok(CompletedCall {
            status: ToolCallStatus::Succeeded,
            result: outcome.result,
            artifacts,
            duration_ms,
            fault: None,
        })
    }

    async fn fail(
        &self,
        ctx: &Ctx,
        call: tool_call::Model,
        error: ToolCallError,
        duration_ms: u64,
    ) -> Result<CompletedCall, ToolCallError> {
        if let ToolCallError::Store(error) = error {
            return Err(ToolCallError::Store(error));
        }
        let fault = error.to_fault();
        let result = error_for_model(ctx, &fault);
        let tx = self.kernel.db.begin(ctx).await?;
        let completion = CallCompletion {
            status: ToolCallStatus::Failed,
            result: &result,
            error: Some(error.to_string()),
            duration_ms,
            record: AuditRecord::of("tools.call", "tool").target_name(&call.name).outcome(Outcome::Failed),
        };
        finish_call(&tx, ctx, call, completion).await?;
        tx.commit().await?;
        Ok(CompletedCall {
            status: ToolCallStatus::Failed,
            result,
            artifacts: Vec::new(),
            duration_ms,
            fault: Some(fault),
        })
    }
}

/// Records a valid call, to run now or after approval.
async fn record_accepted(
    tx: &WriteTx,
    ctx: &Ctx,
    origin: &ToolCallOrigin,
    id: ToolCallId,
    tool: &RegisteredTool,
    arguments: Value,
    plan: Option<String>,
) -> Result<PreparedCall, ToolCallError> {
    let contract = tool.contract();
    let (status, step) = if tool.needs_approval {
        (ToolCallStatus::Waiting, StepStatus::Waiting)
    } else {
        (ToolCallStatus::Pending, StepStatus::Running)
    };
    let call = NewToolCall {
        step: open_call_step(tx, ctx, origin, contract.name, step).await?,
        name: contract.name,
        version: contract.version,
        effect: contract.effect,
        arguments,
        plan: plan.clone(),
        status,
        result: None,
        error: None,
    };
    let row = store::insert(tx.conn(), ctx, origin, id, call).await?;
    if tool.needs_approval {
        Ok(PreparedCall::AwaitingApproval(row, plan.unwrap_or_default()))
    } else {
        Ok(PreparedCall::Ready(row))
    }
}

async fn record_rejected(
    tx: &WriteTx,
    ctx: &Ctx,
    origin: &ToolCallOrigin,
    id: ToolCallId,
    name: &str,
    arguments: &str,
    error: ToolCallError,
) -> Result<PreparedCall, ToolCallError> {
    let call = NewToolCall {
        step: open_call_step(tx, ctx, origin, name, StepStatus::Failed).await?,
        name,
        version: 0,
        effect: Effect::Read,
        arguments: rules::parse(arguments).unwrap_or(Value::Null),
        plan: None,
        status: ToolCallStatus::Failed,
        result: Some(error_for_model(ctx, &error.to_fault())),
        error: Some(error.to_string()),
    };
    let row = store::insert(tx.conn(), ctx, origin, id, call).await?;
    let record = AuditRecord::of("tools.refuse", "tool").target_name(&row.name).outcome(Outcome::Denied);
    audit::record(tx, ctx, record).await?;
    Ok(PreparedCall::Rejected(row, error))
}

/// Opens the step of the turn for a call; a call outside a turn has none.
async fn open_call_step(
    tx: &WriteTx,
    ctx: &Ctx,
    origin: &ToolCallOrigin,
    name: &str,
    status: StepStatus,
) -> Result<Option<StepId>, ToolCallError> {
    let Some((turn, fence)) = origin.turn else { return Ok(None) };
    let detail = json!({ "tool": storable_text(name.to_owned()) });
    let step = steps::NewStep { turn, fencing_token: fence, kind: StepKind::ToolCall, status, detail };
    Ok(Some(steps::open_step(tx.conn(), ctx, step).await?.ok_or(ToolCallError::FencingTokenLost)?))
}

async fn finish_call(
    tx: &WriteTx,
    ctx: &Ctx,
    call: tool_call::Model,
    completion: CallCompletion<'_>,
) -> Result<(), ToolCallError> {
    let payload = call.arguments.to_string();
    let row = store::finish(
        tx.conn(),
        ctx,
        call,
        completion.status,
        completion.result,
        completion.error,
        completion.duration_ms,
    )
    .await?;
    if let Some(step) = row.step_id {
        let status = if completion.status == ToolCallStatus::Succeeded {
            StepStatus::Finished
        } else {
            StepStatus::Failed
        };
        steps::close_step(tx.conn(), ctx, step, status).await?;
    }
    audit::record(tx, ctx, completion.record.payload(payload.as_bytes())).await?;
    Ok(())
}

/// Renders a fault as an error object for a model, so that it can report it or correct the call.
pub(crate) fn error_for_model(ctx: &Ctx, fault: &Fault) -> Value {
    json!({ "error": { "code": fault.code, "message": penny_i18n::fault(ctx.locale(), fault) } })
}

/// Renders the error object for an interrupted call that may or may not have had its effect.
pub(crate) fn in_doubt_error(ctx: &Ctx, name: &str) -> Value {
    error_for_model(
        ctx,
        &Fault::with_message(FaultCode::ToolFailed, keys::FAULT_TOOL_IN_DOUBT).arg("name", name),
    )
}

/// Returns the part of a result shown in the conversation.
pub(crate) fn preview(result: &Value) -> String {
    rules::preview(&result.to_string())
}
