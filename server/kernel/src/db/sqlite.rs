//! SQLite connections: one for writing and a pool for reading.

use super::{DbOptions, StoreError};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, sqlx::Connection};
use std::time::Duration;

/// Opens the single write connection and creates the file if it is missing.
pub(super) async fn open_writer(options: &DbOptions) -> Result<DatabaseConnection, StoreError> {
    use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
    let mut connect = base_options(options);
    let busy_timeout = options.acquire_timeout;
    connect.max_connections(1).map_sqlx_sqlite_opts(move |opts| {
        opts.create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // In WAL mode, NORMAL may lose the last transactions on power loss but cannot corrupt the database.
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(busy_timeout)
            .pragma("journal_size_limit", "67108864")
            .pragma("temp_store", "memory")
    });
    Ok(Database::connect(connect).await?)
}

/// Opens the read connections. `query_only` prevents writes on them.
pub(super) async fn open_readers(options: &DbOptions) -> Result<DatabaseConnection, StoreError> {
    let mut connect = base_options(options);
    let busy_timeout = options.acquire_timeout;
    connect.max_connections(options.max_readers.max(1)).map_sqlx_sqlite_opts(move |opts| {
        opts.foreign_keys(true)
            .busy_timeout(busy_timeout)
            .pragma("query_only", "on")
            .pragma("temp_store", "memory")
    });
    Ok(Database::connect(connect).await?)
}

fn base_options(options: &DbOptions) -> ConnectOptions {
    let mut connect = ConnectOptions::new(&options.url);
    connect
        .sqlx_logging(false)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .min_connections(1)
        .map_sqlx_sqlite_before_acquire(|connection, _| {
            // When the disk is full, SQLite rolls back by itself and the driver's own rollback fails. The driver then
            // still counts an open transaction, and the changes of the next commit would be lost. Such a connection is
            // closed and replaced.
            Box::pin(async move { Ok(!Connection::is_in_transaction(connection)) })
        });
    connect
}
