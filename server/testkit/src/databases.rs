//! Fresh, migrated databases: SQLite and, where a server is configured, PostgreSQL.
//!
//! A test loops over [`test_databases`] and builds its contexts from `database.system`.

use crate::{
    doubles::{RecordingBus, test_system_ports},
    postgres,
};
use penny_kernel::{
    ctx::{Ctx, SystemPorts},
    db::{Db, DbOptions},
};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseTransaction, QueryResult, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait,
};
use std::{path::Path, sync::Arc};
use tempfile::TempDir;
use uuid::Uuid;

/// A fresh, migrated database with a deterministic clock, ids and entropy.
#[derive(Debug)]
pub struct TestDb {
    pub db: Db,
    /// Options to open the same database again.
    pub options: DbOptions,
    /// The event bus of `db`.
    pub bus: Arc<RecordingBus>,
    pub system: SystemPorts,
    /// Deletes the SQLite file when dropped.
    _folder: Option<TempDir>,
}

impl TestDb {
    /// Opens and migrates the database.
    ///
    /// # Panics
    /// When the connection or a migration fails.
    #[expect(clippy::expect_used, reason = "a test cannot continue without its database")]
    pub async fn open(options: DbOptions, folder: Option<TempDir>) -> Self {
        let bus = Arc::new(RecordingBus::default());
        let db = Db::connect(&options, bus.clone()).await.expect("cannot open the test database");
        db.migrate().await.expect("cannot migrate the test database");
        Self { db, options, bus, system: test_system_ports(), _folder: folder }
    }

    #[must_use]
    pub fn new_id<Id: From<Uuid>>(&self) -> Id {
        self.system.new_id()
    }

    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.options.is_sqlite()
    }
}

/// Returns the action, target and outcome of every audit record of the tenant, oldest first.
///
/// # Panics
/// When the records cannot be read.
#[expect(clippy::expect_used, reason = "a test cannot continue without the audit records")]
pub async fn audit_records(db: &Db, ctx: &Ctx) -> Vec<[String; 3]> {
    let tx = db.read(ctx).await.expect("cannot begin a read transaction");
    let sql =
        "SELECT action, coalesce(target_id, '') AS target, outcome FROM audit_event ORDER BY occurred_at, id";
    let rows = tx.conn().query_all_raw(Statement::from_string(db.backend(), sql)).await;
    let text =
        |row: &QueryResult, name: &str| row.try_get::<String>("", name).expect("the column is not text");
    let rows = rows.expect("cannot read the audit records");
    rows.iter().map(|row| ["action", "target", "outcome"].map(|name| text(row, name))).collect()
}

/// A write lock on a SQLite file, held by a second connection until it is released or dropped.
#[derive(Debug)]
pub struct SqliteWriteLock(DatabaseTransaction);

impl SqliteWriteLock {
    /// Takes the write lock; other connections can still read.
    ///
    /// # Panics
    /// When another connection does not release the lock before the busy timeout.
    #[expect(clippy::expect_used, reason = "a test cannot continue without the lock")]
    pub async fn acquire(file: &Path) -> Self {
        let mut options = ConnectOptions::new(format!("sqlite://{}", file.display()));
        options.max_connections(1).sqlx_logging(false);
        let other = Database::connect(options).await.expect("cannot open the file");
        let mode = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
        Self(other.begin_with_options(options).await.expect("cannot lock the file"))
    }

    /// Releases the lock.
    ///
    /// # Panics
    /// When the rollback fails.
    #[expect(clippy::expect_used, reason = "a test cannot continue with the file locked")]
    pub async fn release(self) {
        self.0.rollback().await.expect("cannot release the lock");
    }
}

/// Creates a SQLite database in a temporary folder.
///
/// # Panics
/// When the folder or the database cannot be created.
#[expect(clippy::expect_used, reason = "a test cannot continue without its database")]
pub async fn sqlite() -> TestDb {
    let folder = tempfile::tempdir().expect("cannot create a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("penny.db").display());
    TestDb::open(DbOptions::new(url), Some(folder)).await
}

/// Creates a PostgreSQL database; `None` when no server is configured.
///
/// # Panics
/// When the server is configured but the database cannot be created.
pub async fn postgres() -> Option<TestDb> {
    let url = postgres::fresh_database().await?;
    let mut options = DbOptions::new(url);
    options.max_connections = 8;
    Some(TestDb::open(options, None).await)
}

/// Creates a SQLite database and, where a server is configured, a PostgreSQL database.
///
/// # Panics
/// When one cannot be created.
pub async fn test_databases() -> Vec<TestDb> {
    let mut databases = vec![sqlite().await];
    databases.extend(postgres().await);
    databases
}
