//! Table `conversation`.

use crate::scope::TenantScoped;
use penny_types::{ConversationId, MessageId, PrincipalId, TenantId, WorkspaceId, conversations::Origin};
use sea_orm::entity::prelude::*;

/// A conversation: a tree of messages with one visible branch.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "conversation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConversationId,
    pub owner_id: PrincipalId,
    pub workspace_id: Option<WorkspaceId>,
    /// Absent until derived from the first message.
    pub title: Option<String>,
    pub is_pinned: bool,
    /// Array of labels that access policies can read.
    pub labels: Json,
    /// The client the conversation was created with.
    pub origin: Origin,
    /// The client's id of the thread, unique per `origin` in the tenant.
    pub external_thread_key: Option<String>,
    /// `provider/model` of the last turn.
    pub model: Option<String>,
    /// Last message of the visible branch.
    pub leaf_id: Option<MessageId>,
    /// The conversation it was forked from.
    pub forked_from_id: Option<ConversationId>,
    /// Unsent text of the owner.
    pub draft: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// When it was deleted; it can be restored until the retention period ends.
    pub deleted_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
