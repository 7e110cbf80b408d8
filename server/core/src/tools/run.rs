//! The life of one call: checked, recorded, run within its caps, kept.

use super::{
    Error, ToolError, ToolOutcome, ToolRun, Tools,
    registry::Entry,
    rules,
    store::{self, NewCall},
};
use crate::{
    artifacts::Lineage,
    audit::{self, Record},
    ctx::Ctx,
    db::{WriteTx, storable_text},
    fault::ToFault,
    turns::{Filters, steps},
};
use penny_entity::{
    tool_call,
    words::{Outcome, StepKind, StepStatus},
};
use penny_types::{
    ConversationId, Fault, FaultCode, StepId, TurnId,
    artifacts::ArtifactView,
    tools::{Effect, ToolCallStatus},
};
use penny_words::keys;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tokio::time::Instant;

/// Where a call comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    pub conversation: Option<ConversationId>,
    /// The turn, and the fencing token under which it is run.
    pub turn: Option<(TurnId, i64)>,
    /// The model's own id of the call.
    pub model_ref: Option<String>,
    /// `provider/model` that asked for it.
    pub model: Option<String>,
}

/// A call that is recorded.
#[derive(Debug)]
pub(crate) enum Prepared {
    /// It may run now.
    Ready(tool_call::Model),
    /// A person is asked first.
    Waiting(tool_call::Model, String),
    /// It will not run: the name, the arguments or the rights are wrong.
    Refused(tool_call::Model, Error),
}

/// A call that is over.
#[derive(Debug)]
pub(crate) struct Done {
    pub status: ToolCallStatus,
    /// For the model: JSON, or the error in words.
    pub result: Value,
    pub artifacts: Vec<ArtifactView>,
    pub duration_ms: u64,
    pub fault: Option<Fault>,
}

/// How a call ends, for its row.
struct Ending<'a> {
    status: ToolCallStatus,
    /// What the model is told, whole: a turn that goes on later tells it the same.
    told: &'a Value,
    error: Option<String>,
    duration_ms: u64,
    record: Record<'a>,
}

impl Tools {
    /// Checks a call and records it before anything runs; what is refused is recorded too.
    pub(crate) async fn prepare(
        &self,
        ctx: &Ctx,
        origin: &Origin,
        name: &str,
        arguments: &str,
        allowed: Option<&[String]>,
    ) -> Result<Prepared, Error> {
        let checked = self.check(ctx, name, arguments, allowed).await;
        let tx = self.shared.db.begin(ctx).await?;
        let prepared = match checked {
            Ok((entry, arguments, plan)) => record_wanted(&tx, ctx, origin, entry, arguments, plan).await?,
            Err(error) => {
                let name = name.get(..name.floor_char_boundary(64)).unwrap_or_default();
                record_refused(&tx, ctx, origin, name, arguments, error).await?
            }
        };
        tx.commit().await?;
        Ok(prepared)
    }

    async fn check(
        &self,
        ctx: &Ctx,
        name: &str,
        arguments: &str,
        allowed: Option<&[String]>,
    ) -> Result<(&Entry, Value, Option<String>), Error> {
        let entry = self.entry(ctx, name, allowed)?;
        let bad = |fields| Error::BadArguments { name: name.to_owned(), fields };
        let arguments = rules::parse(arguments).map_err(|field| bad(vec![field]))?;
        let misfits = entry.misfits(&arguments);
        if !misfits.is_empty() {
            return Err(bad(misfits));
        }
        let run = ToolRun { ctx, call_id: ctx.mint(), arguments: &arguments };
        let plan = entry.tool.plan(&run).await.map_err(|error| Error::Failed(error.fault().clone()))?;
        let plan = plan.or_else(|| entry.needs_approval.then(|| format!("{name} {arguments}")));
        Ok((entry, arguments, plan))
    }

    /// Runs a recorded call within its caps and keeps what it brought, as `filters` leave it. An error means that nothing
    /// could be recorded; a tool's own failure is a [`Done`].
    pub(crate) async fn run(
        &self,
        ctx: &Ctx,
        origin: &Origin,
        call: tool_call::Model,
        filters: &Filters,
    ) -> Result<Done, Error> {
        let started = Instant::now();
        let call = self.mark_running(ctx, origin, call).await?;
        let outcome = match self.entry(ctx, &call.name, None) {
            Ok(entry) => self.execute(ctx, entry, &call).await,
            Err(error) => Err(error),
        };
        let outcome = outcome.map(|outcome| ToolOutcome {
            result: filters.tool_result(&call.name, outcome.result),
            ..outcome
        });
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        match outcome {
            Ok(outcome) => match self.keep(ctx, origin, call.clone(), outcome, duration_ms).await {
                Err(Error::Artifact(error)) => {
                    self.fail(ctx, call, Error::Artifact(error), duration_ms).await
                }
                kept => kept,
            },
            Err(error) => self.fail(ctx, call, error, duration_ms).await,
        }
    }

