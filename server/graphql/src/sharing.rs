//! Resolvers of shares.

use crate::{context::ctx_and_services, errors::graphql_error};
use async_graphql::{Context, Object, Result};
use penny_core::sharing::SharedResource;
use penny_types::{
    ArtifactId, ConversationId, ShareId,
    access::{NewShare, SharesView},
};

#[derive(Default)]
pub struct SharingQuery;

#[Object]
impl SharingQuery {
    /// The shares of a conversation and what sharing it reveals. Only the owner can read them.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn conversation_shares(&self, context: &Context<'_>, id: ConversationId) -> Result<SharesView> {
        let (ctx, services) = ctx_and_services(context)?;
        let shares = services.sharing.list(ctx, SharedResource::Conversation(id)).await;
        shares.map_err(|error| graphql_error(ctx, error))
    }

    /// The shares of an artifact and what sharing it reveals. Only the owner can read them.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn artifact_shares(&self, context: &Context<'_>, id: ArtifactId) -> Result<SharesView> {
        let (ctx, services) = ctx_and_services(context)?;
        let shares = services.sharing.list(ctx, SharedResource::Artifact(id)).await;
        shares.map_err(|error| graphql_error(ctx, error))
    }
}

#[derive(Default)]
pub struct SharingMutation;

#[Object]
impl SharingMutation {
    /// Shares a conversation with a principal, a group or everyone in the tenant. The subject can read its messages,
    /// the stored results of its tools and the artifacts made in it; with `edit` it can also send messages, under its
    /// own rights. Returns all shares.
    #[graphql(complexity = "20 + 10 * child_complexity")]
    async fn share_conversation(
        &self,
        context: &Context<'_>,
        id: ConversationId,
        input: NewShare,
    ) -> Result<SharesView> {
        let (ctx, services) = ctx_and_services(context)?;
        let shares = services.sharing.share(ctx, SharedResource::Conversation(id), input).await;
        shares.map_err(|error| graphql_error(ctx, error))
    }

    /// Removes a share of a conversation. Returns the remaining shares.
    #[graphql(complexity = "20 + 10 * child_complexity")]
    async fn unshare_conversation(
        &self,
        context: &Context<'_>,
        id: ConversationId,
        share_id: ShareId,
    ) -> Result<SharesView> {
        let (ctx, services) = ctx_and_services(context)?;
        let shares = services.sharing.unshare(ctx, SharedResource::Conversation(id), share_id).await;
        shares.map_err(|error| graphql_error(ctx, error))
    }

    /// Shares an artifact with a principal, a group or everyone in the tenant. With `edit` the subject can also rename
    /// and pin it. Returns all shares.
    #[graphql(complexity = "20 + 10 * child_complexity")]
    async fn share_artifact(
        &self,
        context: &Context<'_>,
        id: ArtifactId,
        input: NewShare,
    ) -> Result<SharesView> {
        let (ctx, services) = ctx_and_services(context)?;
        let shares = services.sharing.share(ctx, SharedResource::Artifact(id), input).await;
        shares.map_err(|error| graphql_error(ctx, error))
    }

    /// Removes a share of an artifact. Returns the remaining shares.
    #[graphql(complexity = "20 + 10 * child_complexity")]
    async fn unshare_artifact(
        &self,
        context: &Context<'_>,
        id: ArtifactId,
        share_id: ShareId,
    ) -> Result<SharesView> {
        let (ctx, services) = ctx_and_services(context)?;
        let shares = services.sharing.unshare(ctx, SharedResource::Artifact(id), share_id).await;
        shares.map_err(|error| graphql_error(ctx, error))
    }
}
