//! Table `tenant`.

use crate::scope::TenantScoped;
use penny_types::{Locale, TenantId};
use sea_orm::entity::prelude::*;

/// A company.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TenantId,
    /// Its short name, for people who type it.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Whether hosts that no tenant claims mean this one; at most one does.
    pub is_default: bool,
    /// The language of what has no reader of its own.
    pub locale: Locale,
    /// IANA name of the time zone in which its days begin.
    pub time_zone: String,
    /// ISO 4217 code of its amounts.
    pub currency: String,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
}

/// None: rows are read by key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::Id;
}