    async fn execute(&self, ctx: &Ctx, entry: &Entry, call: &tool_call::Model) -> Result<ToolOutcome, Error> {
        let name = || call.name.clone();
        let caps = entry.contract().caps;
        if let Some(retry_after) = entry.count(ctx.subject(), Instant::now()) {
            return Err(Error::TooMany { name: name(), retry_after });
        }
        let timeout = || Error::Timeout { name: name(), seconds: caps.timeout.as_secs() };
        let work = async {
            let places = entry.places(ctx.tenant);
            let _place = places.acquire().await.map_err(|_| timeout())?;
            let inside = (entry.contract().effect == Effect::Read).then(|| ctx.inside_a_reading_tool());
            let run =
                ToolRun { ctx: inside.as_ref().unwrap_or(ctx), call_id: call.id, arguments: &call.arguments };
            entry.tool.execute(run).await.map_err(|error| {
                if let ToolError::Failed(fault) = &error {
                    tracing::warn!(tool.name = %call.name, fault = %fault, "a tool failed");
                }
                Error::Failed(error.fault().clone())
            })
        };
        let outcome = tokio::time::timeout(caps.timeout, work).await.map_err(|_| timeout())??;
        if outcome.result.to_string().len() > caps.result_bytes {
            return Err(Error::ResultTooLarge { name: name() });
        }
        let mut values =
            std::iter::once(&outcome.result).chain(outcome.artifacts.iter().map(|made| &made.content));
        if values.any(|value| rules::rows(value) > caps.rows) {
            return Err(Error::TooManyRows { name: name(), max: caps.rows });
        }
        Ok(outcome)
    }

    /// Marks a call and its step as running. Whoever lost the turn meanwhile runs nothing.
    async fn mark_running(
        &self,
        ctx: &Ctx,
        origin: &Origin,
        call: tool_call::Model,
    ) -> Result<tool_call::Model, Error> {
        let tx = self.shared.db.begin(ctx).await?;
        if let Some(held) = origin.turn
            && !steps::run_step(tx.conn(), ctx, held, call.step_id).await?
        {
            return Err(Error::Overtaken);
        }
        let now = ctx.now();
        let call = store::change(tx.conn(), call, |row| {
            row.status = Set(ToolCallStatus::Running);
            row.started_at = Set(Some(now));
        })
        .await?;
        tx.commit().await?;
        Ok(call)
    }

