//! The database's doors.

use super::{
    DbOptions, LookupTx, LookupWriteTx, ReadTx, StoreError, WriteTx,
    classify::{Trouble, classify},
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

/// After this long unused a connection to PostgreSQL is asked whether it still stands.
const STALE_AFTER: Duration = Duration::from_millis(500);

/// The database, behind its doors.
#[derive(Debug, Clone)]
pub struct Db {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    backend: DbBackend,
    connections: u32,
    bus: Arc<dyn EventBus>,
}

impl Db {
    /// Opens the database. `bus` carries what transactions announce.
    ///
    /// # Errors
    /// When the address cannot be understood or the file cannot be opened. A PostgreSQL server that
    /// does not answer shows at the first statement.
    pub async fn connect(options: &DbOptions, bus: Arc<dyn EventBus>) -> Result<Self, StoreError> {
        if options.is_sqlite() {
            if options.url.contains(":memory:") {
                return Err(StoreError::Failed(DbErr::Custom("SQLite needs a file".to_owned())));
            }
            // The writer first: it makes the file and switches it to a WAL.
            let writer = sqlite::open_writer(options).await?;
            let reader = sqlite::open_readers(options).await?;
            return Ok(Self { writer, reader, backend: DbBackend::Sqlite, connections: 0, bus });
        }
        let connections = options.max_connections.max(2);
        let mut connect = ConnectOptions::new(&options.url);
        connect
            .sqlx_logging(false)
            .connect_lazy(true)
            .max_connections(connections)
            .acquire_timeout(options.acquire_timeout)
            .statement_timeout(options.statement_timeout)
            .test_before_acquire_if_idle_for(STALE_AFTER);
        let pool = Database::connect(connect).await?;
        Ok(Self { writer: pool.clone(), reader: pool, backend: DbBackend::Postgres, connections, bus })
    }

    /// Says whether it is SQLite or PostgreSQL.
    #[must_use]
    pub const fn backend(&self) -> DbBackend {
        self.backend
    }

    /// Brings the tables up to date; returns how many migrations were applied. Safe when several
    /// processes start at once.
    ///
    /// # Errors
    /// When a migration fails; then none of them was applied.
    pub async fn migrate(&self) -> Result<usize, StoreError> {
        penny_migration::migrate(&self.writer).await.map_err(|error| self.explain(error))
    }

    /// Proves that the database answers and is up to date.
    ///
    /// # Errors
    /// When it is not.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.reader.execute_unprepared("SELECT 1").await.map_err(|error| self.explain(error))?;
        match penny_migration::pending(&self.reader).await.map_err(|error| self.explain(error))? {
            0 => Ok(()),
            pending => Err(StoreError::Outdated { pending }),
        }
    }

    /// Begins reads of the context's tenant.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn read(&self, ctx: &Ctx) -> Result<ReadTx, StoreError> {
        Ok(ReadTx { tx: self.open(&self.reader, Role::App(ctx), true).await? })
    }

    /// Begins reads and writes of the context's tenant. On SQLite this waits for whoever writes now.
    ///
    /// # Errors
    /// When the database cannot be reached, or others write for too long.
    pub async fn begin(&self, ctx: &Ctx) -> Result<WriteTx, StoreError> {
        let tx = self.open(&self.writer, Role::App(ctx), false).await?;
        Ok(WriteTx { tx, bus: Arc::clone(&self.bus), notices: Mutex::default() })
    }

    /// Begins reads of what may be read before a tenant is known.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn lookup(&self) -> Result<LookupTx, StoreError> {
        Ok(LookupTx { tx: self.open(&self.reader, Role::Lookup, true).await? })
    }

    /// Begins changes of what may be changed before a tenant is known.
    ///
    /// # Errors
    /// When the database cannot be reached, or others write for too long.
    pub async fn begin_lookup(&self) -> Result<LookupWriteTx, StoreError> {
        Ok(LookupWriteTx { tx: self.open(&self.writer, Role::Lookup, false).await? })
    }

    /// Waits for what is under way and closes every connection.
    ///
    /// # Errors
    /// When a connection cannot be closed.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.reader.close_by_ref().await?;
        Ok(self.writer.close_by_ref().await?)
    }

    async fn open(
        &self,
        pool: &DatabaseConnection,
        role: Role<'_>,
        is_read: bool,
    ) -> Result<DatabaseTransaction, StoreError> {
        // When the server restarts, every connection that stood idle is dead and none knows it. Each
        // try costs the pool one of them, so after this many it has made a new one or has given up.
        let mut tries_left = self.connections;
        loop {
            match self.open_once(pool, role, is_read).await {
                Err(error) if tries_left > 0 && is_dead_connection(&error) => tries_left -= 1,
                result => return result.map_err(|error| self.explain(error)),
            }
        }
    }

    async fn open_once(
        &self,
        pool: &DatabaseConnection,
        role: Role<'_>,
        is_read: bool,
    ) -> Result<DatabaseTransaction, DbErr> {
        let mode = if is_read { SqliteTransactionMode::Deferred } else { SqliteTransactionMode::Immediate };
        let options = TransactionOptions { sqlite_transaction_mode: Some(mode), ..Default::default() };
        let tx = pool.begin_with_options(options).await?;
        if self.backend == DbBackend::Postgres {
            match role {
                Role::App(ctx) => put_on_tenant(&tx, ctx, is_read).await?,
                Role::Lookup => put_on_lookup(&tx, is_read).await?,
            }
        }
        Ok(tx)
    }

    /// Tells a server that does not answer from a queue that is too long: PostgreSQL's pool waits
    /// for a refusing server in silence, SQLite's only ever for another writer.
    fn explain(&self, error: DbErr) -> StoreError {
        match error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) if self.backend == DbBackend::Postgres => {
                StoreError::Unavailable(error)
            }
            other => other.into(),
        }
    }
}

/// Says whether a statement failed because its connection no longer stands, not because none could
/// be had.
fn is_dead_connection(error: &DbErr) -> bool {
    !matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) && classify(error) == Trouble::Unavailable
}

/// As whom a transaction runs.
#[derive(Clone, Copy)]
enum Role<'a> {
    App(&'a Ctx),
    Lookup,
}

/// Puts on the application's role and names the tenant and the actor, until the transaction ends.
pub(super) async fn put_on_tenant(tx: &DatabaseTransaction, ctx: &Ctx, is_read: bool) -> Result<(), DbErr> {
    let sql = "SELECT set_config('role', 'penny_app', true), set_config('penny.tenant', $1, true), \
               set_config('penny.actor', $2, true), set_config('transaction_read_only', $3, true)";
    let values = [
        ctx.tenant.uuid().to_string().into(),
        ctx.actor.id.uuid().to_string().into(),
        on_or_off(is_read).into(),
    ];
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    Ok(())
}

async fn put_on_lookup(tx: &DatabaseTransaction, is_read: bool) -> Result<(), DbErr> {
    let sql = "SELECT set_config('role', 'penny_lookup', true), set_config('penny.tenant', '', true), \
               set_config('transaction_read_only', $1, true)";
    let values = [on_or_off(is_read).into()];
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    Ok(())
}

const fn on_or_off(is_on: bool) -> &'static str {
    if is_on { "on" } else { "off" }
}
