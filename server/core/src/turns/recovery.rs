//! Recovery: marks turns whose process died as interrupted, with the content of their checkpoints.

use super::{
    TurnError,
    event_record::merge_events,
    finalize,
    runner::TurnDeps,
    store::{self, TurnClose},
};
use crate::conversations::{self, store as conversation_store};
use penny_entity::{enums::Outcome, turn};
use penny_kernel::{
    audit::{self, AuditRecord},
    ctx::Ctx,
    db::unsigned,
};
use penny_types::{
    events::{TurnEvent, TurnEventBody, TurnInterrupted},
    turns::TurnStatus,
};
use sea_orm::DbBackend;
use std::time::Duration;

/// Time between two scans for orphaned turns.
const SCAN_INTERVAL: Duration = Duration::from_secs(1);
/// Delay before the first scan after a database outage, so that live processes can renew leases that expired
/// during the outage.
const LEASE_GRACE_PERIOD: Duration = Duration::from_secs(4);

/// Scans for orphaned turns periodically until the server is stopping.
pub(super) async fn run(deps: TurnDeps) {
    let stopping = deps.kernel.tasks.stopping();
    let mut was_unavailable = false;
    loop {
        let result = if was_unavailable {
            deps.kernel.db.check().await.map_err(TurnError::from)
        } else {
            interrupt_orphans(&deps).await.map(drop)
        };
        let delay = if was_unavailable && result.is_ok() { LEASE_GRACE_PERIOD } else { SCAN_INTERVAL };
        was_unavailable = result.is_err();
        if let Err(error) = result {
            tracing::warn!(error = &error as &dyn std::error::Error, "failed to scan for orphaned turns");
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(delay) => {}
        }
    }
}

/// Marks all orphaned turns as interrupted and returns their number.
pub(super) async fn interrupt_orphans(deps: &TurnDeps) -> Result<usize, TurnError> {
    let kernel = &deps.kernel;
    let is_single_process = kernel.db.backend() == DbBackend::Sqlite;
    // SQLite has a single process, so every turn leased by another owner is orphaned even before its lease
    // expires.
    let lookup = kernel.db.lookup().await?;
    let sole_owner = is_single_process.then(|| deps.checkpointer.owner());
    let orphans = store::orphans(kernel.system.now(), sole_owner).all(lookup.conn()).await?;
    drop(lookup);
    let mut count = 0;
    for orphan in orphans {
        if deps.checkpointer.owns(orphan.id) {
            continue;
        }
        let ctx = Ctx::system(orphan.tenant_id, kernel.system.clone(), &[]);
        match interrupt(deps, &ctx, &orphan).await {
            Ok(was_orphan) => count += usize::from(was_orphan),
            Err(TurnError::Store(error)) if error.is_transient() => return Err(error.into()),
            // Continues with the other turns.
            Err(error) => tracing::error!(
                turn.id = %orphan.id,
                error = &error as &dyn std::error::Error,
                "failed to mark an orphaned turn as interrupted"
            ),
        }
    }
    if count > 0 {
        tracing::info!(turns = count, "marked orphaned turns as interrupted");
    }
    Ok(count)
}

/// Marks a turn of this process as interrupted whose run ended without a terminal state.
pub(super) async fn interrupt_unfinished(deps: &TurnDeps, turn: &turn::Model) {
    deps.checkpointer.release(turn.id);
    let ctx = Ctx::system(turn.tenant_id, deps.kernel.system.clone(), &[]);
    if let Err(error) = interrupt(deps, &ctx, turn).await {
        tracing::warn!(
            turn.id = %turn.id,
            error = &error as &dyn std::error::Error,
            "failed to mark a turn as interrupted; retrying when its lease has expired"
        );
    }
}

/// Takes a turn over and marks it as interrupted; returns `false` if another process has taken it over.
async fn interrupt(deps: &TurnDeps, ctx: &Ctx, orphan: &turn::Model) -> Result<bool, TurnError> {
    let tx = deps.kernel.db.begin(ctx).await?;
    let Some(turn) = store::take_over(tx.conn(), ctx, orphan, None).await? else { return Ok(false) };
    let (_, content) = store::read_content(tx.conn(), ctx, &turn).await?;
    let length = content.text_length();
    // Higher than any number that has been published.
    let seq = unsigned(turn.seq_reserved) + 1;
    let event =
        TurnEvent { seq, turn_id: turn.id, body: TurnEventBody::Interrupted(TurnInterrupted { length }) };
    let close = TurnClose {
        status: TurnStatus::Interrupted,
        code: None,
        last_seq: seq,
        text_length: length,
        reasoning_length: content.reasoning_length(),
        usage: store::view(&turn).usage,
    };
    store::close(tx.conn(), ctx, &turn, &close).await?;
    store::append_events(tx.conn(), ctx, &[(turn.id, merge_events([&event]))]).await?;
    finalize::finalize(deps, &tx, ctx, &turn, TurnStatus::Interrupted, content.parts()).await?;
    if let Some(row) = conversation_store::find(tx.conn(), ctx, turn.conversation_id).await? {
        conversations::notify_owner(&tx, &row, None);
    }
    let record = AuditRecord::of("turns.interrupted", "turn").target(turn.id).outcome(Outcome::Failed);
    audit::record(&tx, ctx, record).await?;
    tx.commit().await?;
    // Clients that follow the turn read the terminal event from the database.
    drop(deps.kernel.bus.close_turn(turn.id).await);
    Ok(true)
}
