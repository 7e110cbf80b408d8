//! Sets turns going: new ones, and those that rested.

use super::{
    Error, Turns,
    checkpoint::LEASE,
    draft::Draft,
    recovery,
    runner::{Beginning, End, Runner},
    store,
};
use crate::{ctx::Ctx, db::WriteTx, routing::Route};
use futures::FutureExt;
use penny_entity::turn;
use penny_types::turns::TurnView;
use std::panic::AssertUnwindSafe;
use tracing::Instrument;

impl Turns {
    /// Takes up a turn that rests, with what it said before.
    pub(super) async fn wake(
        &self,
        tx: &WriteTx,
        ctx: &Ctx,
        turn: &turn::Model,
    ) -> Result<Option<(turn::Model, Draft)>, Error> {
        let lease = (self.crew.checkpointer.owner(), ctx.now() + LEASE);
        let Some(turn) = store::take_over(tx.conn(), ctx, turn, Some(lease)).await? else { return Ok(None) };
        store::finish_waits(tx.conn(), ctx, turn.id).await?;
        let (_, draft) = store::checkpointed(tx.conn(), ctx, &turn).await?;
        Ok(Some((turn, draft)))
    }

    /// Stops a turn that rested.
    pub(super) async fn end_resting(&self, ctx: &Ctx, turn: turn::Model, draft: Draft) -> Result<(), Error> {
        let Ok(route) = self.routing.resolve(Some(&turn.model)) else {
            // Its model is gone; it ends all the same.
            recovery::abandon(&self.crew, &turn).await;
            return Ok(());
        };
        let from = Beginning { draft, ..Beginning::default() };
        let runner = Runner::new(self.crew.clone(), ctx.clone(), turn.clone(), route, from).await;
        match runner {
            Ok(runner) => runner.end(End::Stopped).await,
            Err(error) => {
                recovery::abandon(&self.crew, &turn).await;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Sets a written turn going. From here on it is the server's: the caller may go away.
    pub(super) async fn launch(
        &self,
        ctx: &Ctx,
        turn: turn::Model,
        route: Route,
        from: Beginning,
    ) -> Result<TurnView, Error> {
        let view = store::view(&turn);
        let made = Runner::new(self.crew.clone(), ctx.clone(), turn.clone(), route, from).await;
        let runner = match made {
            Ok(runner) => runner,
            Err(error) => {
                recovery::abandon(&self.crew, &turn).await;
                return Err(error);
            }
        };
        let crew = self.crew.clone();
        let span = tracing::info_span!(parent: None, "turn", turn.id = %turn.id, request.id = %ctx.request);
        let run = async move {
            // A provider or a tool that panics takes its turn with it, and nothing else.
            if AssertUnwindSafe(runner.run()).catch_unwind().await.is_err() {
                tracing::error!("a turn's run panicked");
                recovery::abandon(&crew, &turn).await;
            }
        };
        self.crew.shared.tasks.spawn(run.instrument(span));
        // The model is asked first: the caller hears of the turn while it thinks.
        tokio::task::yield_now().await;
        Ok(view)
    }
}
