//! What can be done.

use crate::{failure::fail, query::parts};
use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::TimeDelta;
use penny_core::identity::NewToken;
use penny_types::{
    ArtifactId, ConversationId, MessageId, TokenId, ToolCallId, TurnId,
    artifacts::{ArtifactView, NewArtifact},
    branches::{BranchMerge, NewFork},
    conversations::{ConversationPatch, ConversationView, NewConversation},
    people::{PreferencesPatch, TokenView, ViewerView},
    tools::ToolResultView,
    turns::{Decision, NewMessage, TurnView},
};

/// A fresh token and its secret, shown this once.
#[derive(SimpleObject)]
pub struct CreatedToken {
    /// The token.
    token: TokenView,
    /// What goes after `Authorization: Bearer`. It is not kept and cannot be read again.
    secret: String,
}

/// What can be done.
pub struct Mutation;

#[Object]
impl Mutation {
    /// Changes how the caller sees PENNY.
    async fn update_preferences(&self, context: &Context<'_>, patch: PreferencesPatch) -> Result<ViewerView> {
        let (ctx, services) = parts(context)?;
        services.identity.update_preferences(ctx, patch).await.map_err(|error| fail(ctx, error))
    }

    /// Begins a conversation.
    async fn create_conversation(
        &self,
        context: &Context<'_>,
        input: Option<NewConversation>,
    ) -> Result<ConversationView> {
        let (ctx, services) = parts(context)?;
        services.conversations.create(ctx, input.unwrap_or_default()).await.map_err(|error| fail(ctx, error))
    }

    /// Changes a conversation's title, pin, draft or visible branch.
    async fn update_conversation(
        &self,
        context: &Context<'_>,
        id: ConversationId,
        patch: ConversationPatch,
    ) -> Result<ConversationView> {
        let (ctx, services) = parts(context)?;
        services.conversations.update(ctx, id, patch).await.map_err(|error| fail(ctx, error))
    }

    /// Puts a conversation away; it can be restored for a while. Answers true.
    async fn delete_conversation(&self, context: &Context<'_>, id: ConversationId) -> Result<bool> {
        let (ctx, services) = parts(context)?;
        services.conversations.delete(ctx, id).await.map_err(|error| fail(ctx, error))?;
        Ok(true)
    }

    /// Brings a conversation back that was put away.
    async fn restore_conversation(
        &self,
        context: &Context<'_>,
        id: ConversationId,
    ) -> Result<ConversationView> {
        let (ctx, services) = parts(context)?;
        services.conversations.restore(ctx, id).await.map_err(|error| fail(ctx, error))
    }

    /// Copies a conversation up to a message into a new one, which goes on by itself. The source stays as it is.
    #[graphql(complexity = "20 + child_complexity")]
    async fn fork_conversation(
        &self,
        context: &Context<'_>,
        id: ConversationId,
        input: Option<NewFork>,
    ) -> Result<ConversationView> {
        let (ctx, services) = parts(context)?;
        services
            .conversations
            .fork(ctx, id, input.unwrap_or_default())
            .await
            .map_err(|error| fail(ctx, error))
    }

    /// Copies what one branch has behind the end of another, which becomes the visible one. Both stay as they are.
    #[graphql(complexity = "20 + child_complexity")]
    async fn merge_branches(
        &self,
        context: &Context<'_>,
        conversation_id: ConversationId,
        input: BranchMerge,
    ) -> Result<ConversationView> {
        let (ctx, services) = parts(context)?;
        services.conversations.merge(ctx, conversation_id, input).await.map_err(|error| fail(ctx, error))
    }

    /// Sends a message and begins the turn that answers it. Sent twice with one `clientKey`, it is
    /// answered once.
    #[graphql(complexity = "20 + child_complexity")]
    async fn send_message(
        &self,
        context: &Context<'_>,
        conversation_id: ConversationId,
        input: NewMessage,
    ) -> Result<TurnView> {
        let (ctx, services) = parts(context)?;
        services.turns.submit(ctx, conversation_id, input).await.map_err(|error| fail(ctx, error))
    }

