//! Table `artifact_version`.

use crate::scope::TenantScoped;
use penny_types::{ArtifactId, ArtifactVersionId, PrincipalId, TenantId, ToolCallId, TurnId};
use sea_orm::entity::prelude::*;

/// One immutable version of an artifact.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "artifact_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ArtifactVersionId,
    pub artifact_id: ArtifactId,
    /// From 1.
    pub number: i32,
    /// BLAKE3 digest of the bytes.
    pub digest: Vec<u8>,
    pub media_type: String,
    pub size_bytes: i64,
    pub created_by: PrincipalId,
    pub turn_id: Option<TurnId>,
    pub tool_call_id: Option<ToolCallId>,
    /// `provider/model`.
    pub model: Option<String>,
    /// Array of the versions it was derived from.
    pub inputs: Json,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
