//! How the database is reached.

use std::{fmt, time::Duration};

/// Where the database is and how many connections it gets.
#[derive(Clone)]
pub struct DbOptions {
    /// `sqlite://path/to/file.db` or `postgres://user@host/name`.
    pub url: String,
    /// Connections to PostgreSQL.
    pub max_connections: u32,
    /// Connections that read a SQLite file; one more writes.
    pub max_readers: u32,
    /// How long a request waits for a connection, and SQLite for another program's lock.
    pub acquire_timeout: Duration,
    /// How long one statement may run on PostgreSQL.
    pub statement_timeout: Duration,
}

impl DbOptions {
    /// Makes options with sizes that suit one process.
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

    /// Says whether the database is a SQLite file.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }
}

impl fmt::Debug for DbOptions {
    /// Leaves the address out: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DbOptions")
            .field("is_sqlite", &self.is_sqlite())
            .field("max_connections", &self.max_connections)
            .field("max_readers", &self.max_readers)
            .finish_non_exhaustive()
    }
}
