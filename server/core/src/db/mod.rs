//! The database: two doors in, one way out.
//!
//! [`Db::read`] and [`Db::begin`] are the only ways to a tenant's rows. On PostgreSQL both open a
//! transaction that puts on a role without rights of its own and names the tenant and the actor for
//! row-level security; on SQLite `begin` waits its turn for the one connection that writes.
//! [`Db::lookup`] and [`Db::begin_lookup`] are the narrow door for what must be found before a tenant
//! is known; `penny_entity::tables` says which tables it opens.
//!
//! What a transaction has to tell the people who watch goes out after it is committed.

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
pub(crate) use numbers::{signed, unsigned};
pub use options::DbOptions;
pub use storable::{storable, storable_text};
pub use transaction::{LookupTx, LookupWriteTx, ReadTx, WriteTx};
