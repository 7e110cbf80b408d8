//! The `[database]` section.

use super::{DataConfig, lenient};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::path::PathBuf;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// The connection URL; secret because it may contain a password.
    #[serde(deserialize_with = "lenient::secret")]
    pub url: Option<SecretString>,
    /// The maximum size of the Postgres connection pool.
    #[serde(deserialize_with = "lenient::parsed")]
    pub max_connections: u32,
}

impl DatabaseConfig {
    /// Returns the configured URL, or that of the SQLite file in the data folder.
    #[must_use]
    pub fn url_or_default(&self, data: &DataConfig) -> SecretString {
        self.url.clone().unwrap_or_else(|| {
            SecretString::from(format!("sqlite://{}", Self::default_sqlite_path(data).display()))
        })
    }

    /// Returns the path of the SQLite file that is used when no URL is configured.
    #[must_use]
    pub fn default_sqlite_path(data: &DataConfig) -> PathBuf {
        data.dir.join("penny.sqlite")
    }

    /// Returns whether the database is SQLite, which supports a single process.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.url.as_ref().is_none_or(|url| url.expose_secret().starts_with("sqlite:"))
    }

    /// Returns the display name of the database system.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        if self.is_sqlite() { "SQLite" } else { "Postgres" }
    }

    pub(super) fn validate(&self, problems: &mut Vec<String>) {
        if let Some(url) = &self.url
            && !["sqlite:", "postgres://", "postgresql://"].iter().any(|s| url.expose_secret().starts_with(s))
        {
            problems.push("database.url must start with sqlite:// or postgres://".to_owned());
        }
        if !(2..=1000).contains(&self.max_connections) {
            problems.push("database.max_connections must be between 2 and 1000".to_owned());
        }
    }
}
