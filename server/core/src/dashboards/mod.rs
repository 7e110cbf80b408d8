//! Dashboards and key figures: what the numbers of a company mean and how they stand.
//!
//! A key figure is data: a query, a format, a direction that is good, a target. A dashboard is a list
//! of widgets, each a key figure or a query with a way to draw it. What is not here: where numbers
//! come from (datasources), what becomes of a chart in a conversation (artifacts).

mod charts;
mod definition;
mod error;
mod figures;
mod rules;
mod scene;
mod service;
mod store;
mod widgets;

pub(crate) use definition::{NewDashboard, NewKpi};
pub use error::Error;
pub use service::{Dashboards, KpiReport};
