//! Table `principal`.

use crate::scope::TenantScoped;
use penny_types::{ColorScheme, Locale, PrincipalId, TenantId, people::PrincipalKind};
use sea_orm::entity::prelude::*;

/// A user, a service account or an agent. The same address in two tenants is two users.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "principal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PrincipalId,
    pub kind: PrincipalKind,
    pub email: Option<String>,
    /// Normalised for comparison, unique in the tenant.
    pub email_normalised: Option<String>,
    pub display_name: String,
    /// In PHC format.
    pub password_hash: Option<String>,
    /// Whether the principal may sign in and act.
    pub is_active: bool,
    pub locale: Locale,
    pub color_scheme: ColorScheme,
    /// IANA name.
    pub time_zone: String,
    /// Object of text attributes that access policies can read, such as a department.
    pub attributes: Json,
    pub last_signed_in_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
