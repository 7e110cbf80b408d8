//! Resolvers of tools.

use crate::{context::ctx_and_services, errors::graphql_error};
use async_graphql::{Context, Object, Result};
use penny_types::tools::{ToolResultView, ToolView};

#[derive(Default)]
pub struct ToolsQuery;

#[Object]
impl ToolsQuery {
    /// The tools that the caller may use.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn tools(&self, context: &Context<'_>) -> Result<Vec<ToolView>> {
        let (ctx, services) = ctx_and_services(context)?;
        Ok(services.tools.list(ctx))
    }
}

#[derive(Default)]
pub struct ToolsMutation;

#[Object]
impl ToolsMutation {
    /// Invokes a tool outside a conversation.
    #[graphql(complexity = "100 + child_complexity")]
    async fn invoke_tool(
        &self,
        context: &Context<'_>,
        name: String,
        arguments: serde_json::Value,
    ) -> Result<ToolResultView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.tools.invoke(ctx, &name, arguments).await.map_err(|error| graphql_error(ctx, error))
    }
}
