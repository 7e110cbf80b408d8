use super::{
    Error, Registry, ToolError, ToolOutcome, ToolRun,
    registry::Entry,
    rules,
    store::{self, NewCall},
};
use crate::{
    access::{Action, Permit, Resource},
    artifacts::{Artifacts, Lineage},
    audit::{self, Record},
    ctx::Ctx,
    db::{storable, storable_text},
    fault::ToFault,
    foundation::Shared,
};
use penny_entity::{tool_call, words::Outcome};
use penny_ports::models::ToolSpec;
use penny_types::{
    ConversationId, Fault, ToolCallId, TurnId,
    artifacts::ArtifactView,
    tools::{Effect, ToolCallStatus, ToolResultView, ToolView},
    turns::Decision,
};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tokio::time::Instant;

/// Where a call comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    pub conversation: Option<ConversationId>,
    pub turn: Option<TurnId>,
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

/// The tools of a tenant's people.
#[derive(Debug, Clone)]
pub struct Tools {
    shared: Shared,
    registry: Registry,
    artifacts: Artifacts,
}

impl Tools {
    pub(crate) const fn new(shared: Shared, registry: Registry, artifacts: Artifacts) -> Self {
        Self { shared, registry, artifacts }
    }

    /// Lists the tools the person may use.
    #[must_use]
    pub fn list(&self, ctx: &Ctx) -> Vec<ToolView> {
        self.usable(ctx, None)
            .map(|entry| {
                let contract = entry.contract();
                ToolView {
                    name: contract.name.to_owned(),
                    version: contract.version,
                    description: contract.description.to_owned(),
                    effect: contract.effect,
                    needs_approval: entry.needs_approval,
                    input_schema: contract.input_schema.clone(),
                }
            })
            .collect()
    }

    /// Calls a tool outside a conversation.
    ///
    /// # Errors
    /// When it may not be used, needs approval, is called wrongly, or fails.
    pub async fn invoke(&self, ctx: &Ctx, name: &str, arguments: Value) -> Result<ToolResultView, Error> {
        if self.entry(ctx, name, None).is_ok_and(|entry| entry.needs_approval) {
            return Err(Error::NeedsApproval { name: name.to_owned() });
        }
        let call = match self.prepare(ctx, &Origin::default(), name, &arguments.to_string(), None).await? {
            Prepared::Ready(call) => call,
            Prepared::Waiting(..) => return Err(Error::NeedsApproval { name: name.to_owned() }),
            Prepared::Refused(_, error) => return Err(error),
        };
        let call_id = call.id;
        let done = self.run(ctx, &Origin::default(), call).await?;
        match done.fault {
            Some(fault) => Err(Error::Failed(fault)),
            None => Ok(ToolResultView {
                call_id,
                name: name.to_owned(),
                status: done.status,
                result: done.result,
                artifact_ids: done.artifacts.iter().map(|artifact| artifact.id).collect(),
                duration_ms: done.duration_ms,
            }),
        }
    }

