//! Table `audit_event`.

use crate::scope::TenantScoped;
use crate::words::Outcome;
use penny_types::{AuditEventId, PrincipalId, RequestId, TenantId, people::PrincipalKind};
use sea_orm::entity::prelude::*;

/// A record of who did what. Appended with the act, chained to its forerunner a moment later.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEventId,
    /// When it was.
    pub occurred_at: DateTimeUtc,
    /// Who acted.
    pub actor_id: PrincipalId,
    /// What kind of principal.
    pub actor_kind: PrincipalKind,
    /// For whom, when not for themselves.
    pub on_behalf_of: Option<PrincipalId>,
    /// By which door.
    pub via: String,
    /// What was done, `room.verb`.
    pub action: String,
    /// What kind of thing it was done to.
    pub target_kind: String,
    /// Which one.
    pub target_id: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Array of the policies that decided.
    pub policies: Json,
    /// Hash of what was sent.
    pub payload_hash: Option<Vec<u8>>,
    /// Array of what was masked.
    pub redactions: Json,
    /// Millionths of the tenant's currency.
    pub cost_micros: Option<i64>,
    /// Finds it in the traces.
    pub trace_id: Option<String>,
    /// The request.
    pub request_id: Option<RequestId>,
    /// Its number in the tenant's chain; absent until it is chained.
    pub ordinal: Option<i64>,
    /// Hash of its forerunner in the chain.
    pub previous_hash: Option<Vec<u8>>,
    /// Its own hash, over the forerunner's and its content.
    pub hash: Option<Vec<u8>>,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
