//! Database access through transactions.
//!
//! [`Db::read`] and [`Db::begin`] are the only access to a tenant's rows. On PostgreSQL both start a transaction that
//! assumes an unprivileged role and sets the tenant and the actor for row-level security. On SQLite `begin` waits for
//! the single write connection. [`Db::lookup`] and [`Db::begin_lookup`] access the few tables that are needed before
//! the tenant is known; `penny_entity::tables` lists them.
//!
//! User events queued in a transaction are published after the commit.

mod batch;
mod classify;
mod database;
mod error;
mod numbers;
mod options;
pub mod search;
mod sqlite;
mod storable;
mod transaction;

pub use batch::Batch;
pub use database::Db;
pub use error::StoreError;
pub use numbers::{signed, unsigned};
pub use options::DbOptions;
pub use storable::{storable_json, storable_text};
pub use transaction::{LookupTx, LookupWriteTx, ReadTx, WriteTx};