    /// Tells a model of the tools it may call for the person.
    pub(crate) fn specs(&self, ctx: &Ctx, allowed: Option<&[String]>) -> Vec<ToolSpec> {
        self.usable(ctx, allowed)
            .map(|entry| ToolSpec {
                name: entry.contract().name.to_owned(),
                description: entry.contract().description.to_owned(),
                input_schema: entry.contract().input_schema.clone(),
            })
            .collect()
    }

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
            Ok((entry, arguments, plan)) => {
                let contract = entry.contract();
                let status =
                    if entry.needs_approval { ToolCallStatus::Waiting } else { ToolCallStatus::Pending };
                let call = NewCall {
                    name: contract.name,
                    version: contract.version,
                    effect: contract.effect,
                    arguments,
                    plan: plan.clone(),
                    status,
                    error: None,
                };
                let row = store::insert(tx.conn(), ctx, origin, call).await?;
                if entry.needs_approval {
                    Prepared::Waiting(row, plan.unwrap_or_default())
                } else {
                    Prepared::Ready(row)
                }
            }
            Err(error) => {
                let call = NewCall {
                    name: name.get(..name.floor_char_boundary(64)).unwrap_or_default(),
                    version: 0,
                    effect: Effect::Read,
                    arguments: rules::parse(arguments).unwrap_or(Value::Null),
                    plan: None,
                    status: ToolCallStatus::Failed,
                    error: Some(error.to_string()),
                };
                let row = store::insert(tx.conn(), ctx, origin, call).await?;
                let record = Record::of("tools.refuse", "tool").target(&row.name).outcome(Outcome::Denied);
                audit::record(&tx, ctx, record).await?;
                Prepared::Refused(row, error)
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
        let bad = |detail| Error::BadArguments { name: name.to_owned(), detail };
        let arguments = rules::parse(arguments).map_err(bad)?;
        if let Some(detail) = entry.violation(&arguments) {
            return Err(bad(detail));
        }
        let run = ToolRun { ctx, call_id: ctx.mint(), arguments: &arguments };
        let plan = entry.tool.plan(&run).await.map_err(|error| Error::Failed(error.fault().clone()))?;
        let plan = plan.or_else(|| entry.needs_approval.then(|| format!("{name} {arguments}")));
        Ok((entry, arguments, plan))
    }

    /// Runs a recorded call within its caps and keeps what it brought. An error means that nothing
    /// could be recorded; a tool's own failure is a [`Done`].
    pub(crate) async fn run(
        &self,
        ctx: &Ctx,
        origin: &Origin,
        call: tool_call::Model,
    ) -> Result<Done, Error> {
        let started = Instant::now();
        let call = self.mark_running(ctx, call).await?;
        let outcome = match self.entry(ctx, &call.name, None) {
            Ok(entry) => self.execute(ctx, entry, &call).await,
            Err(error) => Err(error),
        };
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
            let run = ToolRun { ctx, call_id: call.id, arguments: &call.arguments };
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
        Ok(outcome)
    }

    async fn mark_running(&self, ctx: &Ctx, call: tool_call::Model) -> Result<tool_call::Model, Error> {
        let tx = self.shared.db.begin(ctx).await?;
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
            turn: origin.turn,
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
        let record = Record::of("tools.call", "tool").target(&call.name).permit(&permit);
        self.close(&tx, ctx, call, ToolCallStatus::Succeeded, Ok(&outcome.result), duration_ms, record)
            .await?;
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
        let tx = self.shared.db.begin(ctx).await?;
        let record = Record::of("tools.call", "tool").target(&call.name).outcome(Outcome::Failed);
        let said = error.to_string();
        self.close(&tx, ctx, call, ToolCallStatus::Failed, Err(&said), duration_ms, record).await?;
        tx.commit().await?;
        let fault = error.to_fault();
        Ok(Done {
            status: ToolCallStatus::Failed,
            result: error_for_model(ctx, &fault),
            artifacts: Vec::new(),
            duration_ms,
            fault: Some(fault),
        })
    }

    #[expect(clippy::too_many_arguments, reason = "one row, each column named once")]
    async fn close(
        &self,
        tx: &crate::db::WriteTx,
        ctx: &Ctx,
        call: tool_call::Model,
        status: ToolCallStatus,
        result: Result<&Value, &str>,
        duration_ms: u64,
        record: Record<'_>,
    ) -> Result<(), Error> {
        let payload = call.arguments.to_string();
        let now = ctx.now();
        store::change(tx.conn(), call, |row| {
            row.status = Set(status);
            row.result = Set(result.ok().cloned().map(storable));
            row.error = Set(result.err().map(|said| storable_text(said.to_owned())));
            row.finished_at = Set(Some(now));
            row.duration_ms = Set(i64::try_from(duration_ms).ok());
        })
        .await?;
        audit::record(tx, ctx, record.payload(payload.as_bytes())).await?;
        Ok(())
    }

