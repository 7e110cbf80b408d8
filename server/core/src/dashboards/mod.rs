//! Dashboards and KPIs.
//!
//! A KPI is defined by data: a query, a format, the direction that is good, and a target. A dashboard is a
//! list of widgets; each shows a KPI, or the result of a query as a chart or a table. The data comes from
//! [`crate::datasources`].

mod charts;
mod definition;
mod error;
mod kpi_values;
mod report_context;
mod rules;
mod service;
mod store;
mod widgets;

pub(crate) use definition::{NewDashboard, NewKpi};
pub use error::DashboardError;
pub use service::{Dashboards, KpiReport};
