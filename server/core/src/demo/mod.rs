//! The demo company: deterministic sample data with KPIs and a dashboard.
//!
//! It is installed as an ordinary datasource, so it uses the same code as real data. Days are stored as
//! offsets from today, so the data stays current.

mod company;
mod error;
mod generate;
mod seed;
#[cfg(test)]
mod tests;

pub use error::DemoError;
pub use generate::tables;
pub use seed::{DASHBOARD_SLUG, DATASOURCE_SLUG, seed};
