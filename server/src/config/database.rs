//! Which database.

use super::{Data, lenient};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

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
        self.url.clone().unwrap_or_else(|| {
            SecretString::from(format!("sqlite://{}", data.dir.join("penny.sqlite").display()))
        })
    }

    /// Names the kind of database, for people.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.url {
            Some(url) if !url.expose_secret().starts_with("sqlite:") => "Postgres",
            _ => "SQLite",
        }
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
