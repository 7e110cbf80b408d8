//! How the tables came to be, and who may touch them.
//!
//! Migrations make the tables, the same for SQLite and PostgreSQL. On PostgreSQL [`protect`] then
//! closes every table of `penny_entity::tables` with row-level security, so that a table cannot be
//! added and forgotten. Everything happens in one transaction that waits for other processes
//! starting at the same time.

mod branches;
mod columns;
mod first;
mod heads;
mod protect;

use sea_orm_migration::{
    MigrationTrait, MigratorTrait,
    sea_orm::{
        ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode, TransactionOptions,
        TransactionTrait,
    },
};

/// Names the lock that keeps two starting processes apart.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7305807431)";

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(first::Migration), Box::new(heads::Migration), Box::new(branches::Migration)]
    }
}

/// Brings the database up to date; returns how many migrations were applied.
///
/// # Errors
/// When a statement is refused; then nothing was changed.
pub async fn migrate(database: &DatabaseConnection) -> Result<usize, DbErr> {
    let mode = Some(SqliteTransactionMode::Immediate);
    let options = TransactionOptions { sqlite_transaction_mode: mode, ..Default::default() };
    let tx = database.begin_with_options(options).await?;
    let is_postgres = tx.get_database_backend() == DbBackend::Postgres;
    if is_postgres {
        tx.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
        tx.execute_unprepared(LOCK).await?;
    }
    let applied = Migrator::get_pending_migrations(&tx).await?.len();
    Migrator::up(&tx, None).await?;
    if is_postgres {
        protect::protect(&tx).await?;
    }
    tx.commit().await?;
    Ok(applied)
}

/// Counts the migrations that have not been applied, changing nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn pending(database: &impl ConnectionTrait) -> Result<usize, DbErr> {
    Ok(Migrator::get_pending_migrations_read_only(database).await?.len())
}
