//! Table `message`.

use crate::scope::TenantScoped;
use penny_types::{
    ConversationId, MessageId, PrincipalId, TenantId, TurnId,
    conversations::{Author, Sensitivity},
};
use sea_orm::entity::prelude::*;

/// A message in a conversation's tree. Messages are immutable; edits create siblings.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MessageId,
    pub conversation_id: ConversationId,
    /// Parent in the tree.
    pub parent_id: Option<MessageId>,
    pub author: Author,
    /// Author of a user message.
    pub principal_id: Option<PrincipalId>,
    /// Depth in the tree, from 0.
    pub depth: i32,
    /// `provider/model` of an assistant message.
    pub model: Option<String>,
    /// The last turn that wrote to it.
    pub turn_id: Option<TurnId>,
    /// The message it was copied from when a branch was forked.
    pub copied_from_id: Option<MessageId>,
    /// Default sensitivity of its parts.
    pub sensitivity: Sensitivity,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
