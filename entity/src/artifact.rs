//! Table `artifact`.

use crate::scope::TenantScoped;
use penny_types::{
    ArtifactId, ConversationId, PrincipalId, TenantId, ToolCallId, TurnId, WorkspaceId,
    artifacts::ArtifactKind,
};
use sea_orm::entity::prelude::*;

/// A result that lives apart from the chat that made it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "artifact")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ArtifactId,
    /// Who owns it.
    pub owner_id: PrincipalId,
    /// The workspace it is kept in.
    pub workspace_id: Option<WorkspaceId>,
    /// What it is, and so how it is drawn.
    pub kind: ArtifactKind,
    /// Its title.
    pub title: String,
    /// Whether it is kept at hand.
    pub is_pinned: bool,
    /// The newest version's number, from 1.
    pub latest_version: i32,
    /// The conversation that made it.
    pub conversation_id: Option<ConversationId>,
    /// The turn that made it.
    pub turn_id: Option<TurnId>,
    /// The tool call that made it.
    pub tool_call_id: Option<ToolCallId>,
    /// `provider/model` that made it.
    pub model: Option<String>,
    /// When it was first made.
    pub created_at: DateTimeUtc,
    /// When its newest version was made.
    pub updated_at: DateTimeUtc,
    /// When it was thrown away.
    pub deleted_at: Option<DateTimeUtc>,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
