//! How a SQLite file is opened: one connection that writes, a few that read.

use super::{DbOptions, StoreError};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, sqlx::Connection};
use std::time::Duration;

/// Opens the one connection that writes, creating the file if there is none.
pub(super) async fn open_writer(options: &DbOptions) -> Result<DatabaseConnection, StoreError> {
    use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
    let mut connect = base(options);
    let busy = options.acquire_timeout;
    connect.max_connections(1).map_sqlx_sqlite_opts(move |opts| {
        opts.create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // With a WAL, NORMAL may lose the last transactions in a power cut and never tears one.
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(busy)
            .pragma("journal_size_limit", "67108864")
            .pragma("temp_store", "memory")
    });
    Ok(Database::connect(connect).await?)
}

/// Opens the connections that read; they cannot write even by mistake.
pub(super) async fn open_readers(options: &DbOptions) -> Result<DatabaseConnection, StoreError> {
    let mut connect = base(options);
    let busy = options.acquire_timeout;
    connect.max_connections(options.max_readers.max(1)).map_sqlx_sqlite_opts(move |opts| {
        opts.foreign_keys(true).busy_timeout(busy).pragma("query_only", "on").pragma("temp_store", "memory")
    });
    Ok(Database::connect(connect).await?)
}

fn base(options: &DbOptions) -> ConnectOptions {
    let mut connect = ConnectOptions::new(&options.url);
    connect
        .sqlx_logging(false)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .min_connections(1)
        .map_sqlx_sqlite_before_acquire(|connection, _| {
            // When the disk is full SQLite rolls back by itself, the driver's own rollback then fails, and
            // it counts a transaction that is not there: what the next one commits would be lost. Such a
            // connection is closed and another one opened.
            Box::pin(async move { Ok(!Connection::is_in_transaction(connection)) })
        });
    connect
}
