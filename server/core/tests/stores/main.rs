//! What the stores promise, on SQLite and on PostgreSQL.

mod doors;
mod isolation;
mod outages;
mod people;
mod schema;
mod search;
