//! Principals, roles, the signed-in user and access tokens.

use crate::{ColorScheme, Locale, PrincipalId, TenantId, TokenId, enums::string_enum, tenants::BrandView};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

string_enum!(/// The kind of a principal.
PrincipalKind {
    User = "user",
    /// A program with rights of its own.
    ServiceAccount = "service_account",
    /// An AI agent that acts for a role.
    Agent = "agent",
    /// PENNY itself.
    System = "system",
});

string_enum!(/// The built-in roles, from least to most privileged.
Role {
    /// Can read shared content and chat.
    Viewer = "viewer",
    /// Can also create conversations, artifacts and dashboards.
    Creator = "creator",
    /// Can also share, approve and see the team's work.
    Manager = "manager",
    /// Can also administer the tenant.
    Admin = "admin",
});

/// The signed-in user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ViewerView {
    pub id: PrincipalId,
    pub tenant_id: TenantId,
    pub name: String,
    pub email: Option<String>,
    pub roles: Vec<Role>,
    pub locale: Locale,
    pub color_scheme: ColorScheme,
    /// IANA time zone name.
    pub time_zone: String,
    /// Branding of the tenant.
    pub brand: BrandView,
}

/// Changes to the user's preferences; absent fields stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreferencesPatch {
    pub locale: Option<Locale>,
    pub color_scheme: Option<ColorScheme>,
    /// IANA time zone name.
    pub time_zone: Option<String>,
}

/// A personal access token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenView {
    pub id: TokenId,
    pub name: String,
    /// Permitted scopes; empty means all rights of the owner.
    pub scopes: Vec<String>,
    pub created_at: DateTime<Utc>,
    /// Absent means that the token does not expire.
    pub expires_at: Option<DateTime<Utc>>,
    /// Accurate to the minute; absent if never used.
    pub last_used_at: Option<DateTime<Utc>>,
}
