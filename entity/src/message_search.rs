//! Table `message_search`.

use crate::scope::TenantScoped;
use penny_types::{ConversationId, MessageId, TenantId};
use sea_orm::entity::prelude::*;

/// Accented letters that the search replaces with those of [`PLAIN`] at the same position. The PostgreSQL
/// index is built with them, so a change needs a migration.
pub const ACCENTED: &str = "áàâäãåéèêëíìîïóòôöõúùûüñçýÿ";
/// Replacements of [`ACCENTED`], by position.
pub const PLAIN: &str = "aaaaaaeeeeiiiiooooouuuuncyy";

/// The searchable text of a message. Each database has its own index on it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_search")]
pub struct Model {
    /// Row id, referenced by the SQLite index.
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub conversation_id: ConversationId,
    pub message_id: MessageId,
    /// The beginning of the message's text.
    pub text: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
