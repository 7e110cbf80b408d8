//! How people sign in.

use super::lenient;
use penny_types::people::Role;
use secrecy::SecretString;
use serde::Deserialize;
use std::{collections::BTreeMap, time::Duration};
use url::Url;

/// The `[auth]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Whether e-mail and password work.
    #[serde(deserialize_with = "lenient::parsed")]
    pub password_enabled: bool,
    /// Days without a visit after which a browser signs in again.
    #[serde(deserialize_with = "lenient::parsed")]
    pub session_days: u32,
    /// OpenID Connect providers by the name in their addresses.
    #[serde(default)]
    pub oidc: BTreeMap<String, OpenIdProvider>,
}

/// An `[auth.oidc.NAME]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenIdProvider {
    /// What the button says; the section's name when absent.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub name: Option<String>,
    /// The issuer's address, exactly as the provider states it.
    pub issuer: Url,
    /// Who we are to it.
    pub client_id: String,
    /// What proves it; absent for a public client.
    #[serde(default, deserialize_with = "lenient::secret")]
    pub client_secret: Option<SecretString>,
    /// What is asked for, separated by spaces.
    #[serde(default = "default_scopes")]
    pub scopes: String,
    /// Whether a verified address may find the account that already has it.
    #[serde(default, deserialize_with = "lenient::parsed")]
    pub link_by_email: bool,
    /// The role of somebody who comes the first time.
    #[serde(default = "default_role", deserialize_with = "lenient::parsed")]
    pub default_role: Role,
    /// The slug of the tenant whose people these are; the default tenant when absent.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub tenant: Option<String>,
}

fn default_scopes() -> String {
    "openid email profile".to_owned()
}

const fn default_role() -> Role {
    Role::Creator
}

impl OpenIdProvider {
    /// Returns what is asked for.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.split_whitespace()
    }
}

impl Auth {
    /// Returns how long a browser stays signed in without a visit.
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
                    .push(format!("auth.oidc.{name}: the name takes lower-case letters, digits and hyphens"));
            }
            if !matches!(provider.issuer.scheme(), "http" | "https") {
                problems.push(format!("auth.oidc.{name}.issuer must begin with https://"));
            }
            if provider.client_id.is_empty() {
                problems.push(format!("auth.oidc.{name}.client_id is missing"));
            }
            if !matches!(provider.default_role, Role::Viewer | Role::Creator) {
                problems.push(format!("auth.oidc.{name}.default_role may be viewer or creator"));
            }
            if !provider.scopes().any(|scope| scope == "openid") {
                problems.push(format!("auth.oidc.{name}.scopes must contain openid"));
            }
        }
    }
}
