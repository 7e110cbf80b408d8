//! Database connection options.

use std::{fmt, time::Duration};

/// Database URL, pool sizes and timeouts.
#[derive(Clone)]
pub struct DbOptions {
    /// `sqlite://path/to/file.db` or `postgres://user@host/name`.
    pub url: String,
    /// Size of the PostgreSQL connection pool.
    pub max_connections: u32,
    /// Number of SQLite read connections, in addition to the single write connection.
    pub max_readers: u32,
    /// Maximum wait for a connection and, on SQLite, for a lock held by another process.
    pub acquire_timeout: Duration,
    /// Maximum duration of a PostgreSQL statement.
    pub statement_timeout: Duration,
}

impl DbOptions {
    /// Returns options with defaults for a single process.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 16,
            max_readers: 4,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
        }
    }

    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }
}

impl fmt::Debug for DbOptions {
    /// Omits the URL because it may contain a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DbOptions")
            .field("is_sqlite", &self.is_sqlite())
            .field("max_connections", &self.max_connections)
            .field("max_readers", &self.max_readers)
            .finish_non_exhaustive()
    }
}
