//! Resolvers of turns.

use crate::{context::ctx_and_services, errors::graphql_error};
use async_graphql::{Context, Object, Result, Subscription};
use futures::{Stream, StreamExt};
use penny_types::{
    ConversationId, MessageId, ToolCallId, TurnId,
    events::TurnEvent,
    turns::{Decision, NewMessage, TurnView},
};
use std::sync::Arc;

#[derive(Default)]
pub struct TurnsQuery;

#[Object]
impl TurnsQuery {
    /// A turn.
    #[graphql(complexity = "5 + child_complexity")]
    async fn turn(&self, context: &Context<'_>, id: TurnId) -> Result<TurnView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.turns.get(ctx, id).await.map_err(|error| graphql_error(ctx, error))
    }
}

#[derive(Default)]
pub struct TurnsMutation;

#[Object]
impl TurnsMutation {
    /// Sends a message and starts the turn that answers it. Idempotent by `clientKey`: a message that is
    /// sent again with the same key starts no second turn.
    #[graphql(complexity = "20 + child_complexity")]
    async fn send_message(
        &self,
        context: &Context<'_>,
        conversation_id: ConversationId,
        input: NewMessage,
    ) -> Result<TurnView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.turns.submit(ctx, conversation_id, input).await.map_err(|error| graphql_error(ctx, error))
    }

    /// Regenerates an assistant message as a new sibling of it, with another model if `model` is given.
    #[graphql(complexity = "20 + child_complexity")]
    async fn regenerate(
        &self,
        context: &Context<'_>,
        message_id: MessageId,
        model: Option<String>,
    ) -> Result<TurnView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.turns.regenerate(ctx, message_id, model).await.map_err(|error| graphql_error(ctx, error))
    }

    /// Resumes a turn that was stopped, failed or was interrupted.
    #[graphql(complexity = "20 + child_complexity")]
    async fn resume_turn(&self, context: &Context<'_>, turn_id: TurnId) -> Result<TurnView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.turns.resume(ctx, turn_id).await.map_err(|error| graphql_error(ctx, error))
    }

    /// Stops a turn and keeps the text generated so far.
    async fn stop_turn(&self, context: &Context<'_>, turn_id: TurnId) -> Result<TurnView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.turns.stop(ctx, turn_id).await.map_err(|error| graphql_error(ctx, error))
    }

    /// Approves or denies a tool call that waits for approval.
    async fn decide_tool_call(
        &self,
        context: &Context<'_>,
        call_id: ToolCallId,
        decision: Decision,
    ) -> Result<TurnView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.turns.decide(ctx, call_id, decision).await.map_err(|error| graphql_error(ctx, error))
    }
}

#[derive(Default)]
pub struct TurnsSubscription;

#[Subscription]
impl TurnsSubscription {
    /// The events of a turn whose sequence number is greater than `after`: first the stored ones, then new ones
    /// as they occur. Completes after the terminal event.
    async fn turn_events(
        &self,
        context: &Context<'_>,
        turn_id: TurnId,
        #[graphql(default = 0)] after: u64,
    ) -> Result<impl Stream<Item = Result<Arc<TurnEvent>>> + use<>> {
        let (ctx, services) = ctx_and_services(context)?;
        let events =
            services.turns.events(ctx, turn_id, after).await.map_err(|error| graphql_error(ctx, error))?;
        let ctx = ctx.clone();
        Ok(events.map(move |event| event.map_err(|error| graphql_error(&ctx, error))))
    }
}
