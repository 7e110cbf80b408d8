//! The database handle: opens connections and starts transactions.

use super::{
    DbOptions, LookupTx, LookupWriteTx, ReadTx, StoreError, WriteTx,
    classify::{ErrorClass, classify},
    sqlite,
};
use crate::ctx::Ctx;
use parking_lot::Mutex;
use penny_ports::bus::EventBus;
use sea_orm::{
    ConnAcquireErr, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use std::{sync::Arc, time::Duration};

/// An idle PostgreSQL connection is tested before use after this time.
const TEST_AFTER_IDLE: Duration = Duration::from_millis(500);

/// The database handle. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    backend: DbBackend,
    /// Size of the PostgreSQL pool; 0 on SQLite.
    max_connections: u32,
    bus: Arc<dyn EventBus>,
}

impl Db {
    /// Opens the database. Committed transactions publish their user events on `bus`.
    ///
    /// # Errors
    /// If the URL is invalid or the SQLite file cannot be opened. PostgreSQL connections are opened lazily, so an
    /// unreachable server is reported by the first transaction.
    pub async fn connect(options: &DbOptions, bus: Arc<dyn EventBus>) -> Result<Self, StoreError> {
        if options.is_sqlite() {
            if options.url.contains(":memory:") {
                return Err(StoreError::Failed(DbErr::Custom(
                    "in-memory SQLite databases are not supported".to_owned(),
                )));
            }
            // The writer is opened first because it creates the file and enables WAL mode.
            let writer = sqlite::open_writer(options).await?;
            let reader = sqlite::open_readers(options).await?;
            return Ok(Self { writer, reader, backend: DbBackend::Sqlite, max_connections: 0, bus });
        }
        let max_connections = options.max_connections.max(2);
        let mut connect = ConnectOptions::new(&options.url);
        connect
            .sqlx_logging(false)
            .connect_lazy(true)
            .max_connections(max_connections)
            .acquire_timeout(options.acquire_timeout)
            .statement_timeout(options.statement_timeout)
            .test_before_acquire_if_idle_for(TEST_AFTER_IDLE);
        let pool = Database::connect(connect).await?;
        Ok(Self { writer: pool.clone(), reader: pool, backend: DbBackend::Postgres, max_connections, bus })
    }

    #[must_use]
    pub const fn backend(&self) -> DbBackend {
        self.backend
    }

    /// Applies pending migrations and returns their number. Several processes may call this at the same time.
    ///
    /// # Errors
    /// If a migration fails; then none is applied.
    pub async fn migrate(&self) -> Result<usize, StoreError> {
        penny_migration::migrate(&self.writer).await.map_err(|error| self.map_error(error))
    }

