//! Integration tests of the database layer, on SQLite and on PostgreSQL.

#[cfg(test)]
mod failures;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod isolation;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod search;
#[cfg(test)]
mod transactions;
