//! What can be asked.

use crate::failure::fail;
use async_graphql::{Context, Object, Result};
use penny_core::{Services, ctx::Ctx};
use penny_types::{
    ArtifactId, ConversationId, Page, PageRequest, TurnId,
    artifacts::{ArtifactFilter, ArtifactView},
    branches::{BranchComparison, BranchPair},
    conversations::{ConversationSummary, ConversationView, MessageWindow, MessageWindowRequest},
    dashboards::{DashboardFilters, DashboardSummary, DashboardView},
    models::ModelView,
    people::{TokenView, ViewerView},
    tools::ToolView,
    turns::TurnView,
};
use std::sync::Arc;

/// Returns the caller and the services of a request.
pub(crate) fn parts<'a>(context: &Context<'a>) -> Result<(&'a Ctx, &'a Arc<Services>)> {
    Ok((context.data::<Ctx>()?, context.data::<Arc<Services>>()?))
}

/// Makes the page asked for; an empty cursor, as some programs write for none, begins at the first.
fn page(cursor: Option<String>, limit: Option<u32>) -> PageRequest {
    PageRequest { cursor: cursor.filter(|cursor| !cursor.is_empty()), limit }
}

/// Returns how many items a page asked for may have, for reckoning its cost.
fn page_size(limit: Option<u32>) -> usize {
    PageRequest { cursor: None, limit }.limit() as usize
}

/// Returns how many messages a window asked for may have, for reckoning its cost.
fn window_size(window: Option<&MessageWindowRequest>) -> usize {
    window.map_or(MessageWindowRequest::DEFAULT, MessageWindowRequest::limit) as usize
}

/// What can be asked.
pub struct Query;

#[Object]
impl Query {
    /// Who the caller is.
    #[graphql(complexity = "5 + child_complexity")]
    async fn viewer(&self, context: &Context<'_>) -> Result<ViewerView> {
        let (ctx, services) = parts(context)?;
        services.identity.viewer(ctx).await.map_err(|error| fail(ctx, error))
    }

    /// The caller's conversations, the latest first; with `query`, those that contain its words.
    #[graphql(complexity = "5 + page_size(limit) * child_complexity")]
    async fn conversations(
        &self,
        context: &Context<'_>,
        query: Option<String>,
        cursor: Option<String>,
        limit: Option<u32>,
    ) -> Result<Page<ConversationSummary>> {
        let (ctx, services) = parts(context)?;
        let page = page(cursor, limit);
        services.conversations.list(ctx, query.as_deref(), &page).await.map_err(|error| fail(ctx, error))
    }

    /// One conversation.
    #[graphql(complexity = "5 + child_complexity")]
    async fn conversation(&self, context: &Context<'_>, id: ConversationId) -> Result<ConversationView> {
        let (ctx, services) = parts(context)?;
        services.conversations.get(ctx, id).await.map_err(|error| fail(ctx, error))
    }

    /// A stretch of a conversation's branch, oldest first: the newest when `window` is absent.
    #[graphql(complexity = "5 + window_size(window.as_ref()) * child_complexity")]
    async fn messages(
        &self,
        context: &Context<'_>,
        conversation_id: ConversationId,
        window: Option<MessageWindowRequest>,
    ) -> Result<MessageWindow> {
        let (ctx, services) = parts(context)?;
        let window = window.unwrap_or_default();
        services.conversations.messages(ctx, conversation_id, &window).await.map_err(|error| fail(ctx, error))
    }

    /// What each of two branches of a conversation has that the other has not, from where they part.
    #[graphql(complexity = "5 + MessageWindowRequest::MAX as usize * child_complexity")]
    async fn compare_branches(
        &self,
        context: &Context<'_>,
        conversation_id: ConversationId,
        branches: BranchPair,
    ) -> Result<BranchComparison> {
        let (ctx, services) = parts(context)?;
        let compared = services.conversations.compare(ctx, conversation_id, branches).await;
        compared.map_err(|error| fail(ctx, error))
    }

    /// One turn.
    #[graphql(complexity = "5 + child_complexity")]
    async fn turn(&self, context: &Context<'_>, id: TurnId) -> Result<TurnView> {
        let (ctx, services) = parts(context)?;
        services.turns.get(ctx, id).await.map_err(|error| fail(ctx, error))
    }

    /// The models the caller may pick.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn models(&self, context: &Context<'_>) -> Result<Vec<ModelView>> {
        let (ctx, services) = parts(context)?;
        Ok(services.routing.list(ctx).await)
    }

    /// The tools the caller may use.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn tools(&self, context: &Context<'_>) -> Result<Vec<ToolView>> {
        let (ctx, services) = parts(context)?;
        Ok(services.tools.list(ctx))
    }

    /// One artifact, without its bytes.
    #[graphql(complexity = "5 + child_complexity")]
    async fn artifact(&self, context: &Context<'_>, id: ArtifactId) -> Result<ArtifactView> {
        let (ctx, services) = parts(context)?;
        services.artifacts.get(ctx, id).await.map_err(|error| fail(ctx, error))
    }

    /// The caller's artifacts, the latest first.
    #[graphql(complexity = "5 + page_size(limit) * child_complexity")]
    async fn artifacts(
        &self,
        context: &Context<'_>,
        filter: Option<ArtifactFilter>,
        cursor: Option<String>,
        limit: Option<u32>,
    ) -> Result<Page<ArtifactView>> {
        let (ctx, services) = parts(context)?;
        let page = page(cursor, limit);
        services
            .artifacts
            .list(ctx, &filter.unwrap_or_default(), &page)
            .await
            .map_err(|error| fail(ctx, error))
    }

    /// What an artifact contains: an object for charts, tables and dashboards, else a string. The
    /// newest version when `version` is absent.
    #[graphql(complexity = "50")]
    async fn artifact_content(
        &self,
        context: &Context<'_>,
        id: ArtifactId,
        version: Option<u32>,
    ) -> Result<serde_json::Value> {
        let (ctx, services) = parts(context)?;
        let content = services.artifacts.content(ctx, id, version).await.map_err(|error| fail(ctx, error))?;
        Ok(content.value())
    }

    /// The dashboards the caller may open.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn dashboards(&self, context: &Context<'_>) -> Result<Vec<DashboardSummary>> {
        let (ctx, services) = parts(context)?;
        services.dashboards.list(ctx).await.map_err(|error| fail(ctx, error))
    }

    /// A dashboard with its data; the company this month when `filters` are absent.
    #[graphql(complexity = "200 + 10 * child_complexity")]
    async fn dashboard(
        &self,
        context: &Context<'_>,
        slug: String,
        filters: Option<DashboardFilters>,
    ) -> Result<DashboardView> {
        let (ctx, services) = parts(context)?;
        services
            .dashboards
            .open(ctx, &slug, filters.unwrap_or_default())
            .await
            .map_err(|error| fail(ctx, error))
    }

    /// The caller's personal access tokens, without their secrets.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn tokens(&self, context: &Context<'_>) -> Result<Vec<TokenView>> {
        let (ctx, services) = parts(context)?;
        services.identity.list_tokens(ctx).await.map_err(|error| fail(ctx, error))
    }
}
