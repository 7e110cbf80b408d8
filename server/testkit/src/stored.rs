//! Restores the stored data of an earlier version for a test: the data folder and, for PostgreSQL, the
//! database.
//!
//! `scripts/fixtures/capture.py` captures it. A test works on a copy, never on the committed files.

use crate::postgres;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use serde::de::DeserializeOwned;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// A copy of the data that one version of the program stored.
#[derive(Debug)]
pub struct StoredData {
    fixture: PathBuf,
    folder: TempDir,
    postgres_url: Option<String>,
}

impl StoredData {
    /// Unpacks the data folder of a fixture and restores its database dump, if it has one, into a fresh
    /// database. Returns `None`, and prints that the test is skipped, when that needs PostgreSQL and there is
    /// no server.
    ///
    /// # Panics
    /// When the fixture is incomplete or the server rejects the dump.
    #[expect(clippy::expect_used, reason = "a test cannot continue without its data")]
    pub async fn restore(fixture: &Path) -> Option<Self> {
        let dump = fixture.join("database.sql");
        let postgres_url = if dump.exists() { Some(postgres::fresh_database().await?) } else { None };
        if let Some(url) = &postgres_url {
            let sql = fs::read_to_string(&dump).expect("cannot read the dump");
            let connection = connect(url).await;
            connection.execute_unprepared(&sql).await.expect("cannot restore the dump");
            connection.close().await.expect("cannot close the connection");
        }
        let stored = Self {
            fixture: fixture.to_owned(),
            folder: tempfile::tempdir().expect("cannot create a temporary folder"),
            postgres_url,
        };
        fs::create_dir(stored.data_dir()).expect("cannot create the data folder");
        let unpacked = Command::new("tar")
            .arg("-xzf")
            .arg(fixture.join("data.tar.gz"))
            .args(["--no-same-owner", "-C"])
            .arg(stored.data_dir())
            .status();
        assert!(unpacked.expect("cannot run tar").success(), "cannot unpack the data folder");
        Some(stored)
    }

    /// Returns the data folder.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Returns the database URL.
    #[must_use]
    pub fn database_url(&self) -> String {
        let sqlite = || format!("sqlite://{}", self.data_dir().join("penny.sqlite").display());
        self.postgres_url.clone().unwrap_or_else(sqlite)
    }

    /// Reads `fixture.json`: what was stored, and what reading it back must return.
    ///
    /// # Panics
    /// When it does not have the shape of `T`.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test cannot continue without its data")]
    pub fn manifest<T: DeserializeOwned>(&self) -> T {
        let text = fs::read_to_string(self.fixture.join("fixture.json")).expect("cannot read the manifest");
        serde_json::from_str(&text).expect("the manifest does not have the expected shape")
    }

    /// Runs `sql` directly, without row-level security for a tenant, and returns the number in its first
    /// column.
    ///
    /// # Panics
    /// When the database rejects the statement or the column is not a number.
    #[expect(clippy::expect_used, reason = "a test cannot continue without its database")]
    pub async fn read_number(&self, sql: &str) -> i64 {
        let connection = connect(&self.database_url()).await;
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let row = connection.query_one_raw(statement).await.expect("the statement failed");
        let number = row
            .expect("the statement returned no row")
            .try_get_by_index(0)
            .expect("the first column is not a number");
        connection.close().await.expect("cannot close the connection");
        number
    }

    /// Returns whether the blob with this digest, in hexadecimal, exists for any tenant.
    #[must_use]
    pub fn has_blob(&self, digest: &str) -> bool {
        let tenants = fs::read_dir(self.data_dir().join("blobs")).into_iter().flatten().flatten();
        let mut files =
            tenants.map(|tenant| tenant.path().join(digest.get(..2).unwrap_or_default()).join(digest));
        files.any(|file| file.is_file())
    }
}

/// Opens a single connection: a dump sets the search path of its session.
#[expect(clippy::expect_used, reason = "a test cannot continue without its database")]
async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect("cannot connect to the database")
}
