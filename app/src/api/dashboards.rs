//! Dashboards.

use super::{Api, documents};
use penny_types::{
    Fault,
    dashboards::{DashboardFilters, DashboardSummary, DashboardView},
};
use serde_json::json;

impl Api {
    /// Lists the dashboards.
    ///
    /// # Errors
    /// `unauthenticated` when no one is signed in.
    pub async fn dashboards(&self) -> Result<Vec<DashboardSummary>, Fault> {
        self.request(documents::DASHBOARDS, "dashboards", json!({})).await
    }

    /// Returns a dashboard with its data.
    ///
    /// # Errors
    /// `not_found` for an unknown slug, `invalid` for filters with an unknown unit.
    pub async fn dashboard(&self, slug: &str, filters: &DashboardFilters) -> Result<DashboardView, Fault> {
        self.request(documents::DASHBOARD, "dashboard", json!({ "slug": slug, "filters": filters })).await
    }
}
