//! Resolvers of conversations.

use crate::{
    context::{ctx_and_services, page_request, page_size, window_size},
    errors::graphql_error,
};
use async_graphql::{Context, Object, Result, Subscription};
use futures::Stream;
use penny_types::{
    ConversationId, Page,
    branches::{BranchComparison, BranchMerge, BranchPair, NewFork},
    conversations::{
        ConversationPatch, ConversationSummary, ConversationUpdate, ConversationView, MessageWindow,
        MessageWindowRequest, NewConversation,
    },
};

#[derive(Default)]
pub struct ConversationsQuery;

#[Object]
impl ConversationsQuery {
    /// The caller's conversations: pinned ones first, then the most recently updated. `query` filters by words in
    /// titles and messages.
    #[graphql(complexity = "5 + page_size(limit) * child_complexity")]
    async fn conversations(
        &self,
        context: &Context<'_>,
        query: Option<String>,
        cursor: Option<String>,
        limit: Option<u32>,
    ) -> Result<Page<ConversationSummary>> {
        let (ctx, services) = ctx_and_services(context)?;
        let page = page_request(cursor, limit);
        services
            .conversations
            .list(ctx, query.as_deref(), &page)
            .await
            .map_err(|error| graphql_error(ctx, error))
    }

    /// A conversation, without its messages.
    #[graphql(complexity = "5 + child_complexity")]
    async fn conversation(&self, context: &Context<'_>, id: ConversationId) -> Result<ConversationView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.conversations.get(ctx, id).await.map_err(|error| graphql_error(ctx, error))
    }

    /// A range of messages of one branch of a conversation, oldest first. Without `window`, the newest
    /// messages of the visible branch.
    #[graphql(complexity = "5 + window_size(window.as_ref()) * child_complexity")]
    async fn messages(
        &self,
        context: &Context<'_>,
        conversation_id: ConversationId,
        window: Option<MessageWindowRequest>,
    ) -> Result<MessageWindow> {
        let (ctx, services) = ctx_and_services(context)?;
        let window = window.unwrap_or_default();
        services
            .conversations
            .messages(ctx, conversation_id, &window)
            .await
            .map_err(|error| graphql_error(ctx, error))
    }

    /// Compares two branches of a conversation: the messages that each has after their last common message.
    #[graphql(complexity = "5 + MessageWindowRequest::MAX as usize * child_complexity")]
    async fn compare_branches(
        &self,
        context: &Context<'_>,
        conversation_id: ConversationId,
        branches: BranchPair,
    ) -> Result<BranchComparison> {
        let (ctx, services) = ctx_and_services(context)?;
        let compared = services.conversations.compare(ctx, conversation_id, branches).await;
        compared.map_err(|error| graphql_error(ctx, error))
    }
}

#[derive(Default)]
pub struct ConversationsMutation;

#[Object]
impl ConversationsMutation {
    /// Creates a conversation.
    async fn create_conversation(
        &self,
        context: &Context<'_>,
        input: Option<NewConversation>,
    ) -> Result<ConversationView> {
        let (ctx, services) = ctx_and_services(context)?;
        services
            .conversations
            .create(ctx, input.unwrap_or_default())
            .await
            .map_err(|error| graphql_error(ctx, error))
    }

    /// Updates a conversation's title, pin, draft or visible branch. Absent fields keep their value.
    async fn update_conversation(
        &self,
        context: &Context<'_>,
        id: ConversationId,
        patch: ConversationPatch,
    ) -> Result<ConversationView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.conversations.update(ctx, id, patch).await.map_err(|error| graphql_error(ctx, error))
    }

    /// Moves a conversation to the trash, from which it can be restored for a limited time. Returns true.
    async fn delete_conversation(&self, context: &Context<'_>, id: ConversationId) -> Result<bool> {
        let (ctx, services) = ctx_and_services(context)?;
        services.conversations.delete(ctx, id).await.map_err(|error| graphql_error(ctx, error))?;
        Ok(true)
    }

    /// Restores a conversation from the trash.
    async fn restore_conversation(
        &self,
        context: &Context<'_>,
        id: ConversationId,
    ) -> Result<ConversationView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.conversations.restore(ctx, id).await.map_err(|error| graphql_error(ctx, error))
    }

    /// Copies a conversation up to a message into a new, independent conversation. The source does not change.
    #[graphql(complexity = "20 + child_complexity")]
    async fn fork_conversation(
        &self,
        context: &Context<'_>,
        id: ConversationId,
        input: Option<NewFork>,
    ) -> Result<ConversationView> {
        let (ctx, services) = ctx_and_services(context)?;
        services
            .conversations
            .fork(ctx, id, input.unwrap_or_default())
            .await
            .map_err(|error| graphql_error(ctx, error))
    }

    /// Appends copies of one branch's own messages to another branch, which becomes the visible one. The existing
    /// messages of both branches do not change.
    #[graphql(complexity = "20 + child_complexity")]
    async fn merge_branches(
        &self,
        context: &Context<'_>,
        conversation_id: ConversationId,
        input: BranchMerge,
    ) -> Result<ConversationView> {
        let (ctx, services) = ctx_and_services(context)?;
        services
            .conversations
            .merge(ctx, conversation_id, input)
            .await
            .map_err(|error| graphql_error(ctx, error))
    }
}

#[derive(Default)]
pub struct ConversationsSubscription;

#[Subscription]
impl ConversationsSubscription {
    /// Changes in the caller's list of conversations, from now on.
    async fn conversation_updates(
        &self,
        context: &Context<'_>,
    ) -> Result<impl Stream<Item = ConversationUpdate> + use<>> {
        let (ctx, services) = ctx_and_services(context)?;
        services.conversations.updates(ctx).await.map_err(|error| graphql_error(ctx, error))
    }
}
