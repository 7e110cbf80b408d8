//! Asks the model and passes on what it says.

use super::{End, Runner, prompt, store};
use crate::{
    db::StoreError,
    turns::{
        coalesce::{Channel, Coalescer},
        store::{CallEnd, CallRow},
    },
};
use futures::StreamExt;
use penny_entity::words::CallStatus;
use penny_ports::models::{FinishReason, ModelError, ModelEvent, ModelRequest, ModelStream, ToolRequest};
use penny_types::{
    FaultCode,
    events::{TurnEventBody, UsageCounted},
    models::UsageView,
};
use tokio::time::Instant;

/// What a model call brought so far.
#[derive(Default)]
struct Heard {
    calls: Vec<ToolRequest>,
    usage: UsageView,
    first_at: Option<Instant>,
    finish: Option<FinishReason>,
}

impl Runner {
    /// Asks the model once; returns the tools it wants called.
    pub(super) async fn ask(&mut self) -> Result<Vec<ToolRequest>, End> {
        let call = self.open_call().await?;
        let started = Instant::now();
        let mut heard = Heard::default();
        let outcome = self.listen(&mut heard).await;
        let elapsed = |from: Instant, to: Instant| {
            i64::try_from(to.duration_since(from).as_millis()).unwrap_or(i64::MAX)
        };
        let end = CallEnd {
            status: match &outcome {
                Ok(()) => CallStatus::Succeeded,
                Err(End::Failed { .. }) => CallStatus::Failed,
                Err(_) => CallStatus::Cancelled,
            },
            code: match &outcome {
                Err(End::Failed { code, .. }) => Some(code.clone()),
                _ => None,
            },
            usage: heard.usage,
            ttft_ms: heard.first_at.map(|first| elapsed(started, first)),
            duration_ms: elapsed(started, Instant::now()),
        };
        self.usage = self.usage.plus(heard.usage);
        if heard.usage != UsageView::default() {
            self.live.publish(TurnEventBody::Usage(UsageCounted { usage: self.usage })).await?;
        }
        self.close_call(&call, &end).await;
        outcome?;
        Ok(heard.calls)
    }

    /// Opens the stream and passes pieces on until the model has said all.
    async fn listen(&mut self, heard: &mut Heard) -> Result<(), End> {
        let request = self.request();
        let asking = std::sync::Arc::clone(&self.route.provider);
        let opening = tokio::select! {
            biased;
            _ = self.stop.next() => return Err(End::Stopped),
            () = self.stopping.cancelled() => return Err(End::Interrupted),
            opened = asking.stream(request) => opened,
        };
        let mut stream = opening.map_err(|error| self.model_failed(&error))?;
        let mut coalescer = Coalescer::default();
        let outcome = self.pump(&mut stream, &mut coalescer, heard).await;
        // Whatever ended it, what was said is kept.
        if let Some((channel, text)) = coalescer.flush(Instant::now()) {
            self.live.say(channel, text).await?;
        }
        outcome?;
        match heard.finish {
            Some(FinishReason::Filtered) => {
                Err(End::Failed { code: FaultCode::ModelRefused.to_string(), retry_after: None })
            }
            Some(_) => Ok(()),
            None => {
                Err(self.model_failed(&ModelError::Broken { detail: "the stream ended early".to_owned() }))
            }
        }
    }

    async fn pump(
        &mut self,
        stream: &mut ModelStream,
        coalescer: &mut Coalescer,
        heard: &mut Heard,
    ) -> Result<(), End> {
        while heard.finish.is_none() {
            let deadline = coalescer.deadline();
            let event = tokio::select! {
                biased;
                _ = self.stop.next() => return Err(End::Stopped),
                () = self.stopping.cancelled() => return Err(End::Interrupted),
                () = at(deadline), if deadline.is_some() => {
                    if let Some((channel, text)) = coalescer.flush(Instant::now()) {
                        self.live.say(channel, text).await?;
                    }
                    continue;
                }
                event = stream.next() => event,
            };
            match event {
                Some(Ok(event)) => self.take(event, coalescer, heard).await?,
                Some(Err(error)) => return Err(self.model_failed(&error)),
                None => return Ok(()),
            }
        }
        Ok(())
    }

    async fn take(
        &mut self,
        event: ModelEvent,
        coalescer: &mut Coalescer,
        heard: &mut Heard,
    ) -> Result<(), End> {
        let (channel, mut text) = match event {
            ModelEvent::Text(text) => (Channel::Text, text),
            ModelEvent::Reasoning(text) => (Channel::Reasoning, text),
            ModelEvent::ToolCall(call) => {
                heard.calls.push(call);
                return Ok(());
            }
            ModelEvent::Usage(usage) => {
                heard.usage = usage;
                return Ok(());
            }
            ModelEvent::Finished(reason) => {
                heard.finish = Some(reason);
                return Ok(());
            }
        };
        self.crew.filters.output(&mut text);
        if text.is_empty() {
            return Ok(());
        }
        let now = Instant::now();
        heard.first_at.get_or_insert(now);
        for (channel, text) in coalescer.push(channel, text, now) {
            self.live.say(channel, text).await?;
        }
        Ok(())
    }

    fn request(&self) -> ModelRequest {
        let own = self.live.draft().parts();
        let mut messages = self.base.clone().unwrap_or_default();
        messages.extend(prompt::fold(own, &self.answers));
        let allowed = store::tools_allowed(&self.turn);
        let expected = store::artifacts_expected(&self.turn);
        let mut request = ModelRequest {
            model: self.route.model.clone(),
            system: prompt::system(&self.ctx, &expected),
            messages,
            tools: self.crew.tools.specs(&self.ctx, allowed.as_deref()),
            artifacts_expected: expected,
            max_output_tokens: None,
            locale: self.ctx.locale,
            continues: self.turn.continues.is_some() && own.is_empty(),
        };
        self.crew.filters.request(&mut request);
        request
    }

    fn model_failed(&self, error: &ModelError) -> End {
        tracing::warn!(
            turn.id = %self.turn.id,
            model = %self.turn.model,
            error = error as &dyn std::error::Error,
            "a model did not answer"
        );
        End::model(error)
    }

    /// Writes the call's row before the model is asked; the first one's is written with the turn.
    async fn open_call(&mut self) -> Result<CallRow, End> {
        if let Some(call) = self.open_call.take() {
            return Ok(call);
        }
        let written = async {
            let tx = self.crew.shared.db.begin(&self.ctx).await?;
            let held = (self.turn.id, self.turn.fencing_token);
            let call = store::open_call(tx.conn(), &self.ctx, held, &self.route).await?;
            tx.commit().await?;
            Ok(call)
        };
        written.await.map_err(|error: StoreError| self.broken(&error))?.ok_or(End::Lost)
    }

    /// A call's figures are worth a line in the log when they cannot be kept, not a failed answer.
    async fn close_call(&mut self, call: &CallRow, end: &CallEnd) {
        let written = async {
            let tx = self.crew.shared.db.begin(&self.ctx).await?;
            store::close_call(tx.conn(), &self.ctx, call, end).await?;
            tx.commit().await
        };
        if let Err(error) = written.await {
            tracing::warn!(
                turn.id = %self.turn.id,
                error = &error as &dyn std::error::Error,
                "a model call's figures could not be kept"
            );
        }
    }
}

async fn at(deadline: Option<Instant>) {
    if let Some(deadline) = deadline {
        tokio::time::sleep_until(deadline).await;
    }
}