    async fn keep(
        &self,
        ctx: &Ctx,
        origin: &Origin,
        call: tool_call::Model,
        outcome: ToolOutcome,
        duration_ms: u64,
    ) -> Result<Done, Error> {
        let lineage = Lineage {
            conversation: origin.conversation,
            turn: origin.turn.map(|(turn, _)| turn),
            tool_call: Some(call.id),
            model: origin.model.clone(),
            inputs: Vec::new(),
        };
        let mut stored = Vec::with_capacity(outcome.artifacts.len());
        for made in &outcome.artifacts {
            stored.push(self.artifacts.keep(ctx, made.kind, &made.content).await?);
        }
        let permit = self.permit(ctx, &call.name, call.effect)?;
        let tx = self.shared.db.begin(ctx).await?;
        let mut artifacts = Vec::with_capacity(stored.len());
        for (made, stored) in outcome.artifacts.iter().zip(&stored) {
            artifacts.push(self.artifacts.add(&tx, ctx, made.kind, &made.title, stored, &lineage).await?);
        }
        let ending = Ending {
            status: ToolCallStatus::Succeeded,
            told: &outcome.result,
            error: None,
            duration_ms,
            record: Record::of("tools.call", "tool").named(&call.name).permit(&permit),
        };
        close(&tx, ctx, call, ending).await?;
        tx.commit().await?;
        Ok(Done {
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
        error: Error,
        duration_ms: u64,
    ) -> Result<Done, Error> {
        if let Error::Store(error) = error {
            return Err(Error::Store(error));
        }
        let fault = error.to_fault();
        let told = error_for_model(ctx, &fault);
        let tx = self.shared.db.begin(ctx).await?;
        let ending = Ending {
            status: ToolCallStatus::Failed,
            told: &told,
            error: Some(error.to_string()),
            duration_ms,
            record: Record::of("tools.call", "tool").named(&call.name).outcome(Outcome::Failed),
        };
        close(&tx, ctx, call, ending).await?;
        tx.commit().await?;
        Ok(Done {
            status: ToolCallStatus::Failed,
            result: told,
            artifacts: Vec::new(),
            duration_ms,
            fault: Some(fault),
        })
    }
}

/// Records a call that is as it should be, to run now or when a person says so.
async fn record_wanted(
    tx: &WriteTx,
    ctx: &Ctx,
    origin: &Origin,
    entry: &Entry,
    arguments: Value,
    plan: Option<String>,
) -> Result<Prepared, Error> {
    let contract = entry.contract();
    let (status, step) = if entry.needs_approval {
        (ToolCallStatus::Waiting, StepStatus::Waiting)
    } else {
        (ToolCallStatus::Pending, StepStatus::Running)
    };
    let call = NewCall {
        step: begin_step(tx, ctx, origin, contract.name, step).await?,
        name: contract.name,
        version: contract.version,
        effect: contract.effect,
        arguments,
        plan: plan.clone(),
        status,
        told: None,
        error: None,
    };
    let row = store::insert(tx.conn(), ctx, origin, call).await?;
    if entry.needs_approval {
        Ok(Prepared::Waiting(row, plan.unwrap_or_default()))
    } else {
        Ok(Prepared::Ready(row))
    }
}

/// Records a call that will not run.
async fn record_refused(
    tx: &WriteTx,
    ctx: &Ctx,
    origin: &Origin,
    name: &str,
    arguments: &str,
    error: Error,
) -> Result<Prepared, Error> {
    let call = NewCall {
        step: begin_step(tx, ctx, origin, name, StepStatus::Failed).await?,
        name,
        version: 0,
        effect: Effect::Read,
        arguments: rules::parse(arguments).unwrap_or(Value::Null),
        plan: None,
        status: ToolCallStatus::Failed,
        told: Some(error_for_model(ctx, &error.to_fault())),
        error: Some(error.to_string()),
    };
    let row = store::insert(tx.conn(), ctx, origin, call).await?;
    let record = Record::of("tools.refuse", "tool").named(&row.name).outcome(Outcome::Denied);
    audit::record(tx, ctx, record).await?;
    Ok(Prepared::Refused(row, error))
}

/// Begins the step of a turn that a call is; a call outside a turn is none.
async fn begin_step(
    tx: &WriteTx,
    ctx: &Ctx,
    origin: &Origin,
    name: &str,
    status: StepStatus,
) -> Result<Option<StepId>, Error> {
    let Some((turn, fence)) = origin.turn else { return Ok(None) };
    let detail = json!({ "tool": storable_text(name.to_owned()) });
    let step = steps::Step { turn, fence, kind: StepKind::ToolCall, status, detail };
    Ok(Some(steps::open_step(tx.conn(), ctx, step).await?.ok_or(Error::Overtaken)?))
}

async fn close(tx: &WriteTx, ctx: &Ctx, call: tool_call::Model, ending: Ending<'_>) -> Result<(), Error> {
    let payload = call.arguments.to_string();
    let row = store::end(tx.conn(), ctx, call, ending.status, ending.told, ending.error, ending.duration_ms)
        .await?;
    if let Some(step) = row.step_id {
        let status = if ending.status == ToolCallStatus::Succeeded {
            StepStatus::Finished
        } else {
            StepStatus::Failed
        };
        steps::close_step(tx.conn(), ctx, step, status).await?;
    }
    audit::record(tx, ctx, ending.record.payload(payload.as_bytes())).await?;
    Ok(())
}

/// Puts a fault into words for a model, so that it can tell the person or try again rightly.
pub(crate) fn error_for_model(ctx: &Ctx, fault: &Fault) -> Value {
    json!({ "error": { "code": fault.code, "message": penny_words::fault(ctx.locale, fault) } })
}

/// Tells a model of a call that may have changed something, and of which nobody knows whether it did.
pub(crate) fn in_doubt(ctx: &Ctx, name: &str) -> Value {
    error_for_model(ctx, &Fault::keyed(FaultCode::ToolFailed, keys::FAULT_TOOL_IN_DOUBT).arg("name", name))
}

/// Puts an answer into the words shown in the conversation.
pub(crate) fn shown(result: &Value) -> String {
    rules::shown(&result.to_string())
}
