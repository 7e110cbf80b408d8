//! Table `artifact_version`.

use crate::scope::TenantScoped;
use penny_types::{ArtifactId, ArtifactVersionId, PrincipalId, TenantId, ToolCallId, TurnId};
use sea_orm::entity::prelude::*;

/// One immutable version of an artifact.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "artifact_version")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ArtifactVersionId,
    /// The artifact.
    pub artifact_id: ArtifactId,
    /// Its number, from 1.
    pub number: i32,
    /// BLAKE3 of its bytes.
    pub digest: Vec<u8>,
    /// Media type of its bytes.
    pub media_type: String,
    /// How many bytes.
    pub size_bytes: i64,
    /// Who made it.
    pub created_by: PrincipalId,
    /// The turn that made it.
    pub turn_id: Option<TurnId>,
    /// The tool call that made it.
    pub tool_call_id: Option<ToolCallId>,
    /// `provider/model` that made it.
    pub model: Option<String>,
    /// What it was made from.
    pub inputs: Json,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
