//! Table `principal`.

use crate::scope::TenantScoped;
use penny_types::{ColorScheme, Locale, PrincipalId, TenantId, people::PrincipalKind};
use sea_orm::entity::prelude::*;

/// A user, a service account or an agent. The same address in two tenants is two users.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "principal")]
pub struct Model {
    /// The tenant it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PrincipalId,
    /// What kind of principal.
    pub kind: PrincipalKind,
    /// The address as it was given.
    pub email: Option<String>,
    /// The address as it is compared, unique in the tenant.
    pub email_normalised: Option<String>,
    /// The name to show.
    pub display_name: String,
    /// The password's hash in PHC format.
    pub password_hash: Option<String>,
    /// Whether it may sign in and act.
    pub is_active: bool,
    /// Its language.
    pub locale: Locale,
    /// Its colour scheme.
    pub color_scheme: ColorScheme,
    /// IANA name of its time zone.
    pub time_zone: String,
    /// When it last signed in.
    pub last_signed_in_at: Option<DateTimeUtc>,
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
    const TENANT: Column = Column::TenantId;
}
