//! Calls the model and publishes its output.

use super::{RunOutcome, TurnRunner, prompt, store};
use crate::turns::{
    coalesce::{Coalescer, DeltaKind},
    store::{ModelCallResult, ModelCallRow},
};
use futures::StreamExt;
use penny_entity::enums::CallStatus;
use penny_kernel::db::StoreError;
use penny_ports::models::{FinishReason, ModelError, ModelEvent, ModelRequest, ModelStream, ToolRequest};
use penny_types::{
    FaultCode,
    events::{TurnEventBody, UsageUpdated},
    models::UsageView,
};
use tokio::time::Instant;

/// The response of a model call so far, without the text.
#[derive(Default)]
struct ModelResponse {
    tool_calls: Vec<ToolRequest>,
    usage: UsageView,
    first_text_at: Option<Instant>,
    finish_reason: Option<FinishReason>,
}

impl TurnRunner {
    /// Calls the model once and returns the tool calls that it requests.
    pub(super) async fn call_model(&mut self) -> Result<Vec<ToolRequest>, RunOutcome> {
        let call = self.open_call().await?;
        let started = Instant::now();
        let mut response = ModelResponse::default();
        let outcome = self.stream_response(&mut response).await;
        let elapsed = |from: Instant, to: Instant| {
            i64::try_from(to.duration_since(from).as_millis()).unwrap_or(i64::MAX)
        };
        let result = ModelCallResult {
            status: match &outcome {
                Ok(()) => CallStatus::Succeeded,
                Err(RunOutcome::Failed { .. }) => CallStatus::Failed,
                Err(_) => CallStatus::Cancelled,
            },
            code: match &outcome {
                Err(RunOutcome::Failed { code, .. }) => Some(code.clone()),
                _ => None,
            },
            usage: response.usage,
            ttft_ms: response.first_text_at.map(|first| elapsed(started, first)),
            duration_ms: elapsed(started, Instant::now()),
        };
        self.usage = self.usage.plus(response.usage);
        if response.usage != UsageView::default() {
            self.live.publish(TurnEventBody::Usage(UsageUpdated { usage: self.usage })).await?;
        }
        self.close_call(&call, &result).await;
        outcome?;
        Ok(response.tool_calls)
    }

    /// Streams the response of the model and publishes its deltas.
    async fn stream_response(&mut self, response: &mut ModelResponse) -> Result<(), RunOutcome> {
        let request = self.model_request();
        let provider = std::sync::Arc::clone(&self.route.provider);
        let opened = tokio::select! {
            biased;
            _ = self.stop.next() => return Err(RunOutcome::Stopped),
            () = self.stopping.cancelled() => return Err(RunOutcome::Interrupted),
            opened = provider.stream(request) => opened,
        };
        let mut stream = opened.map_err(|error| self.model_error(&error))?;
        let mut coalescer = Coalescer::default();
        let outcome = self.read_stream(&mut stream, &mut coalescer, response).await;
        // The buffered text is published even if the stream failed or the turn was stopped.
        if let Some((kind, text)) = coalescer.flush(Instant::now()) {
            self.live.publish_delta(kind, text).await?;
        }
        outcome?;
        match response.finish_reason {
            Some(FinishReason::Filtered) => {
                Err(RunOutcome::Failed { code: FaultCode::ModelRefused.to_string(), retry_after: None })
            }
            Some(_) => Ok(()),
            None => {
                Err(self
                    .model_error(&ModelError::StreamFailed { detail: "the stream ended early".to_owned() }))
            }
        }
    }

    async fn read_stream(
        &mut self,
        stream: &mut ModelStream,
        coalescer: &mut Coalescer,
        response: &mut ModelResponse,
    ) -> Result<(), RunOutcome> {
        while response.finish_reason.is_none() {
            let deadline = coalescer.deadline();
            let event = tokio::select! {
                biased;
                _ = self.stop.next() => return Err(RunOutcome::Stopped),
                () = self.stopping.cancelled() => return Err(RunOutcome::Interrupted),
                () = sleep_until(deadline), if deadline.is_some() => {
                    if let Some((kind, text)) = coalescer.flush(Instant::now()) {
                        self.live.publish_delta(kind, text).await?;
                    }
                    continue;
                }
                event = stream.next() => event,
            };
            match event {
                Some(Ok(event)) => self.handle_event(event, coalescer, response).await?,
                Some(Err(error)) => return Err(self.model_error(&error)),
                None => return Ok(()),
            }
        }
        Ok(())
    }

