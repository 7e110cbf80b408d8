//! Table `audit_event`.

use crate::enums::Outcome;
use crate::scope::TenantScoped;
use penny_types::{AuditEventId, PrincipalId, RequestId, TenantId, people::PrincipalKind};
use sea_orm::entity::prelude::*;

/// An audit record. Inserted in the transaction of the action, and chained to its predecessor shortly after.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEventId,
    pub occurred_at: DateTimeUtc,
    pub actor_id: PrincipalId,
    pub actor_kind: PrincipalKind,
    /// The principal acted for, when not the actor.
    pub on_behalf_of: Option<PrincipalId>,
    /// Transport of the request.
    pub via: String,
    /// Action name, `domain.verb`.
    pub action: String,
    /// Resource type of the target.
    pub target_kind: String,
    pub target_id: Option<String>,
    pub outcome: Outcome,
    /// Array of the policies that determined the decision.
    pub policies: Json,
    /// Hash of the request's payload.
    pub payload_hash: Option<Vec<u8>>,
    /// Array of the masked values' kinds.
    pub redactions: Json,
    /// Millionths of the tenant's currency.
    pub cost_micros: Option<i64>,
    pub trace_id: Option<String>,
    pub request_id: Option<RequestId>,
    /// Position in the tenant's chain; absent until the record is chained.
    pub ordinal: Option<i64>,
    /// Hash of the predecessor in the chain.
    pub previous_hash: Option<Vec<u8>>,
    /// Hash of the predecessor's hash and this record's content.
    pub hash: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
