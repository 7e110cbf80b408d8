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
    /// `unauthenticated` when nobody is signed in.
    pub async fn dashboards(&self) -> Result<Vec<DashboardSummary>, Fault> {
        self.ask(documents::DASHBOARDS, "dashboards", json!({})).await
    }

    /// Opens a dashboard with its data.
    ///
    /// # Errors
    /// `not_found` for an unknown address, `invalid` for filters that name nothing.
    pub async fn dashboard(&self, slug: &str, filters: &DashboardFilters) -> Result<DashboardView, Fault> {
        self.ask(documents::DASHBOARD, "dashboard", json!({ "slug": slug, "filters": filters })).await
    }
}
