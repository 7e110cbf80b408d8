//! The demo company: figures that look like a company's, made by the machine and the same every time.
//!
//! It is a real datasource with real files, key figures and a dashboard, so everything that works on
//! it works on a company's own data. Its days are counted from today and never go stale.

mod company;
mod error;
mod generate;
mod seed;
#[cfg(test)]
mod tests;

pub use error::Error;
pub use generate::tables;
pub use seed::{DASHBOARD_SLUG, DATASOURCE_SLUG, seed};
