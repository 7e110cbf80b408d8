//! Datasources: the places figures come from, and the one way to ask them.
//!
//! A datasource is a row that says where its tables are and what their columns hold; the files lie in
//! the tenant's blob store. Questions are SQL, run by the analytics engine under the asker's rights.
//! What is not here: what a figure means (dashboards) and the demo company (demo).

mod answers;
mod config;
mod error;
mod rules;
mod service;
mod store;
#[cfg(test)]
mod tests;

pub use config::{NewDatasource, NewTable, UnitQueries};
pub use error::Error;
pub use service::Datasources;
pub(crate) use service::Source;
pub(crate) use store::{Which, names_bytes};
