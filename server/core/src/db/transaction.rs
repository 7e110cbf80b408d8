//! Transactions: what a room holds while it works.

use super::{StoreError, database::put_on_tenant};
use crate::ctx::Ctx;
use async_trait::async_trait;
use parking_lot::Mutex;
use penny_ports::bus::{EventBus, Notice};
use penny_types::PrincipalId;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use std::sync::Arc;

/// Reads of one tenant, all of the same moment.
#[derive(Debug)]
pub struct ReadTx {
    pub(super) tx: DatabaseTransaction,
}

/// Reads and writes of one tenant. What is not committed never happened.
#[derive(Debug)]
pub struct WriteTx {
    pub(super) tx: DatabaseTransaction,
    pub(super) bus: Arc<dyn EventBus>,
    pub(super) notices: Mutex<Vec<(PrincipalId, Notice)>>,
}

/// Reads of the tables that may be read before a tenant is known.
#[derive(Debug)]
pub struct LookupTx {
    pub(super) tx: DatabaseTransaction,
}

/// Reads and writes of the tables that may be touched before a tenant is known.
#[derive(Debug)]
pub struct LookupWriteTx {
    pub(super) tx: DatabaseTransaction,
}

macro_rules! connection {
    ($($name:ident),+) => {$(
        impl $name {
            /// Returns the transaction inside, for savepoints.
            #[must_use]
            pub const fn conn(&self) -> &DatabaseTransaction {
                &self.tx
            }
        }

        #[async_trait]
        impl ConnectionTrait for $name {
            fn get_database_backend(&self) -> DbBackend {
                self.tx.get_database_backend()
            }
            async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
                self.tx.execute_raw(statement).await
            }
            async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
                self.tx.execute_unprepared(sql).await
            }
            async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
                self.tx.query_one_raw(statement).await
            }
            async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
                self.tx.query_all_raw(statement).await
            }
        }
    )+};
}
connection!(ReadTx, WriteTx, LookupTx, LookupWriteTx);

impl LookupTx {
    /// Goes on to the tenant that was found, within the same transaction. From here on the door behind is closed.
    pub(crate) async fn enter(self, ctx: &Ctx) -> Result<ReadTx, StoreError> {
        let Self { tx } = self;
        if tx.get_database_backend() == DbBackend::Postgres {
            put_on_tenant(&tx, ctx, true).await?;
        }
        Ok(ReadTx { tx })
    }
}

impl WriteTx {
    /// Queues something a person's pages are told once the transaction is committed.
    pub fn notify(&self, to: PrincipalId, notice: Notice) {
        self.notices.lock().push((to, notice));
    }

    /// Goes on in another tenant, within the same transaction: for the one writer that saves what the
    /// live turns of all tenants have said. From here on the rows of the tenant before are closed.
    pub(crate) async fn enter(&self, ctx: &Ctx) -> Result<(), StoreError> {
        if self.tx.get_database_backend() == DbBackend::Postgres {
            put_on_tenant(&self.tx, ctx, false).await?;
        }
        Ok(())
    }

    /// Makes the changes last and then sends what was queued.
    ///
    /// # Errors
    /// When the database cannot make the changes last; then nothing was changed and nothing is sent.
    pub async fn commit(self) -> Result<(), StoreError> {
        let Self { tx, bus, notices } = self;
        tx.commit().await?;
        let queued = notices.into_inner();
        for (to, notice) in queued {
            // Whoever misses a notice reads again: it is not worth failing what is already stored.
            if let Err(error) = bus.notify(to, notice).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a change is stored but could not be announced"
                );
            }
        }
        Ok(())
    }
}

impl LookupWriteTx {
    /// Makes the changes last.
    ///
    /// # Errors
    /// When the database cannot; then nothing was changed.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }
}
