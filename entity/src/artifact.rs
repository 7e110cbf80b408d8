//! Table `artifact`.

use crate::scope::TenantScoped;
use penny_types::{
    ArtifactId, ConversationId, PrincipalId, TenantId, ToolCallId, TurnId, WorkspaceId,
    artifacts::ArtifactKind,
};
use sea_orm::entity::prelude::*;

/// An artifact. It outlives the conversation in which it was created.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "artifact")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ArtifactId,
    pub owner_id: PrincipalId,
    pub workspace_id: Option<WorkspaceId>,
    pub kind: ArtifactKind,
    pub title: String,
    pub is_pinned: bool,
    /// Array of labels that access policies can read.
    pub labels: Json,
    /// Number of the latest version, from 1.
    pub latest_version: i32,
    pub conversation_id: Option<ConversationId>,
    pub turn_id: Option<TurnId>,
    pub tool_call_id: Option<ToolCallId>,
    /// `provider/model`.
    pub model: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// When it was deleted; it is erased after the retention period.
    pub deleted_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
