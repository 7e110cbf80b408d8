//! What can be followed.

use crate::{failure::fail, query::parts};
use async_graphql::{Context, Result, Subscription as Follow};
use futures::{Stream, StreamExt};
use penny_types::{TurnId, artifacts::ArtifactUpdate, conversations::ConversationUpdate, events::TurnEvent};
use std::sync::Arc;

/// What can be followed.
pub struct Subscription;

#[Follow]
impl Subscription {
    /// The events of a turn after number `after`: those there are, then each as it happens. Ends
    /// with the terminal event.
    async fn turn_events(
        &self,
        context: &Context<'_>,
        turn_id: TurnId,
        #[graphql(default = 0)] after: u64,
    ) -> Result<impl Stream<Item = Result<Arc<TurnEvent>>> + use<>> {
        let (ctx, services) = parts(context)?;
        let events = services.turns.events(ctx, turn_id, after).await.map_err(|error| fail(ctx, error))?;
        let ctx = ctx.clone();
        Ok(events.map(move |event| event.map_err(|error| fail(&ctx, error))))
    }

    /// What changes in the caller's list of conversations, from now on.
    async fn conversation_updates(
        &self,
        context: &Context<'_>,
    ) -> Result<impl Stream<Item = ConversationUpdate> + use<>> {
        let (ctx, services) = parts(context)?;
        services.conversations.updates(ctx).await.map_err(|error| fail(ctx, error))
    }

    /// What changes among the caller's artifacts, from now on.
    async fn artifact_updates(
        &self,
        context: &Context<'_>,
    ) -> Result<impl Stream<Item = ArtifactUpdate> + use<>> {
        let (ctx, services) = parts(context)?;
        services.artifacts.updates(ctx).await.map_err(|error| fail(ctx, error))
    }
}
