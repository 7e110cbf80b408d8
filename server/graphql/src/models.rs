//! Resolvers of models.

use crate::context::ctx_and_services;
use async_graphql::{Context, Object, Result};
use penny_types::models::ModelView;

#[derive(Default)]
pub struct ModelsQuery;

#[Object]
impl ModelsQuery {
    /// The models that the caller may use.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn models(&self, context: &Context<'_>) -> Result<Vec<ModelView>> {
        let (ctx, services) = ctx_and_services(context)?;
        Ok(services.routing.list(ctx).await)
    }
}
