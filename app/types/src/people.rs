//! Who somebody is and what they hold.

use crate::{ColorScheme, Locale, PrincipalId, TenantId, TokenId, enums::words, tenants::BrandView};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words!(/// What kind of principal acts.
PrincipalKind {
    /// A person.
    User = "user",
    /// A program with its own rights.
    ServiceAccount = "service_account",
    /// A role's agent.
    Agent = "agent",
    /// PENNY itself.
    System = "system",
});

words!(/// The built-in roles, weakest first.
Role {
    /// Reads what is shared with them and asks.
    Viewer = "viewer",
    /// Makes conversations, artifacts and dashboards.
    Creator = "creator",
    /// Shares, approves and sees the team's work.
    Manager = "manager",
    /// Runs the tenant.
    Admin = "admin",
});

/// The signed-in person, as the page needs to know them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ViewerView {
    /// Their id.
    pub id: PrincipalId,
    /// Their tenant.
    pub tenant_id: TenantId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: Option<String>,
    /// Their roles.
    pub roles: Vec<Role>,
    /// Their language.
    pub locale: Locale,
    /// Their colour scheme.
    pub color_scheme: ColorScheme,
    /// IANA name of their time zone.
    pub time_zone: String,
    /// The look of their tenant.
    pub brand: BrandView,
}

/// What a person may change about how they see PENNY.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreferencesPatch {
    /// Their language.
    pub locale: Option<Locale>,
    /// Their colour scheme.
    pub color_scheme: Option<ColorScheme>,
    /// IANA name of their time zone.
    pub time_zone: Option<String>,
}

/// A personal access token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenView {
    /// Its id.
    pub id: TokenId,
    /// What its owner called it.
    pub name: String,
    /// What it may be used for; empty means all its owner may.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}
