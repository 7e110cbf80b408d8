//! Datasources and queries on them.
//!
//! A datasource is a row that describes tables and their columns; the files are in the tenant's blob store.
//! Queries are SQL, run by the analytics engine after the actor's rights are checked. KPIs are defined in
//! [`crate::dashboards`].

mod config;
mod error;
mod query_cache;
mod rules;
mod service;
mod store;
#[cfg(test)]
mod tests;

pub use config::{NewDatasource, NewTable, UnitQueries};
pub use error::DatasourceError;
pub use service::Datasources;
pub(crate) use service::OpenDatasource;
pub(crate) use store::{DatasourceSelector, references_blob};
