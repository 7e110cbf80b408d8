//! Table `turn`.

use crate::scope::TenantScoped;
use penny_types::{ConversationId, Locale, MessageId, PrincipalId, TenantId, TurnId, turns::TurnStatus};
use sea_orm::entity::prelude::*;

/// One answer to one message: a persisted state machine of steps.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "turn")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TurnId,
    /// The conversation it belongs to.
    pub conversation_id: ConversationId,
    /// The message it answers.
    pub user_message_id: MessageId,
    /// The message it writes.
    pub message_id: MessageId,
    /// The turn it goes on from.
    pub continues: Option<TurnId>,
    /// How it stands.
    pub status: TurnStatus,
    /// Why it failed, for programs.
    pub code: Option<String>,
    /// `provider/model` that answers.
    pub model: String,
    /// How that model was chosen.
    pub route: Option<Json>,
    /// Array of the tools that may be called; absent means all the person may use.
    pub tools_allowed: Option<Json>,
    /// Array of the kinds of artifact that are hoped for.
    pub artifacts_expected: Option<Json>,
    /// The client's own name for the message, unique in the conversation.
    pub client_key: Option<String>,
    /// Who asked.
    pub principal_id: PrincipalId,
    /// For whom, when not for themselves.
    pub on_behalf_of: Option<PrincipalId>,
    /// The asker's language.
    pub locale: Locale,
    /// The door it came in by.
    pub via: String,
    /// Finds it in the traces.
    pub trace_id: Option<String>,
    /// The process that runs it.
    pub lease_owner: Option<String>,
    /// When that process is taken for dead.
    pub lease_expires_at: Option<DateTimeUtc>,
    /// Rises with every new owner; a writer with an older one is refused.
    pub fencing_token: i64,
    /// The highest event number that may have been seen by anyone.
    pub seq_reserved: i64,
    /// The last event number in the database.
    pub last_seq: i64,
    /// Where its text begins, in UTF-8 bytes of the message's whole text.
    pub text_offset_start: i64,
    /// UTF-8 bytes up to which its text is in the database.
    pub text_length: i64,
    /// UTF-8 bytes of reasoning in the database.
    pub reasoning_length: i64,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// Tokens read from the provider's cache, part of `input_tokens`.
    pub cached_tokens: i64,
    /// Tokens of reasoning, part of `output_tokens`.
    pub reasoning_tokens: i64,
    /// Millionths of the tenant's currency.
    pub cost_micros: i64,
    /// When it was asked.
    pub created_at: DateTimeUtc,
    /// When it first ran.
    pub started_at: Option<DateTimeUtc>,
    /// When it was over.
    pub finished_at: Option<DateTimeUtc>,
    /// When a person asked it to stop.
    pub stop_requested_at: Option<DateTimeUtc>,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
