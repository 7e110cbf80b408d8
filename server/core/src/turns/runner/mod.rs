//! Runs a turn: calls the model and the tools that it requests in a loop, until the turn ends or waits for
//! approvals.

mod finish;
mod model_call;
mod tool_calls;

use super::{
    ContentFilters, TurnError,
    checkpoint::Checkpointer,
    content::TurnContent,
    live::{LeaseLost, LiveTurn},
    prompt::{self, ToolResult},
    rules,
    store::{self, ModelCallRow},
};
use crate::{artifacts::Artifacts, routing::Route, tools::Tools};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use penny_entity::turn;
use penny_kernel::{SharedKernel, ctx::Ctx, fault::ToFault};
use penny_ports::models::{ModelError, ModelMessage};
use penny_types::{
    FaultCode, ToolCallId,
    events::{TurnEventBody, TurnStarted},
    models::UsageView,
};
use std::collections::HashMap;
use tokio_util::sync::CancellationToken;

/// Dependencies of turns.
#[derive(Debug, Clone)]
pub(super) struct TurnDeps {
    pub kernel: SharedKernel,
    pub tools: Tools,
    pub artifacts: Artifacts,
    pub filters: ContentFilters,
    pub checkpointer: Checkpointer,
}

/// The outcome of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RunOutcome {
    Finished,
    Stopped,
    Interrupted,
    Waiting,
    Failed {
        code: String,
        retry_after: Option<u64>,
    },
    /// Another process has taken the turn over; nothing more is written or published.
    LeaseLost,
}

impl From<LeaseLost> for RunOutcome {
    fn from(_: LeaseLost) -> Self {
        Self::LeaseLost
    }
}

impl RunOutcome {
    fn from_fault(fault: &penny_types::Fault) -> Self {
        Self::Failed { code: fault.code.to_string(), retry_after: fault.retry_after }
    }

    fn from_model_error(error: &ModelError) -> Self {
        let retry_after = match error {
            ModelError::RateLimited { retry_after } => retry_after.map(|wait| wait.as_secs().max(1)),
            _ => None,
        };
        Self::Failed { code: error.code().to_string(), retry_after }
    }
}

/// The initial state of a run.
#[derive(Default)]
pub(super) struct RunInput {
    /// The content from before the turn waited, or the start offset if it continues another turn.
    pub content: TurnContent,
    /// A model call whose row is written already.
    pub call: Option<ModelCallRow>,
    /// The message history; `None` to load it.
    pub history: Option<Vec<ModelMessage>>,
}

/// Runs one turn.
pub(super) struct TurnRunner {
    deps: TurnDeps,
    ctx: Ctx,
    turn: turn::Model,
    live: LiveTurn,
    route: Route,
    /// The messages before the content of this turn; `None` until loaded.
    history: Option<Vec<ModelMessage>>,
    /// The complete results of the tool calls of this message.
    tool_results: HashMap<ToolCallId, ToolResult>,
    usage: UsageView,
    /// A model call whose row is written already.
    open_call: Option<ModelCallRow>,
    stop: BoxStream<'static, ()>,
    stopping: CancellationToken,
}

impl TurnRunner {
    /// Prepares the run of a stored turn: subscribes to stop requests and opens its bus channel.
    pub(super) async fn new(
        deps: TurnDeps,
        ctx: Ctx,
        turn: turn::Model,
        route: Route,
        input: RunInput,
    ) -> Result<Self, TurnError> {
        let bus_stops = deps.kernel.bus.stop_requests(turn.id).await?;
        let stopping = deps.kernel.tasks.stopping();
        let live =
            LiveTurn::open(deps.kernel.clone(), deps.checkpointer.clone(), &ctx, &turn, input.content).await;
        // Stop requests arrive by the bus, or by the row if the bus is unavailable.
        let stored_stops = stream::once(live.stop_requested().cancelled_owned());
        let stop = stream::select(bus_stops, stored_stops).boxed();
        let usage = store::view(&turn).usage;
        Ok(Self {
            deps,
            ctx,
            turn,
            live,
            route,
            history: input.history,
            tool_results: HashMap::new(),
            usage,
            open_call: input.call,
            stop,
            stopping,
        })
    }

    /// Runs the turn until it ends or waits for approvals.
    pub(super) async fn run(mut self) {
        let outcome = match self.run_steps().await {
            Ok(outcome) | Err(outcome) => outcome,
        };
        self.finish(outcome).await;
    }

    async fn run_steps(&mut self) -> Result<RunOutcome, RunOutcome> {
        let is_new = self.turn.last_seq == 0;
        if is_new {
            let started = TurnStarted { message_id: self.turn.message_id, model: self.turn.model.clone() };
            self.live.publish(TurnEventBody::Started(started)).await?;
        }
        self.load_history().await.map_err(|error| self.internal_error(&error))?;
        if !is_new {
            self.run_decided().await?;
        }
        for _ in 0..rules::MODEL_CALLS_MAX {
            let calls = self.call_model().await?;
            if calls.is_empty() {
                return Ok(RunOutcome::Finished);
            }
            if self.call_tools(calls).await? {
                return Ok(RunOutcome::Waiting);
            }
        }
        Err(RunOutcome::Failed { code: FaultCode::TooManySteps.to_string(), retry_after: None })
    }

    /// Loads the message history and, if the turn is resumed or continues another, the results of earlier
    /// tool calls.
    async fn load_history(&mut self) -> Result<(), TurnError> {
        if self.history.is_some() {
            return Ok(());
        }
        let tx = self.deps.kernel.db.read(&self.ctx).await?;
        let continues = self.turn.continues.is_some();
        if continues || self.turn.last_seq > 0 {
            for call in self.deps.tools.list_by_message(tx.conn(), &self.ctx, self.turn.message_id).await? {
                self.record_prior_result(&call);
            }
        }
        let leaf = if continues { self.turn.message_id } else { self.turn.user_message_id };
        let history =
            prompt::history(tx.conn(), &self.ctx, &self.deps.artifacts, leaf, &self.tool_results).await?;
        self.history = Some(history);
        Ok(())
    }

    /// Logs an internal error and converts it into a failed run.
    fn internal_error(&self, error: &impl ToFault) -> RunOutcome {
        let cause = error as &dyn std::error::Error;
        tracing::error!(turn.id = %self.turn.id, error = cause, "a turn failed with an internal error");
        RunOutcome::from_fault(&error.to_fault())
    }
}
