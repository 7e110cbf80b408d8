//! Table `conversation`.

use crate::scope::TenantScoped;
use penny_types::{ConversationId, MessageId, PrincipalId, TenantId, WorkspaceId, conversations::Origin};
use sea_orm::entity::prelude::*;

/// A conversation: a tree of messages with one visible branch.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "conversation")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConversationId,
    /// Who owns it.
    pub owner_id: PrincipalId,
    /// The workspace it is kept in.
    pub workspace_id: Option<WorkspaceId>,
    /// Its title; absent until the first message gives one.
    pub title: Option<String>,
    /// Whether it is kept on top.
    pub is_pinned: bool,
    /// Where it came from.
    pub origin: Origin,
    /// The thread's name where it came from.
    pub external_thread_key: Option<String>,
    /// `provider/model` it was last asked with.
    pub model: Option<String>,
    /// The last message of the visible branch.
    pub leaf_id: Option<MessageId>,
    /// The conversation it was branched from.
    pub forked_from_id: Option<ConversationId>,
    /// What its owner has typed and not sent.
    pub draft: String,
    /// When it was begun.
    pub created_at: DateTimeUtc,
    /// When anything last happened in it.
    pub updated_at: DateTimeUtc,
    /// When it was thrown away; it can be brought back.
    pub deleted_at: Option<DateTimeUtc>,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
