//! Fresh databases for store tests: every such test runs on SQLite and, where there is a server, on
//! PostgreSQL.
//!
//! A test says `for database in both().await { .. }` and works with `database.db` and a context made
//! of `database.world`.

use crate::{
    doubles::{QuietBus, test_world},
    postgres,
};
use penny_core::{
    ctx::{Ctx, World},
    db::{Db, DbOptions},
};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseTransaction, QueryResult, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait,
};
use std::{path::Path, sync::Arc};
use tempfile::TempDir;
use uuid::Uuid;

/// A fresh, migrated database and a world in which time and ids are repeatable.
#[derive(Debug)]
pub struct TestDb {
    /// The database.
    pub db: Db,
    /// How it was reached, to open it a second time.
    pub options: DbOptions,
    /// What was announced on its bus.
    pub bus: Arc<QuietBus>,
    /// Time, identity and chance.
    pub world: World,
    /// Removes a SQLite file when the test is over.
    _folder: Option<TempDir>,
}

impl TestDb {
    /// Opens and migrates the database the options name.
    ///
    /// # Panics
    /// When it cannot: the test has nothing to stand on.
    #[expect(clippy::expect_used, reason = "a test without a database cannot go on")]
    pub async fn open(options: DbOptions, folder: Option<TempDir>) -> Self {
        let bus = Arc::new(QuietBus::default());
        let db = Db::connect(&options, bus.clone()).await.expect("the test database opens");
        db.migrate().await.expect("the test database takes its migrations");
        Self { db, options, bus, world: test_world(), _folder: folder }
    }

    /// Mints an identifier of any kind.
    #[must_use]
    pub fn mint<Id: From<Uuid>>(&self) -> Id {
        self.world.mint()
    }

    /// Says whether it is SQLite.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.options.is_sqlite()
    }
}

/// Returns the action, the target and the outcome of every record of a tenant's trail, oldest first.
///
/// # Panics
/// When it cannot be read.
#[expect(clippy::expect_used, reason = "a test that cannot read the trail cannot go on")]
pub async fn trail(db: &Db, ctx: &Ctx) -> Vec<[String; 3]> {
    let tx = db.read(ctx).await.expect("the database answers");
    let sql =
        "SELECT action, coalesce(target_id, '') AS target, outcome FROM audit_event ORDER BY occurred_at, id";
    let rows = tx.conn().query_all_raw(Statement::from_string(db.backend(), sql)).await;
    let text = |row: &QueryResult, name: &str| row.try_get::<String>("", name).expect("it is a text");
    let rows = rows.expect("the trail can be read");
    rows.iter().map(|row| ["action", "target", "outcome"].map(|name| text(row, name))).collect()
}

/// A SQLite file held by another program; it is free again when this is dropped or let go.
#[derive(Debug)]
pub struct Held(DatabaseTransaction);

impl Held {
    /// Holds a file as a program does that writes: others may read.
    ///
    /// # Panics
    /// When somebody else holds it for too long.
    #[expect(clippy::expect_used, reason = "a test that cannot hold the file cannot go on")]
    pub async fn hold(file: &Path) -> Self {
        let mut options = ConnectOptions::new(format!("sqlite://{}", file.display()));
        options.max_connections(1).sqlx_logging(false);
        let other = Database::connect(options).await.expect("the file opens");
        let mode = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
        Self(other.begin_with_options(options).await.expect("the file can be held"))
    }

    /// Lets it go.
    ///
    /// # Panics
    /// When the file is gone.
    #[expect(clippy::expect_used, reason = "a test without its file cannot go on")]
    pub async fn let_go(self) {
        self.0.rollback().await.expect("the file is still there");
    }
}

/// Makes a fresh SQLite file.
///
/// # Panics
/// When there is no room for one.
#[expect(clippy::expect_used, reason = "a test without a database cannot go on")]
pub async fn sqlite() -> TestDb {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("penny.db").display());
    TestDb::open(DbOptions::new(url), Some(folder)).await
}

/// Makes a fresh PostgreSQL database; `None` when there is no server, which it says in the output.
///
/// # Panics
/// When there is a server and it refuses.
pub async fn postgres() -> Option<TestDb> {
    let url = postgres::fresh_database().await?;
    let mut options = DbOptions::new(url);
    options.max_connections = 8;
    Some(TestDb::open(options, None).await)
}

/// Makes a fresh database of each kind there is.
///
/// # Panics
/// When one cannot be made.
pub async fn both() -> Vec<TestDb> {
    let mut databases = vec![sqlite().await];
    databases.extend(postgres().await);
    databases
}
