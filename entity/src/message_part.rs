//! Table `message_part`.

use crate::scope::TenantScoped;
use penny_types::{ConversationId, MessageId, PartId, TenantId, TurnId, conversations::Sensitivity};
use sea_orm::entity::prelude::*;

/// A typed, versioned part of a message.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_part")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PartId,
    /// The conversation it stands in.
    pub conversation_id: ConversationId,
    /// The message it is a part of.
    pub message_id: MessageId,
    /// Its place in the message, from 0.
    pub position: i32,
    /// What the body is, as its `kind` says.
    pub kind: String,
    /// The version of the body's shape.
    pub version: i32,
    /// The part's body, as the wire model writes it.
    pub body: Json,
    /// How careful one must be with it.
    pub sensitivity: Sensitivity,
    /// Names the map that gives masked names back.
    pub pseudonym_map_ref: Option<String>,
    /// The turn that wrote it.
    pub turn_id: Option<TurnId>,
    /// When it was written.
    pub created_at: DateTimeUtc,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
