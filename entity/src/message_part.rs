//! Table `message_part`.

use crate::scope::TenantScoped;
use penny_types::{ConversationId, MessageId, PartId, TenantId, TurnId, conversations::Sensitivity};
use sea_orm::entity::prelude::*;

/// A typed, versioned part of a message.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_part")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PartId,
    pub conversation_id: ConversationId,
    pub message_id: MessageId,
    /// Position in the message, from 0.
    pub position: i32,
    /// The `kind` of the body.
    pub kind: String,
    /// Version of the body's schema.
    pub version: i32,
    /// The body, in the format of the API.
    pub body: Json,
    pub sensitivity: Sensitivity,
    /// Id of the map that restores masked names.
    pub pseudonym_map_ref: Option<String>,
    pub turn_id: Option<TurnId>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
