//! Table `turn`.

use crate::scope::TenantScoped;
use penny_types::{ConversationId, Locale, MessageId, PrincipalId, TenantId, TurnId, turns::TurnStatus};
use sea_orm::entity::prelude::*;

/// A turn: the processing of one user message, a persisted state machine of steps.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "turn")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TurnId,
    pub conversation_id: ConversationId,
    /// The user message.
    pub user_message_id: MessageId,
    /// The assistant message.
    pub message_id: MessageId,
    /// The turn it continues.
    pub continues: Option<TurnId>,
    pub status: TurnStatus,
    /// Fault code.
    pub code: Option<String>,
    /// `provider/model`.
    pub model: String,
    /// How the model was selected.
    pub route: Option<Json>,
    /// Array of the tools that may be called; absent means all tools available to the user.
    pub tools_allowed: Option<Json>,
    /// Array of the expected artifact kinds.
    pub artifacts_expected: Option<Json>,
    /// The client's idempotency key of the message, unique in the conversation.
    pub client_key: Option<String>,
    pub principal_id: PrincipalId,
    /// The principal acted for, when not the actor.
    pub on_behalf_of: Option<PrincipalId>,
    /// Array of the scopes of the token that submitted it; empty when they were not limited.
    pub scopes: Json,
    pub locale: Locale,
    /// Transport of the request.
    pub via: String,
    pub trace_id: Option<String>,
    pub lease_owner: Option<String>,
    /// When the lease expires unless renewed.
    pub lease_expires_at: Option<DateTimeUtc>,
    /// Incremented for each new owner; writes with an older token are rejected.
    pub fencing_token: i64,
    /// Highest sequence number that may have been sent to a client.
    pub seq_reserved: i64,
    /// Sequence number of the last stored event.
    pub last_seq: i64,
    /// Offset of the turn's text in the message, in UTF-8 bytes.
    pub text_offset_start: i64,
    /// Stored length of the text, in UTF-8 bytes.
    pub text_length: i64,
    /// Stored length of the reasoning, in UTF-8 bytes.
    pub reasoning_length: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    /// Tokens read from the provider's cache, included in `input_tokens`.
    pub cached_tokens: i64,
    /// Included in `output_tokens`.
    pub reasoning_tokens: i64,
    /// Millionths of the tenant's currency.
    pub cost_micros: i64,
    pub created_at: DateTimeUtc,
    pub started_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
    /// When a user requested the stop.
    pub stop_requested_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
