//! Database migrations and row-level security.
//!
//! Migrations create the same tables on SQLite and PostgreSQL. On PostgreSQL [`protect`] then enables
//! row-level security for every table of `penny_entity::tables`. All changes run in one transaction, which
//! waits for other processes that start at the same time.

mod access;
mod branches;
mod columns;
mod first;
mod heads;
mod jobs;
mod protect;

use sea_orm_migration::{
    MigrationTrait, MigratorTrait,
    sea_orm::{
        ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqliteTransactionMode, TransactionOptions,
        TransactionTrait,
    },
};

/// Serialises migrations of processes that start at the same time.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7305807431)";

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(first::Migration),
            Box::new(heads::Migration),
            Box::new(branches::Migration),
            Box::new(access::Migration),
            Box::new(jobs::Migration),
        ]
    }
}

/// Applies pending migrations and returns their number.
///
/// # Errors
/// When a statement fails. Then nothing was changed.
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
    if is_postgres && applied > 0 {
        protect::suspend_for_owner(&tx).await?;
    }
    Migrator::up(&tx, None).await?;
    if is_postgres {
        protect::protect(&tx, applied > 0).await?;
    }
    tx.commit().await?;
    Ok(applied)
}

/// Counts pending migrations without changing the database.
///
/// # Errors
/// When the database fails.
pub async fn pending(database: &impl ConnectionTrait) -> Result<usize, DbErr> {
    Ok(Migrator::get_pending_migrations_read_only(database).await?.len())
}
