//! The `[auth]` section: sign-in and sessions.

use super::lenient;
use penny_types::people::Role;
use secrecy::SecretString;
use serde::Deserialize;
use std::{collections::BTreeMap, time::Duration};
use url::Url;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthConfig {
    /// Whether users may sign in with e-mail and password.
    #[serde(deserialize_with = "lenient::parsed")]
    pub password_enabled: bool,
    /// The lifetime of a session after its last use, in days.
    #[serde(deserialize_with = "lenient::parsed")]
    pub session_days: u32,
    /// OpenID Connect providers by slug.
    #[serde(default)]
    pub oidc: BTreeMap<String, OpenIdProviderConfig>,
}

/// An `[auth.oidc.NAME]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenIdProviderConfig {
    /// The label of the sign-in button. Default: the slug.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub name: Option<String>,
    /// The issuer, exactly as the provider states it.
    pub issuer: Url,
    pub client_id: String,
    /// Absent for a public client.
    #[serde(default, deserialize_with = "lenient::secret")]
    pub client_secret: Option<SecretString>,
    /// Requested scopes, separated by spaces.
    #[serde(default = "default_scopes")]
    pub scopes: String,
    /// Whether a verified e-mail address is linked to the existing account with that address.
    #[serde(default, deserialize_with = "lenient::parsed")]
    pub link_by_email: bool,
    /// The role of a user at their first sign-in.
    #[serde(default = "default_role", deserialize_with = "lenient::parsed")]
    pub default_role: Role,
    /// The slug of the tenant that the users belong to. Default: the default tenant.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub tenant: Option<String>,
}

fn default_scopes() -> String {
    "openid email profile".to_owned()
}

const fn default_role() -> Role {
    Role::Creator
}

impl OpenIdProviderConfig {
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.split_whitespace()
    }
}

impl AuthConfig {
    /// Returns the lifetime of a session after its last use.
    #[must_use]
    pub fn session_lifetime(&self) -> Duration {
        Duration::from_secs(u64::from(self.session_days) * 24 * 60 * 60)
    }

    pub(super) fn validate(&self, problems: &mut Vec<String>) {
        if !(1..=365).contains(&self.session_days) {
            problems.push("auth.session_days must be between 1 and 365".to_owned());
        }
        for (name, provider) in &self.oidc {
            if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
            {
                problems
                    .push(format!("auth.oidc.{name}: the name may contain only lower-case letters, digits, hyphens and underscores"));
            }
            if !matches!(provider.issuer.scheme(), "http" | "https") {
                problems.push(format!("auth.oidc.{name}.issuer must start with https://"));
            }
            if provider.client_id.is_empty() {
                problems.push(format!("auth.oidc.{name}.client_id is missing"));
            }
            if !matches!(provider.default_role, Role::Viewer | Role::Creator) {
                problems.push(format!("auth.oidc.{name}.default_role must be viewer or creator"));
            }
            if !provider.scopes().any(|scope| scope == "openid") {
                problems.push(format!("auth.oidc.{name}.scopes must contain openid"));
            }
        }
    }
}