    /// Checks that the database is reachable and its schema is current.
    ///
    /// # Errors
    /// [`StoreError::Outdated`] if migrations are pending; otherwise the connection error.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.reader.execute_unprepared("SELECT 1").await.map_err(|error| self.map_error(error))?;
        match penny_migration::pending(&self.reader).await.map_err(|error| self.map_error(error))? {
            0 => Ok(()),
            pending => Err(StoreError::Outdated { pending }),
        }
    }

    /// Starts a read-only transaction for the context's tenant.
    ///
    /// # Errors
    /// If the database is unavailable or busy.
    pub async fn read(&self, ctx: &Ctx) -> Result<ReadTx, StoreError> {
        Ok(ReadTx { tx: self.begin_as(&self.reader, TxRole::Tenant(ctx), true).await? })
    }

    /// Starts a write transaction for the context's tenant. On SQLite this waits for the current write transaction.
    ///
    /// # Errors
    /// If the database is unavailable or busy.
    pub async fn begin(&self, ctx: &Ctx) -> Result<WriteTx, StoreError> {
        let tx = self.begin_as(&self.writer, TxRole::Tenant(ctx), false).await?;
        Ok(WriteTx { tx, bus: Arc::clone(&self.bus), user_events: Mutex::default() })
    }

    /// Starts a read-only transaction with the lookup role, before the tenant is known.
    ///
    /// # Errors
    /// If the database is unavailable or busy.
    pub async fn lookup(&self) -> Result<LookupTx, StoreError> {
        Ok(LookupTx { tx: self.begin_as(&self.reader, TxRole::Lookup, true).await? })
    }

    /// Starts a write transaction with the lookup role, before the tenant is known.
    ///
    /// # Errors
    /// If the database is unavailable or busy.
    pub async fn begin_lookup(&self) -> Result<LookupWriteTx, StoreError> {
        Ok(LookupWriteTx { tx: self.begin_as(&self.writer, TxRole::Lookup, false).await? })
    }

    /// Waits for running transactions and closes all connections.
    ///
    /// # Errors
    /// If a connection cannot be closed.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.reader.close_by_ref().await?;
        Ok(self.writer.close_by_ref().await?)
    }

    async fn begin_as(
        &self,
        pool: &DatabaseConnection,
        role: TxRole<'_>,
        is_read_only: bool,
    ) -> Result<DatabaseTransaction, StoreError> {
        // After a server restart all idle connections are dead but still in the pool. Each attempt removes one of
        // them, so after this many attempts the pool has opened a new connection or has failed to.
        let mut attempts_left = self.max_connections;
        loop {
            match self.try_begin_as(pool, role, is_read_only).await {
                Err(error) if attempts_left > 0 && is_dead_connection(&error) => attempts_left -= 1,
                result => return result.map_err(|error| self.map_error(error)),
            }
        }
    }

    async fn try_begin_as(
        &self,
        pool: &DatabaseConnection,
        role: TxRole<'_>,
        is_read_only: bool,
    ) -> Result<DatabaseTransaction, DbErr> {
        let mode =
            if is_read_only { SqliteTransactionMode::Deferred } else { SqliteTransactionMode::Immediate };
        let options = TransactionOptions { sqlite_transaction_mode: Some(mode), ..Default::default() };
        let tx = pool.begin_with_options(options).await?;
        if self.backend == DbBackend::Postgres {
            match role {
                TxRole::Tenant(ctx) => assume_tenant_role(&tx, ctx, is_read_only).await?,
                TxRole::Lookup => assume_lookup_role(&tx, is_read_only).await?,
            }
        }
        Ok(tx)
    }

    /// Converts an error. A timeout while acquiring a connection means `Unavailable` on PostgreSQL, where the pool also
    /// waits for an unreachable server, and `Busy` on SQLite, where it only waits for another writer.
    fn map_error(&self, error: DbErr) -> StoreError {
        match error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) if self.backend == DbBackend::Postgres => {
                StoreError::Unavailable(error)
            }
            other => other.into(),
        }
    }
}

/// Returns whether a statement failed because its connection is dead, as opposed to a failure to get a connection.
fn is_dead_connection(error: &DbErr) -> bool {
    !matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_))
        && classify(error) == ErrorClass::Unavailable
}

/// The database role of a transaction.
#[derive(Clone, Copy)]
enum TxRole<'a> {
    Tenant(&'a Ctx),
    Lookup,
}

/// Assumes the application role and sets the tenant and the actor until the transaction ends.
pub(super) async fn assume_tenant_role(
    tx: &DatabaseTransaction,
    ctx: &Ctx,
    is_read_only: bool,
) -> Result<(), DbErr> {
    let sql = "SELECT set_config('role', 'penny_app', true), set_config('penny.tenant', $1, true), \
               set_config('penny.actor', $2, true), set_config('transaction_read_only', $3, true)";
    let values = [
        ctx.tenant().uuid().to_string().into(),
        ctx.actor().id.uuid().to_string().into(),
        on_or_off(is_read_only).into(),
    ];
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    Ok(())
}

/// Assumes the lookup role, without a tenant, until the transaction ends.
async fn assume_lookup_role(tx: &DatabaseTransaction, is_read_only: bool) -> Result<(), DbErr> {
    let sql = "SELECT set_config('role', 'penny_lookup', true), set_config('penny.tenant', '', true), \
               set_config('transaction_read_only', $1, true)";
    let values = [on_or_off(is_read_only).into()];
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    Ok(())
}

const fn on_or_off(is_on: bool) -> &'static str {
    if is_on { "on" } else { "off" }
}
