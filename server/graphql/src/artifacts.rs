//! Resolvers of artifacts.

use crate::{
    context::{ctx_and_services, page_request, page_size},
    errors::graphql_error,
};
use async_graphql::{Context, Object, Result, Subscription};
use futures::Stream;
use penny_types::{
    ArtifactId, Page,
    artifacts::{ArtifactFilter, ArtifactUpdate, ArtifactView, NewArtifact},
};

#[derive(Default)]
pub struct ArtifactsQuery;

#[Object]
impl ArtifactsQuery {
    /// An artifact, without its content.
    #[graphql(complexity = "5 + child_complexity")]
    async fn artifact(&self, context: &Context<'_>, id: ArtifactId) -> Result<ArtifactView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.artifacts.get(ctx, id).await.map_err(|error| graphql_error(ctx, error))
    }

    /// The caller's artifacts, newest first.
    #[graphql(complexity = "5 + page_size(limit) * child_complexity")]
    async fn artifacts(
        &self,
        context: &Context<'_>,
        filter: Option<ArtifactFilter>,
        cursor: Option<String>,
        limit: Option<u32>,
    ) -> Result<Page<ArtifactView>> {
        let (ctx, services) = ctx_and_services(context)?;
        let page = page_request(cursor, limit);
        services
            .artifacts
            .list(ctx, &filter.unwrap_or_default(), &page)
            .await
            .map_err(|error| graphql_error(ctx, error))
    }

    /// The content of an artifact: an object for charts, tables and dashboards, a string otherwise.
    /// Without `version`, the newest version.
    #[graphql(complexity = "50")]
    async fn artifact_content(
        &self,
        context: &Context<'_>,
        id: ArtifactId,
        version: Option<u32>,
    ) -> Result<serde_json::Value> {
        let (ctx, services) = ctx_and_services(context)?;
        let content =
            services.artifacts.content(ctx, id, version).await.map_err(|error| graphql_error(ctx, error))?;
        Ok(content.value())
    }
}

#[derive(Default)]
pub struct ArtifactsMutation;

#[Object]
impl ArtifactsMutation {
    /// Creates an artifact.
    async fn create_artifact(&self, context: &Context<'_>, input: NewArtifact) -> Result<ArtifactView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.artifacts.create(ctx, input).await.map_err(|error| graphql_error(ctx, error))
    }

    /// Pins or unpins an artifact.
    async fn set_artifact_pinned(
        &self,
        context: &Context<'_>,
        id: ArtifactId,
        is_pinned: bool,
    ) -> Result<ArtifactView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.artifacts.set_pinned(ctx, id, is_pinned).await.map_err(|error| graphql_error(ctx, error))
    }

    /// Renames an artifact.
    async fn rename_artifact(
        &self,
        context: &Context<'_>,
        id: ArtifactId,
        title: String,
    ) -> Result<ArtifactView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.artifacts.rename(ctx, id, &title).await.map_err(|error| graphql_error(ctx, error))
    }

    /// Deletes an artifact. Returns true.
    async fn delete_artifact(&self, context: &Context<'_>, id: ArtifactId) -> Result<bool> {
        let (ctx, services) = ctx_and_services(context)?;
        services.artifacts.delete(ctx, id).await.map_err(|error| graphql_error(ctx, error))?;
        Ok(true)
    }
}

#[derive(Default)]
pub struct ArtifactsSubscription;

#[Subscription]
impl ArtifactsSubscription {
    /// Changes in the caller's list of artifacts, from now on.
    async fn artifact_updates(
        &self,
        context: &Context<'_>,
    ) -> Result<impl Stream<Item = ArtifactUpdate> + use<>> {
        let (ctx, services) = ctx_and_services(context)?;
        services.artifacts.updates(ctx).await.map_err(|error| graphql_error(ctx, error))
    }
}
