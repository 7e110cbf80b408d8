//! Transactions for a tenant ([`ReadTx`], [`WriteTx`]) and for lookups before the tenant is known ([`LookupTx`],
//! [`LookupWriteTx`]).

use super::{StoreError, database::assume_tenant_role};
use crate::ctx::Ctx;
use async_trait::async_trait;
use parking_lot::Mutex;
use penny_ports::bus::{EventBus, UserEvent};
use penny_types::PrincipalId;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use std::sync::Arc;

/// A read-only transaction for one tenant.
#[derive(Debug)]
pub struct ReadTx {
    pub(super) tx: DatabaseTransaction,
}

/// A write transaction for one tenant. Dropping it rolls back.
#[derive(Debug)]
pub struct WriteTx {
    pub(super) tx: DatabaseTransaction,
    pub(super) bus: Arc<dyn EventBus>,
    pub(super) user_events: Mutex<Vec<(PrincipalId, UserEvent)>>,
}

/// A read-only transaction with the lookup role.
#[derive(Debug)]
pub struct LookupTx {
    pub(super) tx: DatabaseTransaction,
}

/// A write transaction with the lookup role. Dropping it rolls back.
#[derive(Debug)]
pub struct LookupWriteTx {
    pub(super) tx: DatabaseTransaction,
}

/// Implements `conn` and [`ConnectionTrait`] for transaction types.
macro_rules! impl_connection {
    ($($name:ident),+) => {$(
        impl $name {
            /// Returns the inner transaction, for example to create savepoints.
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
impl_connection!(ReadTx, WriteTx, LookupTx, LookupWriteTx);

impl LookupTx {
    /// Switches from the lookup role to the context's tenant within the same transaction.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn enter(self, ctx: &Ctx) -> Result<ReadTx, StoreError> {
        let Self { tx } = self;
        if tx.get_database_backend() == DbBackend::Postgres {
            assume_tenant_role(&tx, ctx, true).await?;
        }
        Ok(ReadTx { tx })
    }
}

impl WriteTx {
    /// Queues a user event that is published after the commit.
    pub fn notify(&self, to: PrincipalId, event: UserEvent) {
        self.user_events.lock().push((to, event));
    }

    /// Switches to another tenant within the same transaction, so that the checkpointer can save the running turns of
    /// several tenants together. The rows of the previous tenant are no longer accessible.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn enter(&self, ctx: &Ctx) -> Result<(), StoreError> {
        if self.tx.get_database_backend() == DbBackend::Postgres {
            assume_tenant_role(&self.tx, ctx, false).await?;
        }
        Ok(())
    }

    /// Commits the changes and then publishes the queued user events.
    ///
    /// # Errors
    /// If the commit fails; then nothing is changed and nothing is published.
    pub async fn commit(self) -> Result<(), StoreError> {
        let Self { tx, bus, user_events } = self;
        tx.commit().await?;
        for (to, event) in user_events.into_inner() {
            // Clients that miss an event reload later, so a committed change does not fail because of it.
            if let Err(error) = bus.publish_user_event(to, event).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a change was committed but its user event could not be published"
                );
            }
        }
        Ok(())
    }
}

impl LookupWriteTx {
    /// Commits the changes.
    ///
    /// # Errors
    /// If the commit fails; then nothing is changed.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }
}