    /// Takes a person's decision about a waiting call. What was shown is what may run.
    pub(crate) async fn decide(
        &self,
        tx: &crate::db::WriteTx,
        ctx: &Ctx,
        call: tool_call::Model,
        decision: Decision,
    ) -> Result<Option<tool_call::Model>, Error> {
        let is_as_shown =
            call.plan.as_deref().map(|plan| store::plan_hash(&call.arguments, plan)) == call.plan_hash;
        if call.status != ToolCallStatus::Waiting || !is_as_shown {
            return Ok(None);
        }
        let (status, outcome) = match decision {
            Decision::Approve => (ToolCallStatus::Pending, Outcome::Succeeded),
            Decision::Deny => (ToolCallStatus::Denied, Outcome::Denied),
        };
        let now = ctx.now();
        let record = Record::of("approvals.decide", "tool_call").target(call.id).outcome(outcome);
        let call = store::change(tx.conn(), call, |row| {
            row.status = Set(status);
            row.decided_by = Set(Some(ctx.actor.id));
            row.decided_at = Set(Some(now));
            if decision == Decision::Deny {
                row.finished_at = Set(Some(now));
            }
        })
        .await?;
        audit::record(tx, ctx, record).await?;
        Ok(Some(call))
    }

    pub(crate) async fn find(
        &self,
        conn: &impl sea_orm::ConnectionTrait,
        ctx: &Ctx,
        id: ToolCallId,
    ) -> Result<Option<tool_call::Model>, Error> {
        Ok(store::find(conn, ctx, id).await?)
    }

    pub(crate) async fn of_turn(
        &self,
        conn: &impl sea_orm::ConnectionTrait,
        ctx: &Ctx,
        turn: TurnId,
    ) -> Result<Vec<tool_call::Model>, Error> {
        Ok(store::of_turn(conn, ctx, turn).await?)
    }

    /// Settles the calls of a turn whose process went away.
    pub(crate) async fn settle(
        &self,
        conn: &impl sea_orm::ConnectionTrait,
        ctx: &Ctx,
        turn: TurnId,
    ) -> Result<(), Error> {
        Ok(store::settle(conn, ctx, turn).await?)
    }

    fn usable<'a>(&'a self, ctx: &'a Ctx, allowed: Option<&'a [String]>) -> impl Iterator<Item = &'a Entry> {
        self.registry.iter().filter(move |entry| self.is_usable(ctx, entry, allowed))
    }

    fn is_usable(&self, ctx: &Ctx, entry: &Entry, allowed: Option<&[String]>) -> bool {
        let contract = entry.contract();
        allowed.is_none_or(|names| names.iter().any(|name| name == contract.name))
            && self.permit(ctx, contract.name, contract.effect).is_ok()
    }

    fn entry(&self, ctx: &Ctx, name: &str, allowed: Option<&[String]>) -> Result<&Entry, Error> {
        self.registry
            .get(name)
            .filter(|entry| self.is_usable(ctx, entry, allowed))
            .ok_or_else(|| Error::Unknown { name: name.chars().take(64).collect() })
    }

    fn permit(&self, ctx: &Ctx, name: &str, effect: Effect) -> Result<Permit, Error> {
        Ok(self.shared.access.check(ctx, Action::ToolUse, &Resource::Tool { name, effect })?)
    }
}

/// Puts a fault into words for a model, so that it can tell the person or try again rightly.
pub(crate) fn error_for_model(ctx: &Ctx, fault: &Fault) -> Value {
    let args: Vec<(&str, &str)> =
        fault.args.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    json!({ "error": { "code": fault.code, "message": penny_words::text(ctx.locale, &fault.message_key, &args) } })
}

/// Puts an answer into the words shown in the conversation.
pub(crate) fn shown(result: &Value) -> String {
    rules::shown(&result.to_string())
}
