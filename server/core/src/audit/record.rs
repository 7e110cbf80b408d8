use crate::{
    access::Permit,
    ctx::Ctx,
    db::{Batch, StoreError, WriteTx},
};
use penny_entity::{audit_event, words::Outcome};
use penny_privacy::mask;
use penny_types::Id;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::json;

/// What is to be remembered of an act.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    action: &'a str,
    target: (&'a str, Option<String>),
    outcome: Outcome,
    policies: Vec<String>,
    payload: Option<&'a [u8]>,
    redacted: Vec<(String, usize)>,
}

impl<'a> Record<'a> {
    /// Begins the record of an act, `room.verb`, on a kind of thing.
    #[must_use]
    pub fn of(action: &'a str, target_kind: &'a str) -> Self {
        Self {
            action,
            target: (target_kind, None),
            outcome: Outcome::Succeeded,
            policies: Vec::new(),
            payload: None,
            redacted: Vec::new(),
        }
    }

    /// Says which thing.
    #[must_use]
    pub fn target(mut self, id: impl Id) -> Self {
        self.target.1 = Some(id.to_string());
        self
    }

    /// Says which thing, where it has only a name. Personal data in it is masked, and the masking is noted.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        let (text, redactions) = mask(name);
        self.target.1 = Some(text);
        self.redacted.extend(redactions.into_iter().map(|found| (found.kind.to_string(), found.count)));
        self
    }

    /// Says which policies allowed it.
    #[must_use]
    pub fn permit(mut self, permit: &Permit) -> Self {
        self.policies.extend(permit.policies.iter().cloned());
        self
    }

    /// Says how it ended, when not well.
    #[must_use]
    pub const fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// Keeps the hash of what was sent, never the content.
    #[must_use]
    pub const fn payload(mut self, bytes: &'a [u8]) -> Self {
        self.payload = Some(bytes);
        self
    }
}

/// Appends a record inside the act's transaction: both happen or neither.
///
/// # Errors
/// When the database fails.
pub async fn record(tx: &WriteTx, ctx: &Ctx, what: Record<'_>) -> Result<(), StoreError> {
    let mut batch = Batch::of(tx.conn());
    add(&mut batch, ctx, what);
    batch.run(tx.conn()).await
}

/// Adds what was done to the changes it belongs to.
pub fn add(batch: &mut Batch, ctx: &Ctx, what: Record<'_>) {
    let redactions: Vec<_> =
        what.redacted.iter().map(|(kind, count)| json!({ "kind": kind, "count": count })).collect();
    let row = audit_event::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(ctx.mint()),
        occurred_at: Set(ctx.now()),
        actor_id: Set(ctx.actor.id),
        actor_kind: Set(ctx.actor.kind),
        on_behalf_of: Set(ctx.actor.on_behalf_of),
        via: Set(ctx.via.as_str().to_owned()),
        action: Set(what.action.to_owned()),
        target_kind: Set(what.target.0.to_owned()),
        target_id: Set(what.target.1),
        outcome: Set(what.outcome),
        policies: Set(json!(what.policies)),
        payload_hash: Set(what.payload.map(|bytes| blake3::hash(bytes).as_bytes().to_vec())),
        redactions: Set(json!(redactions)),
        cost_micros: Set(None),
        trace_id: Set(Some(ctx.trace_id())),
        request_id: Set(Some(ctx.request)),
        ordinal: Set(None),
        previous_hash: Set(None),
        hash: Set(None),
    };
    batch.push(&audit_event::Entity::insert(row));
}
