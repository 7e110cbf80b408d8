//! Finds turns whose process went away and marks them interrupted, with what their checkpoints hold.

use super::{
    Error,
    record::merge,
    runner::Crew,
    settle,
    store::{self, Close},
};
use crate::{
    audit::{self, Record},
    conversations::{self, store as rows},
    ctx::Ctx,
    db::unsigned,
};
use penny_entity::{turn, words::Outcome};
use penny_types::{
    events::{TurnEvent, TurnEventBody, TurnInterrupted},
    turns::TurnStatus,
};
use sea_orm::DbBackend;
use std::time::Duration;

/// Time between looks for orphans where several processes share a database.
const EVERY: Duration = Duration::from_secs(1);
/// How long after a database has come back its leases are believed to be old only because nobody
/// could renew them.
const GRACE: Duration = Duration::from_secs(4);

/// Looks for orphans now and, where several processes share a database, from now on.
pub(super) async fn run(crew: Crew) {
    let stopping = crew.shared.tasks.stopping();
    let mut was_away = false;
    loop {
        let looked = if was_away {
            crew.shared.db.check().await.map_err(Error::from)
        } else {
            pass(&crew).await.map(drop)
        };
        let wait = if was_away && looked.is_ok() { GRACE } else { EVERY };
        was_away = looked.is_err();
        if let Err(error) = looked {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "orphaned turns could not be looked for"
            );
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Marks every orphaned turn interrupted; returns how many there were.
pub(super) async fn pass(crew: &Crew) -> Result<usize, Error> {
    let shared = &crew.shared;
    let is_alone = shared.db.backend() == DbBackend::Sqlite;
    // With one process, whatever it does not lease itself is an orphan, however fresh the lease.
    // Its own are, too, when nothing renews their lease any more.
    let lookup = shared.db.lookup().await?;
    let alone = is_alone.then(|| crew.checkpointer.owner());
    let orphans = store::orphans(shared.world.now(), alone).all(lookup.conn()).await?;
    drop(lookup);
    let mut count = 0;
    for orphan in orphans {
        if crew.checkpointer.holds(orphan.id) {
            continue;
        }
        let ctx = Ctx::system(orphan.tenant_id, shared.world.clone());
        match interrupt(crew, &ctx, &orphan).await {
            Ok(was_orphan) => count += usize::from(was_orphan),
            Err(Error::Store(error)) if error.is_passing() => return Err(error.into()),
            // One turn that cannot be marked must not keep the others from it.
            Err(error) => tracing::error!(
                turn.id = %orphan.id,
                error = &error as &dyn std::error::Error,
                "an orphaned turn could not be marked"
            ),
        }
    }
    if count > 0 {
        tracing::info!(turns = count, "turns whose process went away were marked interrupted");
    }
    Ok(count)
}

/// Interrupts a turn of this process whose run broke off without an end: nobody else will.
pub(super) async fn abandon(crew: &Crew, turn: &turn::Model) {
    crew.checkpointer.abandon(turn.id);
    let ctx = Ctx::system(turn.tenant_id, crew.shared.world.clone());
    if let Err(error) = interrupt(crew, &ctx, turn).await {
        tracing::warn!(
            turn.id = %turn.id,
            error = &error as &dyn std::error::Error,
            "a turn that broke off could not be marked; it will be when its lease has run out"
        );
    }
}

async fn interrupt(crew: &Crew, ctx: &Ctx, orphan: &turn::Model) -> Result<bool, Error> {
    let tx = crew.shared.db.begin(ctx).await?;
    let Some(turn) = store::take_over(tx.conn(), ctx, orphan, None).await? else { return Ok(false) };
    let (_, draft) = store::checkpointed(tx.conn(), ctx, &turn).await?;
    let length = draft.text_length();
    // Above any number that anyone can have seen.
    let seq = unsigned(turn.seq_reserved) + 1;
    let event =
        TurnEvent { seq, turn_id: turn.id, body: TurnEventBody::Interrupted(TurnInterrupted { length }) };
    let close = Close {
        status: TurnStatus::Interrupted,
        code: None,
        last_seq: seq,
        text_length: length,
        reasoning_length: draft.reasoning_length(),
        usage: store::view(&turn).usage,
    };
    store::close(tx.conn(), ctx, &turn, &close).await?;
    store::append(tx.conn(), ctx, &[(turn.id, merge([&event]))]).await?;
    settle::settle(crew, &tx, ctx, &turn, TurnStatus::Interrupted, draft.parts()).await?;
    if let Some(row) = rows::find(tx.conn(), ctx, turn.conversation_id).await? {
        conversations::tell(&tx, &row, None);
    }
    let record = Record::of("turns.interrupted", "turn").target(turn.id).outcome(Outcome::Failed);
    audit::record(&tx, ctx, record).await?;
    tx.commit().await?;
    // Whoever follows the turn here finds its last word in the database.
    drop(crew.shared.bus.close_turn(turn.id).await);
    Ok(true)
}
