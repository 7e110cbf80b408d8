//! Starting the runs of new turns and resuming or stopping waiting ones.

use super::{
    TurnError, Turns,
    checkpoint::LEASE_DURATION,
    content::TurnContent,
    recovery,
    runner::{RunInput, RunOutcome, TurnRunner},
    store,
};
use crate::routing::Route;
use futures::FutureExt;
use penny_entity::turn;
use penny_kernel::{
    ctx::{Authenticated, Ctx, CtxError, Transport},
    db::WriteTx,
};
use penny_types::turns::TurnView;
use std::panic::AssertUnwindSafe;
use tracing::Instrument;

impl Turns {
    /// Returns the context of the principal who sent the message of a turn, with the rights it has now. A turn always
    /// runs under the rights of its sender, never of the user who decides its tool calls.
    pub(super) async fn sender_ctx(
        &self,
        tx: &WriteTx,
        ctx: &Ctx,
        turn: &turn::Model,
    ) -> Result<Ctx, TurnError> {
        let sender = Authenticated {
            tenant: turn.tenant_id,
            principal: turn.principal_id,
            on_behalf_of: turn.on_behalf_of,
            scopes: serde_json::from_value(turn.scopes.clone()).unwrap_or_default(),
            expires_at: None,
        };
        let transport = Transport::find(&turn.via).unwrap_or(ctx.transport());
        let built = self
            .deps
            .kernel
            .principal_ctx_in(tx, sender, transport, Some(turn.locale), ctx.request_id())
            .await;
        built.map_err(|error| match error {
            CtxError::Inactive | CtxError::NotDelegated(_) => TurnError::SenderInactive,
            CtxError::Policies(error) => TurnError::Policies(error),
            CtxError::Store(error) => TurnError::Store(error),
        })
    }

    /// Takes over a waiting turn and returns it with its content; `None` if it is no longer waiting.
    pub(super) async fn resume_waiting(
        &self,
        tx: &WriteTx,
        ctx: &Ctx,
        turn: &turn::Model,
    ) -> Result<Option<(turn::Model, TurnContent)>, TurnError> {
        let lease = (self.deps.checkpointer.owner(), ctx.now() + LEASE_DURATION);
        let Some(turn) = store::take_over(tx.conn(), ctx, turn, Some(lease)).await? else { return Ok(None) };
        store::finish_waits(tx.conn(), ctx, turn.id).await?;
        let (_, content) = store::read_content(tx.conn(), ctx, &turn).await?;
        Ok(Some((turn, content)))
    }

    /// Stops a turn that was waiting.
    pub(super) async fn stop_waiting(
        &self,
        ctx: &Ctx,
        turn: turn::Model,
        content: TurnContent,
    ) -> Result<(), TurnError> {
        let Ok(route) = self.routing.resolve(Some(&turn.model)) else {
            // The model no longer exists; the turn ends as interrupted.
            recovery::interrupt_unfinished(&self.deps, &turn).await;
            return Ok(());
        };
        let input = RunInput { content, ..RunInput::default() };
        let runner = TurnRunner::new(self.deps.clone(), ctx.clone(), turn.clone(), route, input).await;
        match runner {
            Ok(runner) => runner.finish(RunOutcome::Stopped).await,
            Err(error) => {
                recovery::interrupt_unfinished(&self.deps, &turn).await;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Spawns the run of a stored turn as a server task, independent of the request.
    pub(super) async fn spawn_run(
        &self,
        ctx: &Ctx,
        turn: turn::Model,
        route: Route,
        input: RunInput,
    ) -> Result<TurnView, TurnError> {
        let view = store::view(&turn);
        let runner = TurnRunner::new(self.deps.clone(), ctx.clone(), turn.clone(), route, input).await;
        let runner = match runner {
            Ok(runner) => runner,
            Err(error) => {
                recovery::interrupt_unfinished(&self.deps, &turn).await;
                return Err(error);
            }
        };
        let deps = self.deps.clone();
        let span =
            tracing::info_span!(parent: None, "turn", turn.id = %turn.id, request.id = %ctx.request_id());
        let run = async move {
            // A panic in a provider or a tool ends only this turn.
            if AssertUnwindSafe(runner.run()).catch_unwind().await.is_err() {
                tracing::error!("the run of a turn panicked");
                recovery::interrupt_unfinished(&deps, &turn).await;
            }
        };
        self.deps.kernel.tasks.spawn(run.instrument(span));
        // Lets the run send its model request before the response to the caller is built.
        tokio::task::yield_now().await;
        Ok(view)
    }
}
