//! Resolvers of dashboards.

use crate::{context::ctx_and_services, errors::graphql_error};
use async_graphql::{Context, Object, Result};
use penny_types::dashboards::{DashboardFilters, DashboardSummary, DashboardView};

#[derive(Default)]
pub struct DashboardsQuery;

#[Object]
impl DashboardsQuery {
    /// The dashboards that the caller may open.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn dashboards(&self, context: &Context<'_>) -> Result<Vec<DashboardSummary>> {
        let (ctx, services) = ctx_and_services(context)?;
        services.dashboards.list(ctx).await.map_err(|error| graphql_error(ctx, error))
    }

    /// A dashboard with its data. Without `filters`, for the whole company in the current month.
    #[graphql(complexity = "200 + 10 * child_complexity")]
    async fn dashboard(
        &self,
        context: &Context<'_>,
        slug: String,
        filters: Option<DashboardFilters>,
    ) -> Result<DashboardView> {
        let (ctx, services) = ctx_and_services(context)?;
        services
            .dashboards
            .open(ctx, &slug, filters.unwrap_or_default())
            .await
            .map_err(|error| graphql_error(ctx, error))
    }
}