    async fn handle_event(
        &mut self,
        event: ModelEvent,
        coalescer: &mut Coalescer,
        response: &mut ModelResponse,
    ) -> Result<(), RunOutcome> {
        let (kind, mut text) = match event {
            ModelEvent::Text(text) => (DeltaKind::Text, text),
            ModelEvent::Reasoning(text) => (DeltaKind::Reasoning, text),
            ModelEvent::ToolCall(call) => {
                response.tool_calls.push(call);
                return Ok(());
            }
            ModelEvent::Usage(usage) => {
                response.usage = usage;
                return Ok(());
            }
            ModelEvent::Finished(reason) => {
                response.finish_reason = Some(reason);
                return Ok(());
            }
        };
        self.deps.filters.output(&mut text);
        if text.is_empty() {
            return Ok(());
        }
        let now = Instant::now();
        response.first_text_at.get_or_insert(now);
        for (kind, text) in coalescer.push(kind, text, now) {
            self.live.publish_delta(kind, text).await?;
        }
        Ok(())
    }

    fn model_request(&self) -> ModelRequest {
        let parts = self.live.content().parts();
        let mut messages = self.history.clone().unwrap_or_default();
        messages.extend(prompt::to_model_messages(parts, &self.tool_results));
        let allowed = store::tools_allowed(&self.turn);
        let expected = store::artifacts_expected(&self.turn);
        let mut request = ModelRequest {
            model: self.route.model.clone(),
            system: prompt::system_prompt(&self.ctx, &expected),
            messages,
            tools: self.deps.tools.specs(&self.ctx, allowed.as_deref()),
            expected_artifacts: expected,
            max_output_tokens: None,
            locale: self.ctx.locale(),
            is_continuation: self.turn.continues.is_some() && parts.is_empty(),
        };
        self.deps.filters.request(&mut request);
        request
    }

    fn model_error(&self, error: &ModelError) -> RunOutcome {
        tracing::warn!(
            turn.id = %self.turn.id,
            model = %self.turn.model,
            error = error as &dyn std::error::Error,
            "a model call failed"
        );
        RunOutcome::from_model_error(error)
    }

    /// Writes the row of the call before the model is called. The row of the first call is written with the
    /// turn.
    async fn open_call(&mut self) -> Result<ModelCallRow, RunOutcome> {
        if let Some(call) = self.open_call.take() {
            return Ok(call);
        }
        let written = async {
            let tx = self.deps.kernel.db.begin(&self.ctx).await?;
            let lease = (self.turn.id, self.turn.fencing_token);
            let call = store::open_call(tx.conn(), &self.ctx, lease, &self.route).await?;
            tx.commit().await?;
            Ok(call)
        };
        written.await.map_err(|error: StoreError| self.internal_error(&error))?.ok_or(RunOutcome::LeaseLost)
    }

    /// Writes the result of the call. A failure is only logged, so that it does not fail the turn.
    async fn close_call(&mut self, call: &ModelCallRow, result: &ModelCallResult) {
        let written = async {
            let tx = self.deps.kernel.db.begin(&self.ctx).await?;
            store::close_call(tx.conn(), &self.ctx, call, result).await?;
            tx.commit().await
        };
        if let Err(error) = written.await {
            tracing::warn!(
                turn.id = %self.turn.id,
                error = &error as &dyn std::error::Error,
                "failed to store the result of a model call"
            );
        }
    }
}

async fn sleep_until(deadline: Option<Instant>) {
    if let Some(deadline) = deadline {
        tokio::time::sleep_until(deadline).await;
    }
}
