//! Table `message_search`.

use crate::scope::TenantScoped;
use penny_types::{ConversationId, MessageId, TenantId};
use sea_orm::entity::prelude::*;

/// Letters that a search reads as their plain ones, place by place with [`PLAIN`]. PostgreSQL's
/// index was built with these: a change needs a migration.
pub const ACCENTED: &str = "áàâäãåéèêëíìîïóòôöõúùûüñçýÿ";
/// The plain letters of [`ACCENTED`].
pub const PLAIN: &str = "aaaaaaeeeeiiiiooooouuuuncyy";

/// What a message says, for searching. The database keeps an index of its own kind beside it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_search")]
pub struct Model {
    /// The row's number, which SQLite's index refers to.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The tenant it belongs to.
    pub tenant_id: TenantId,
    /// The conversation it stands in.
    pub conversation_id: ConversationId,
    /// The message.
    pub message_id: MessageId,
    /// The beginning of what it says.
    pub text: String,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
