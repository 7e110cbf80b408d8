//! Calls the tools a model asks for.

use super::{End, Runner, store};
use crate::{
    fault::ToFault,
    tools::{self, Done, Origin, Prepared},
    turns::prompt::Answer,
};
use futures::{FutureExt, StreamExt};
use penny_entity::tool_call;
use penny_ports::models::ToolRequest;
use penny_types::{
    artifacts::ArtifactView,
    events::{ApprovalAsked, ArtifactMade, ToolCallChanged, TurnEventBody},
    tools::{Effect, ToolCallStatus},
};
use serde_json::Value;

impl Runner {
    /// Calls tools in the order asked for; says whether one of them waits for a person.
    pub(super) async fn call_tools(&mut self, requests: Vec<ToolRequest>) -> Result<bool, End> {
        self.live.save().await;
        let mut waits = false;
        for request in requests {
            self.check_stop()?;
            waits |= self.call_tool(request).await?;
        }
        Ok(waits)
    }

    async fn call_tool(&mut self, mut request: ToolRequest) -> Result<bool, End> {
        self.crew.filters.tool_arguments(&request.name, &mut request.arguments);
        let origin = self.origin(Some(request.id.clone()));
        let allowed = store::tools_allowed(&self.turn);
        let prepared = self
            .crew
            .tools
            .prepare(&self.ctx, &origin, &request.name, &request.arguments, allowed.as_deref())
            .await
            .map_err(|error| self.tool_broken(&error))?;
        match prepared {
            Prepared::Ready(call) => self.run_call(call).await.map(|()| false),
            Prepared::Waiting(call, plan) => {
                self.say_call(&call, ToolCallStatus::Waiting, None, None).await?;
                let asked = ApprovalAsked { call_id: call.id, name: call.name, plan };
                self.live.publish(TurnEventBody::Approval(asked)).await?;
                Ok(true)
            }
            Prepared::Refused(call, _) => {
                let told = call.result.clone().unwrap_or_default();
                self.answered(&call, ToolCallStatus::Failed, &told, None).await.map(|()| false)
            }
        }
    }

    /// Goes on from the steps that were waiting: runs what was approved, tells the model what was not.
    pub(super) async fn run_decided(&mut self) -> Result<(), End> {
        let read = async {
            let tx = self.crew.shared.db.read(&self.ctx).await?;
            let open = store::open_steps(tx.conn(), &self.ctx, self.turn.id).await?;
            let mut calls = self.crew.tools.of_turn(tx.conn(), &self.ctx, self.turn.id).await?;
            calls.retain(|call| open.iter().any(|step| Some(step.id) == call.step_id));
            Ok(calls)
        };
        for call in read.await.map_err(|error| self.tool_broken(&error))? {
            self.check_stop()?;
            match call.status {
                ToolCallStatus::Pending => self.run_call(call).await?,
                ToolCallStatus::Denied => {
                    let told = call.result.clone().unwrap_or_default();
                    self.answered(&call, ToolCallStatus::Denied, &told, None).await?;
                    let ended = self.crew.tools.end_denied(&self.ctx, &call).await;
                    ended.map_err(|error| self.tool_broken(&error))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Ends the run when a person has asked for it or the server stops: nothing more is begun.
    fn check_stop(&mut self) -> Result<(), End> {
        if self.stop.next().now_or_never().is_some() {
            return Err(End::Stopped);
        }
        if self.stopping.is_cancelled() { Err(End::Interrupted) } else { Ok(()) }
    }

    async fn run_call(&mut self, call: tool_call::Model) -> Result<(), End> {
        self.say_call(&call, ToolCallStatus::Running, None, None).await?;
        let origin = self.origin(call.model_call_ref.clone());
        let crew = self.crew.clone();
        let ctx = self.ctx.clone();
        let work = crew.tools.run(&ctx, &origin, call.clone(), &crew.filters);
        let done = if call.effect == Effect::Read {
            // What only reads can be given up; anything else is waited for, so that it is never in doubt.
            tokio::select! {
                biased;
                _ = self.stop.next() => return Err(End::Stopped),
                () = self.stopping.cancelled() => return Err(End::Interrupted),
                done = work => done,
            }
        } else {
            work.await
        };
        let done = done.map_err(|error| self.tool_broken(&error))?;
        for made in &done.artifacts {
            self.live.publish(TurnEventBody::Artifact(announce(made))).await?;
        }
        let Done { status, result, duration_ms, .. } = done;
        self.answered(&call, status, &result, Some(duration_ms)).await
    }

    /// Tells people and the model how a call ended.
    async fn answered(
        &mut self,
        call: &tool_call::Model,
        status: ToolCallStatus,
        result: &Value,
        duration_ms: Option<u64>,
    ) -> Result<(), End> {
        let is_error = status != ToolCallStatus::Succeeded;
        let answer = Answer { model_ref: call.model_call_ref.clone(), content: result.to_string(), is_error };
        self.answers.insert(call.id, answer);
        self.say_call(call, status, Some(tools::shown(result)), duration_ms).await
    }

    async fn say_call(
        &mut self,
        call: &tool_call::Model,
        status: ToolCallStatus,
        result: Option<String>,
        duration_ms: Option<u64>,
    ) -> Result<(), End> {
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

    /// Takes in what a call of this message answered before this run, as the model was told it.
    pub(super) fn note_answer(&mut self, call: &tool_call::Model) {
        let Some(told) = &call.result else { return };
        let is_error = call.status != ToolCallStatus::Succeeded;
        let answer = Answer { model_ref: call.model_call_ref.clone(), content: told.to_string(), is_error };
        self.answers.insert(call.id, answer);
    }

    fn origin(&self, model_ref: Option<String>) -> Origin {
        Origin {
            conversation: Some(self.turn.conversation_id),
            turn: Some((self.turn.id, self.turn.fencing_token)),
            model_ref,
            model: Some(self.turn.model.clone()),
        }
    }

    fn tool_broken(&self, error: &tools::Error) -> End {
        if matches!(error, tools::Error::Overtaken) {
            return End::Lost;
        }
        tracing::error!(turn.id = %self.turn.id, error = error as &dyn std::error::Error, "a tool call could not be recorded");
        End::fault(&error.to_fault())
    }
}

fn announce(made: &ArtifactView) -> ArtifactMade {
    ArtifactMade { artifact_id: made.id, version: made.version, kind: made.kind, title: made.title.clone() }
}
