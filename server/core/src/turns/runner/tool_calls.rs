//! Runs the tool calls that a model requests.

use super::{RunOutcome, TurnRunner, store};
use crate::{
    tools::{self, CompletedCall, PreparedCall, ToolCallOrigin},
    turns::prompt::ToolResult,
};
use futures::{FutureExt, StreamExt};
use penny_entity::tool_call;
use penny_kernel::fault::ToFault;
use penny_ports::models::ToolRequest;
use penny_types::{
    artifacts::ArtifactView,
    events::{ApprovalRequested, ArtifactCreated, ToolCallChanged, TurnEventBody},
    tools::{Effect, ToolCallStatus},
};
use serde_json::Value;

impl TurnRunner {
    /// Runs tool calls in order; returns whether any of them waits for an approval.
    pub(super) async fn call_tools(&mut self, requests: Vec<ToolRequest>) -> Result<bool, RunOutcome> {
        self.live.save().await;
        let mut is_waiting = false;
        for request in requests {
            self.check_stop()?;
            is_waiting |= self.call_tool(request).await?;
        }
        Ok(is_waiting)
    }

    async fn call_tool(&mut self, mut request: ToolRequest) -> Result<bool, RunOutcome> {
        self.deps.filters.tool_arguments(&request.name, &mut request.arguments);
        let origin = self.call_origin(Some(request.id.clone()));
        let allowed = store::tools_allowed(&self.turn);
        let prepared = self
            .deps
            .tools
            .prepare(&self.ctx, &origin, &request.name, &request.arguments, allowed.as_deref())
            .await
            .map_err(|error| self.tool_call_error(&error))?;
        match prepared {
            PreparedCall::Ready(call) => self.run_call(call).await.map(|()| false),
            PreparedCall::AwaitingApproval(call, plan) => {
                self.publish_call(&call, ToolCallStatus::Waiting, None, None).await?;
                let request = ApprovalRequested { call_id: call.id, name: call.name, plan };
                self.live.publish(TurnEventBody::Approval(request)).await?;
                Ok(true)
            }
            PreparedCall::Rejected(call, _) => {
                let result = call.result.clone().unwrap_or_default();
                self.record_result(&call, ToolCallStatus::Failed, &result, None).await.map(|()| false)
            }
        }
    }

    /// Continues from the steps that were waiting: runs the approved calls and records the denied ones.
    pub(super) async fn run_decided(&mut self) -> Result<(), RunOutcome> {
        let load = async {
            let tx = self.deps.kernel.db.read(&self.ctx).await?;
            let open = store::open_steps(tx.conn(), &self.ctx, self.turn.id).await?;
            let mut calls = self.deps.tools.list_by_turn(tx.conn(), &self.ctx, self.turn.id).await?;
            calls.retain(|call| open.iter().any(|step| Some(step.id) == call.step_id));
            Ok(calls)
        };
        for call in load.await.map_err(|error| self.tool_call_error(&error))? {
            self.check_stop()?;
            match call.status {
                ToolCallStatus::Pending => self.run_call(call).await?,
                ToolCallStatus::Denied => {
                    let result = call.result.clone().unwrap_or_default();
                    self.record_result(&call, ToolCallStatus::Denied, &result, None).await?;
                    let closed = self.deps.tools.close_denied_step(&self.ctx, &call).await;
                    closed.map_err(|error| self.tool_call_error(&error))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Returns an error if a stop was requested or the server is stopping, so that no further call is
    /// started.
    fn check_stop(&mut self) -> Result<(), RunOutcome> {
        if self.stop.next().now_or_never().is_some() {
            return Err(RunOutcome::Stopped);
        }
        if self.stopping.is_cancelled() { Err(RunOutcome::Interrupted) } else { Ok(()) }
    }

    async fn run_call(&mut self, call: tool_call::Model) -> Result<(), RunOutcome> {
        self.publish_call(&call, ToolCallStatus::Running, None, None).await?;
        let origin = self.call_origin(call.model_call_ref.clone());
        let deps = self.deps.clone();
        let ctx = self.ctx.clone();
        let work = deps.tools.run(&ctx, &origin, call.clone(), &deps.filters);
        let completed = if call.effect == Effect::Read {
            // Read-only calls can be cancelled. Others run to the end, so that their outcome is known.
            tokio::select! {
                biased;
                _ = self.stop.next() => return Err(RunOutcome::Stopped),
                () = self.stopping.cancelled() => return Err(RunOutcome::Interrupted),
                completed = work => completed,
            }
        } else {
            work.await
        };
        let completed = completed.map_err(|error| self.tool_call_error(&error))?;
        for artifact in &completed.artifacts {
            self.live.publish(TurnEventBody::Artifact(artifact_created(artifact))).await?;
        }
        let CompletedCall { status, result, duration_ms, .. } = completed;
        self.record_result(&call, status, &result, Some(duration_ms)).await
    }

    /// Keeps the complete result for the model and publishes a preview.
    async fn record_result(
        &mut self,
        call: &tool_call::Model,
        status: ToolCallStatus,
        result: &Value,
        duration_ms: Option<u64>,
    ) -> Result<(), RunOutcome> {
        let is_error = status != ToolCallStatus::Succeeded;
        let tool_result =
            ToolResult { model_ref: call.model_call_ref.clone(), content: result.to_string(), is_error };
        self.tool_results.insert(call.id, tool_result);
        self.publish_call(call, status, Some(tools::preview(result)), duration_ms).await
    }

    async fn publish_call(
        &mut self,
        call: &tool_call::Model,
        status: ToolCallStatus,
        result: Option<String>,
        duration_ms: Option<u64>,
    ) -> Result<(), RunOutcome> {
        let changed = ToolCallChanged {
            call_id: call.id,
            name: call.name.clone(),
            arguments: call.arguments.clone(),
            effect: call.effect,
            status,
            result,
            duration_ms,
        };
        Ok(self.live.publish(TurnEventBody::ToolCall(changed)).await?)
    }

    /// Keeps the complete result of a call that ended before this run.
    pub(super) fn record_prior_result(&mut self, call: &tool_call::Model) {
        let Some(stored) = &call.result else { return };
        let is_error = call.status != ToolCallStatus::Succeeded;
        let result =
            ToolResult { model_ref: call.model_call_ref.clone(), content: stored.to_string(), is_error };
        self.tool_results.insert(call.id, result);
    }

    fn call_origin(&self, model_ref: Option<String>) -> ToolCallOrigin {
        ToolCallOrigin {
            conversation: Some(self.turn.conversation_id),
            turn: Some((self.turn.id, self.turn.fencing_token)),
            model_ref,
            model: Some(self.turn.model.clone()),
        }
    }

    fn tool_call_error(&self, error: &tools::ToolCallError) -> RunOutcome {
        if matches!(error, tools::ToolCallError::FencingTokenLost) {
            return RunOutcome::LeaseLost;
        }
        tracing::error!(turn.id = %self.turn.id, error = error as &dyn std::error::Error, "failed to store a tool call");
        RunOutcome::from_fault(&error.to_fault())
    }
}

fn artifact_created(artifact: &ArtifactView) -> ArtifactCreated {
    ArtifactCreated {
        artifact_id: artifact.id,
        version: artifact.version,
        kind: artifact.kind,
        title: artifact.title.clone(),
    }
}