    /// Answers again: a sibling of the message is written, by another model when one is named.
    #[graphql(complexity = "20 + child_complexity")]
    async fn regenerate(
        &self,
        context: &Context<'_>,
        message_id: MessageId,
        model: Option<String>,
    ) -> Result<TurnView> {
        let (ctx, services) = parts(context)?;
        services.turns.regenerate(ctx, message_id, model).await.map_err(|error| fail(ctx, error))
    }

    /// Goes on with an answer that was stopped, failed or interrupted.
    #[graphql(complexity = "20 + child_complexity")]
    async fn resume_turn(&self, context: &Context<'_>, turn_id: TurnId) -> Result<TurnView> {
        let (ctx, services) = parts(context)?;
        services.turns.resume(ctx, turn_id).await.map_err(|error| fail(ctx, error))
    }

    /// Stops an answer and keeps what was said.
    async fn stop_turn(&self, context: &Context<'_>, turn_id: TurnId) -> Result<TurnView> {
        let (ctx, services) = parts(context)?;
        services.turns.stop(ctx, turn_id).await.map_err(|error| fail(ctx, error))
    }

    /// Approves or denies a tool call that waits.
    async fn decide_tool_call(
        &self,
        context: &Context<'_>,
        call_id: ToolCallId,
        decision: Decision,
    ) -> Result<TurnView> {
        let (ctx, services) = parts(context)?;
        services.turns.decide(ctx, call_id, decision).await.map_err(|error| fail(ctx, error))
    }

    /// Calls a tool outside a conversation.
    #[graphql(complexity = "100 + child_complexity")]
    async fn invoke_tool(
        &self,
        context: &Context<'_>,
        name: String,
        arguments: serde_json::Value,
    ) -> Result<ToolResultView> {
        let (ctx, services) = parts(context)?;
        services.tools.invoke(ctx, &name, arguments).await.map_err(|error| fail(ctx, error))
    }

    /// Makes an artifact.
    async fn create_artifact(&self, context: &Context<'_>, input: NewArtifact) -> Result<ArtifactView> {
        let (ctx, services) = parts(context)?;
        services.artifacts.create(ctx, input).await.map_err(|error| fail(ctx, error))
    }

    /// Keeps an artifact at hand, or no longer.
    async fn set_artifact_pinned(
        &self,
        context: &Context<'_>,
        id: ArtifactId,
        is_pinned: bool,
    ) -> Result<ArtifactView> {
        let (ctx, services) = parts(context)?;
        services.artifacts.set_pinned(ctx, id, is_pinned).await.map_err(|error| fail(ctx, error))
    }

    /// Gives an artifact another title.
    async fn rename_artifact(
        &self,
        context: &Context<'_>,
        id: ArtifactId,
        title: String,
    ) -> Result<ArtifactView> {
        let (ctx, services) = parts(context)?;
        services.artifacts.rename(ctx, id, &title).await.map_err(|error| fail(ctx, error))
    }

    /// Deletes an artifact. Answers true.
    async fn delete_artifact(&self, context: &Context<'_>, id: ArtifactId) -> Result<bool> {
        let (ctx, services) = parts(context)?;
        services.artifacts.delete(ctx, id).await.map_err(|error| fail(ctx, error))?;
        Ok(true)
    }

    /// Makes a personal access token; without `scopes` it may do all its owner may.
    async fn create_token(
        &self,
        context: &Context<'_>,
        name: String,
        #[graphql(default)] scopes: Vec<String>,
        expires_in_days: Option<u32>,
    ) -> Result<CreatedToken> {
        let (ctx, services) = parts(context)?;
        let lifetime = expires_in_days.map(|days| TimeDelta::days(days.into()));
        let token = NewToken { name, scopes, lifetime };
        let (token, secret) =
            services.identity.issue_token(ctx, token).await.map_err(|error| fail(ctx, error))?;
        Ok(CreatedToken { token, secret: reveal(&secret) })
    }

    /// Ends a personal access token. Answers true.
    async fn revoke_token(&self, context: &Context<'_>, id: TokenId) -> Result<bool> {
        let (ctx, services) = parts(context)?;
        services.identity.revoke_token(ctx, id).await.map_err(|error| fail(ctx, error))?;
        Ok(true)
    }
}

/// Shows a secret to the one person it was made for.
fn reveal(secret: &secrecy::SecretString) -> String {
    secrecy::ExposeSecret::expose_secret(secret).to_owned()
}
