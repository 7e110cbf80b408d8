//! Table `message`.

use crate::scope::TenantScoped;
use penny_types::{
    ConversationId, MessageId, PrincipalId, TenantId, TurnId,
    conversations::{Author, Sensitivity},
};
use sea_orm::entity::prelude::*;

/// A message in a conversation's tree. Nothing ever rewrites one.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MessageId,
    /// The conversation it stands in.
    pub conversation_id: ConversationId,
    /// The message it answers or follows.
    pub parent_id: Option<MessageId>,
    /// Who said it.
    pub author: Author,
    /// The principal who said it, for a person's message.
    pub principal_id: Option<PrincipalId>,
    /// Its number on its path, from 0.
    pub depth: i32,
    /// `provider/model` that said it.
    pub model: Option<String>,
    /// The last turn that wrote it.
    pub turn_id: Option<TurnId>,
    /// The message it is a copy of: it came here from another branch.
    pub copied_from_id: Option<MessageId>,
    /// How careful one must be with parts that say nothing else.
    pub sensitivity: Sensitivity,
    /// When it was said.
    pub created_at: DateTimeUtc,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
