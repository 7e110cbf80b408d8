//! Table `tenant`.

use crate::scope::TenantScoped;
use penny_types::{Locale, TenantId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TenantId,
    /// Unique in the installation.
    pub slug: String,
    pub name: String,
    /// Whether unknown hosts resolve to this tenant; at most one tenant has it set.
    pub is_default: bool,
    /// Locale of content that is not addressed to one user.
    pub locale: Locale,
    /// IANA name; determines where days begin.
    pub time_zone: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Version of the tenant's policy set: changes with its custom roles and policies.
    pub policy_version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::Id;
}
