//! Calls the tools a model asks for.

use super::{End, Runner, store};
use crate::{
    fault::ToFault,
    tools::{self, Done, Origin, Prepared},
    turns::prompt::Answer,
};
use futures::StreamExt;
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
        let mut waits = false;
        for request in requests {
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
            Prepared::Refused(call, error) => {
                let said = tools::error_for_model(&self.ctx, &error.to_fault());
                self.answered(&call, ToolCallStatus::Failed, &said, None).await.map(|()| false)
            }
        }
    }

    /// Goes on after people decided: runs what was approved, tells the model what was not.
    pub(super) async fn run_decided(&mut self) -> Result<(), End> {
        let read = async {
            let tx = self.crew.shared.db.read(&self.ctx).await?;
            self.crew.tools.of_turn(tx.conn(), &self.ctx, self.turn.id).await
        };
        let calls = read.await.map_err(|error| self.tool_broken(&error))?;
        for call in calls {
            match call.status {
                ToolCallStatus::Pending => self.run_call(call).await?,
                ToolCallStatus::Denied if !self.answers.contains_key(&call.id) => {
                    let said = tools::error_for_model(&self.ctx, &tools::Error::DeniedByPerson.to_fault());
                    self.answered(&call, ToolCallStatus::Denied, &said, None).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn run_call(&mut self, call: tool_call::Model) -> Result<(), End> {
        self.say_call(&call, ToolCallStatus::Running, None, None).await?;
        let origin = self.origin(call.model_call_ref.clone());
        let crew = self.crew.clone();
        let ctx = self.ctx.clone();
        let work = crew.tools.run(&ctx, &origin, call.clone());
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
        let mut content = result.to_string();
        self.crew.filters.tool_result(&call.name, &mut content);
        let is_error = status != ToolCallStatus::Succeeded;
        let answer = Answer { model_ref: call.model_call_ref.clone(), content, is_error };
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

    /// Takes in what a call of this turn answered before the turn waited.
    pub(super) fn note_answer(&mut self, call: &tool_call::Model) {
        if let Some(result) = &call.result {
            let answer = Answer {
                model_ref: call.model_call_ref.clone(),
                content: result.to_string(),
                is_error: call.status != ToolCallStatus::Succeeded,
            };
            self.answers.insert(call.id, answer);
        }
    }

    fn origin(&self, model_ref: Option<String>) -> Origin {
        Origin {
            conversation: Some(self.turn.conversation_id),
            turn: Some(self.turn.id),
            model_ref,
            model: Some(self.turn.model.clone()),
        }
    }

    fn tool_broken(&self, error: &tools::Error) -> End {
        tracing::error!(turn.id = %self.turn.id, error = error as &dyn std::error::Error, "a tool call could not be recorded");
        End::fault(&error.to_fault())
    }
}

fn announce(made: &ArtifactView) -> ArtifactMade {
    ArtifactMade { artifact_id: made.id, version: made.version, kind: made.kind, title: made.title.clone() }
}
