//! SQL over CSV files with an embedded engine, Apache DataFusion, behind `penny_ports::analytics`.
//!
//! A query sees only the tables that it is given: no files, URLs, settings or application tables. It
//! is parsed once and checked by the [firewall](firewall::check); the plan is built from the checked
//! syntax tree and runs on dedicated threads with bounded memory, rows and time. File storage, access
//! control and the meaning of the data are outside this crate.

mod cache;
mod engine;
mod errors;
mod firewall;
mod functions;
mod params;
mod plan_limits;
mod render;
mod tables;
#[cfg(test)]
mod tests;

pub use engine::{DataFusionEngine, EngineLimits};
