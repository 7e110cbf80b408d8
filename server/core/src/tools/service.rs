use super::{
    Error, Registry,
    registry::Entry,
    rules,
    run::{Origin, Prepared, error_for_model},
    store,
};
use crate::{
    access::{Action, Permit, Resource},
    artifacts::Artifacts,
    audit::{self, Record},
    ctx::Ctx,
    db::{StoreError, WriteTx},
    fault::ToFault,
    foundation::Shared,
    turns::{Filters, steps},
};
use penny_entity::{
    tool_call,
    words::{Outcome, StepStatus},
};
use penny_ports::models::ToolSpec;
use penny_types::{
    MessageId, ToolCallId, TurnId,
    tools::{Effect, ToolCallStatus, ToolResultView, ToolView},
    turns::Decision,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use serde_json::Value;

/// The tools of a tenant's people.
#[derive(Debug, Clone)]
pub struct Tools {
    pub(super) shared: Shared,
    registry: Registry,
    pub(super) artifacts: Artifacts,
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

    /// Calls a tool outside a conversation with the body of a request: the arguments themselves, or
    /// `{"arguments": {...}}` around them.
    ///
    /// # Errors
    /// As [`Self::invoke`].
    pub async fn invoke_body(&self, ctx: &Ctx, name: &str, body: Value) -> Result<ToolResultView, Error> {
        let arguments = match self.entry(ctx, name, None) {
            Ok(entry) => rules::unwrapped(&entry.contract().input_schema, body),
            Err(_) => body,
        };
        self.invoke(ctx, name, arguments).await
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
        // No model is told of it, so nothing is filtered.
        let done = self.run(ctx, &Origin::default(), call, &Filters::default()).await?;
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

    /// Takes a person's decision about a waiting call. What was shown is what may run.
    pub(crate) async fn decide(
        &self,
        tx: &WriteTx,
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
                row.result = Set(Some(error_for_model(ctx, &Error::DeniedByPerson.to_fault())));
            }
        })
        .await?;
        audit::record(tx, ctx, record).await?;
        Ok(Some(call))
    }

    pub(crate) async fn find(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        id: ToolCallId,
    ) -> Result<Option<tool_call::Model>, Error> {
        Ok(store::find(conn, ctx, id).await?)
    }

    /// Reads the calls of a turn, in the order they were asked for.
    pub(crate) async fn of_turn(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        turn: TurnId,
    ) -> Result<Vec<tool_call::Model>, Error> {
        Ok(store::of_turn(conn, ctx, turn).await?)
    }

    /// Reads the calls of every turn that wrote a message.
    pub(crate) async fn of_message(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        message: MessageId,
    ) -> Result<Vec<tool_call::Model>, Error> {
        Ok(store::of_message(conn, ctx, message).await?)
    }

    /// Ends the step of a call that was decided against, once the turn has said so.
    pub(crate) async fn end_denied(&self, ctx: &Ctx, call: &tool_call::Model) -> Result<(), Error> {
        let Some(step) = call.step_id else { return Ok(()) };
        let tx = self.shared.db.begin(ctx).await?;
        steps::close_step(tx.conn(), ctx, step, StepStatus::Failed).await?;
        Ok(tx.commit().await?)
    }

    /// Settles the calls of a turn that is over; returns all of them.
    pub(crate) async fn settle(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        turn: TurnId,
    ) -> Result<Vec<tool_call::Model>, StoreError> {
        store::settle(conn, ctx, turn).await
    }

    fn usable<'a>(&'a self, ctx: &'a Ctx, allowed: Option<&'a [String]>) -> impl Iterator<Item = &'a Entry> {
        self.registry.iter().filter(move |entry| self.is_usable(ctx, entry, allowed))
    }

    fn is_usable(&self, ctx: &Ctx, entry: &Entry, allowed: Option<&[String]>) -> bool {
        let contract = entry.contract();
        allowed.is_none_or(|names| names.iter().any(|name| name == contract.name))
            && self.permit(ctx, contract.name, contract.effect).is_ok()
    }

    pub(super) fn entry(&self, ctx: &Ctx, name: &str, allowed: Option<&[String]>) -> Result<&Entry, Error> {
        self.registry
            .get(name)
            .filter(|entry| self.is_usable(ctx, entry, allowed))
            .ok_or_else(|| Error::Unknown { name: name.chars().take(64).collect() })
    }

    pub(super) fn permit(&self, ctx: &Ctx, name: &str, effect: Effect) -> Result<Permit, Error> {
        Ok(self.shared.access.check(ctx, Action::ToolUse, &Resource::Tool { name, effect })?)
    }
}
