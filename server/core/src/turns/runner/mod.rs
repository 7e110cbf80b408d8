//! Runs a turn: asks the model, calls its tools, asks again, until it is over or has to wait.

mod act;
mod ask;
mod conclude;

use super::{
    Error, Filters,
    checkpoint::Checkpointer,
    draft::Draft,
    live::{Live, Lost},
    prompt::{self, Answer},
    rules,
    store::{self, CallRow},
};
use crate::{
    artifacts::Artifacts, ctx::Ctx, fault::ToFault, foundation::Shared, routing::Route, tools::Tools,
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use penny_entity::turn;
use penny_ports::models::{ModelError, ModelMessage};
use penny_types::{
    FaultCode, ToolCallId,
    events::{TurnEventBody, TurnStarted},
    models::UsageView,
};
use std::collections::HashMap;
use tokio_util::sync::CancellationToken;

/// What running turns need.
#[derive(Debug, Clone)]
pub(super) struct Crew {
    pub shared: Shared,
    pub tools: Tools,
    pub artifacts: Artifacts,
    pub filters: Filters,
    pub checkpointer: Checkpointer,
}

/// How a run ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    Finished,
    Stopped,
    Interrupted,
    Waiting,
    Failed {
        code: String,
        retry_after: Option<u64>,
    },
    /// Another process has the turn now; this one says nothing more.
    Lost,
}

impl From<Lost> for End {
    fn from(_: Lost) -> Self {
        Self::Lost
    }
}

impl End {
    fn fault(fault: &penny_types::Fault) -> Self {
        Self::Failed { code: fault.code.to_string(), retry_after: fault.retry_after }
    }

    fn model(error: &ModelError) -> Self {
        let retry_after = match error {
            ModelError::RateLimited { retry_after } => retry_after.map(|wait| wait.as_secs().max(1)),
            _ => None,
        };
        Self::Failed { code: error.code().to_string(), retry_after }
    }
}

/// What a turn begins with.
#[derive(Default)]
pub(super) struct Beginning {
    /// What it said before it waited, or before the turn it goes on from ended.
    pub draft: Draft,
    /// The model call whose row is already written.
    pub call: Option<CallRow>,
    /// What was said before, where that is known without reading it.
    pub said: Option<Vec<ModelMessage>>,
}

/// A turn being run.
pub(super) struct Runner {
    crew: Crew,
    ctx: Ctx,
    turn: turn::Model,
    live: Live,
    route: Route,
    /// What was said before this turn's own words, once it is known.
    base: Option<Vec<ModelMessage>>,
    /// What this turn's tools answered, whole.
    answers: HashMap<ToolCallId, Answer>,
    usage: UsageView,
    /// The model call whose row is already written.
    open_call: Option<CallRow>,
    stop: BoxStream<'static, ()>,
    stopping: CancellationToken,
}

impl Runner {
    /// Makes ready to run a turn whose row is written.
    pub(super) async fn new(
        crew: Crew,
        ctx: Ctx,
        turn: turn::Model,
        route: Route,
        from: Beginning,
    ) -> Result<Self, Error> {
        let asked = crew.shared.bus.stop_asked(turn.id).await?;
        let stopping = crew.shared.tasks.stopping();
        let live = Live::open(crew.shared.clone(), crew.checkpointer.clone(), &ctx, &turn, from.draft).await;
        // The bus is quick; the row is sure.
        let written = stream::once(live.stop_asked().cancelled_owned());
        let stop = stream::select(asked, written).boxed();
        let usage = store::view(&turn).usage;
        Ok(Self {
            crew,
            ctx,
            turn,
            live,
            route,
            base: from.said,
            answers: HashMap::new(),
            usage,
            open_call: from.call,
            stop,
            stopping,
        })
    }

    /// Runs to the end, or to where the turn has to wait.
    pub(super) async fn run(mut self) {
        let end = match self.converse().await {
            Ok(end) | Err(end) => end,
        };
        self.conclude(end).await;
    }

    /// Ends the turn without running it.
    pub(super) async fn end(self, end: End) {
        self.conclude(end).await;
    }

    async fn converse(&mut self) -> Result<End, End> {
        let is_new = self.turn.last_seq == 0;
        if is_new {
            let started = TurnStarted { message_id: self.turn.message_id, model: self.turn.model.clone() };
            self.live.publish(TurnEventBody::Started(started)).await?;
        }
        self.remember().await.map_err(|error| self.broken(&error))?;
        if !is_new {
            self.run_decided().await?;
        }
        for _ in 0..rules::STEPS_MAX {
            let calls = self.ask().await?;
            if calls.is_empty() {
                return Ok(End::Finished);
            }
            if self.call_tools(calls).await? {
                return Ok(End::Waiting);
            }
        }
        Err(End::Failed { code: FaultCode::TooManySteps.to_string(), retry_after: None })
    }

    /// Reads what was said before: the path, and for a message that is gone on with what its tools
    /// answered, whole.
    async fn remember(&mut self) -> Result<(), Error> {
        if self.base.is_some() {
            return Ok(());
        }
        let tx = self.crew.shared.db.read(&self.ctx).await?;
        let continues = self.turn.continues.is_some();
        if continues || self.turn.last_seq > 0 {
            for call in self.crew.tools.of_message(tx.conn(), &self.ctx, self.turn.message_id).await? {
                self.note_answer(&call);
            }
        }
        let leaf = if continues { self.turn.message_id } else { self.turn.user_message_id };
        let said = prompt::history(tx.conn(), &self.ctx, &self.crew.artifacts, leaf, &self.answers).await?;
        self.base = Some(said);
        Ok(())
    }

    /// Logs a failure of ours and ends the turn with it.
    fn broken(&self, error: &impl ToFault) -> End {
        let cause = error as &dyn std::error::Error;
        tracing::error!(turn.id = %self.turn.id, error = cause, "a turn could not go on");
        End::fault(&error.to_fault())
    }
}
