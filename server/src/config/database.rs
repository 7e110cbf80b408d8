//! Which database.

use super::{Data, lenient};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::path::PathBuf;

/// The `[database]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Its address; a secret, since it may hold a password.
    #[serde(deserialize_with = "lenient::secret")]
    pub url: Option<SecretString>,
    /// The most connections to Postgres.
    #[serde(deserialize_with = "lenient::parsed")]
    pub max_connections: u32,
}

impl Database {
    /// Returns the address, the file in the data folder when none is configured.
    #[must_use]
    pub fn url_in(&self, data: &Data) -> SecretString {
        self.url
            .clone()
            .unwrap_or_else(|| SecretString::from(format!("sqlite://{}", Self::file_in(data).display())))
    }

    /// Returns the database's file in the data folder, for when no address is configured.
    #[must_use]
    pub fn file_in(data: &Data) -> PathBuf {
        data.dir.join("penny.sqlite")
    }

    /// Says whether the database is a SQLite file, which serves one process.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.url.as_ref().is_none_or(|url| url.expose_secret().starts_with("sqlite:"))
    }

    /// Names the kind of database, for people.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        if self.is_sqlite() { "SQLite" } else { "Postgres" }
    }

    pub(super) fn validate(&self, problems: &mut Vec<String>) {
        if let Some(url) = &self.url
            && !["sqlite:", "postgres://", "postgresql://"].iter().any(|s| url.expose_secret().starts_with(s))
        {
            problems.push("database.url must begin with sqlite:// or postgres://".to_owned());
        }
        if !(2..=1000).contains(&self.max_connections) {
            problems.push("database.max_connections must be between 2 and 1000".to_owned());
        }
    }
}
