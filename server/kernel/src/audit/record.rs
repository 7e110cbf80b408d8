use crate::{
    access::Permit,
    ctx::Ctx,
    db::{Batch, StoreError, WriteTx},
};
use penny_entity::{audit_event, enums::Outcome};
use penny_privacy::mask;
use penny_types::TypedId;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::json;

/// An audit record to append. The actor, the time and the request are taken from the context.
#[derive(Debug, Clone)]
pub struct AuditRecord<'a> {
    action: &'a str,
    target: (&'a str, Option<String>),
    outcome: Outcome,
    policies: Vec<String>,
    payload: Option<&'a [u8]>,
    redactions: Vec<(String, usize)>,
}

impl<'a> AuditRecord<'a> {
    /// Creates the record of a successful action (`domain.verb`) on a kind of target.
    #[must_use]
    pub fn of(action: &'a str, target_kind: &'a str) -> Self {
        Self {
            action,
            target: (target_kind, None),
            outcome: Outcome::Succeeded,
            policies: Vec::new(),
            payload: None,
            redactions: Vec::new(),
        }
    }

    /// Sets the id of the target.
    #[must_use]
    pub fn target(mut self, id: impl TypedId) -> Self {
        self.target.1 = Some(id.to_string());
        self
    }

    /// Sets the name of a target that has no id. Personal data in it is masked, and the redactions are recorded.
    #[must_use]
    pub fn target_name(mut self, name: &str) -> Self {
        let (text, redactions) = mask(name);
        self.target.1 = Some(text);
        self.redactions
            .extend(redactions.into_iter().map(|redaction| (redaction.kind.to_string(), redaction.count)));
        self
    }

    /// Adds the policies that allowed the action.
    #[must_use]
    pub fn permit(mut self, permit: &Permit) -> Self {
        self.policies.extend(permit.policies.iter().cloned());
        self
    }

    /// Sets the outcome, if the action did not succeed.
    #[must_use]
    pub const fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// Records the hash of the request payload, but not its content.
    #[must_use]
    pub const fn payload(mut self, bytes: &'a [u8]) -> Self {
        self.payload = Some(bytes);
        self
    }
}

/// Appends a record in the transaction of the action, so that both are committed together.
///
/// # Errors
/// If the database fails.
pub async fn record(tx: &WriteTx, ctx: &Ctx, record: AuditRecord<'_>) -> Result<(), StoreError> {
    let mut batch = Batch::new(tx.conn());
    record_in_batch(&mut batch, ctx, record);
    batch.execute(tx.conn()).await
}

/// Adds a record to the batch of the action's changes.
pub fn record_in_batch(batch: &mut Batch, ctx: &Ctx, record: AuditRecord<'_>) {
    let redactions: Vec<_> =
        record.redactions.iter().map(|(kind, count)| json!({ "kind": kind, "count": count })).collect();
    let row = audit_event::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(ctx.new_id()),
        occurred_at: Set(ctx.now()),
        actor_id: Set(ctx.actor().id),
        actor_kind: Set(ctx.actor().kind),
        on_behalf_of: Set(ctx.actor().on_behalf_of),
        via: Set(ctx.transport().as_str().to_owned()),
        action: Set(record.action.to_owned()),
        target_kind: Set(record.target.0.to_owned()),
        target_id: Set(record.target.1),
        outcome: Set(record.outcome),
        policies: Set(json!(record.policies)),
        payload_hash: Set(record.payload.map(|bytes| blake3::hash(bytes).as_bytes().to_vec())),
        redactions: Set(json!(redactions)),
        cost_micros: Set(None),
        trace_id: Set(Some(ctx.trace_id())),
        request_id: Set(Some(ctx.request_id())),
        ordinal: Set(None),
        previous_hash: Set(None),
        hash: Set(None),
    };
    batch.push(&audit_event::Entity::insert(row));
}
