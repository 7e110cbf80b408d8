//! Pure rules: date ranges, targets, health and the choice of a dashboard.

mod health;
mod periods;
mod placement;
#[cfg(test)]
mod tests;

pub(crate) use health::{Target, health};
pub(crate) use periods::{DateRange, ReportRanges};
pub(crate) use placement::{DashboardKpis, best_dashboard};
