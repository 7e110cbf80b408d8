//! Following a turn: reads stored events from the database, then live events from the bus, and returns to the
//! database if the bus no longer has the next event, until the terminal event.

use super::{TurnError, store};
use async_stream::try_stream;
use futures::{StreamExt, stream::BoxStream};
use penny_entity::turn;
use penny_kernel::{SharedKernel, ctx::Ctx, db::unsigned};
use penny_ports::bus::BusError;
use penny_types::{TurnId, events::TurnEvent, turns::TurnStatus};
use std::{sync::Arc, time::Duration};

/// Polling interval for a turn of another process that the bus does not know.
const POLL_INTERVAL: Duration = Duration::from_millis(300);

/// Polling interval for events that the bus no longer has and that are not stored yet.
const GAP_POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Maximum time that a stop request waits for the turn to end.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// Returns the events of a turn after number `after`. The caller must have authorized the access.
pub(super) fn follow(
    kernel: SharedKernel,
    ctx: Ctx,
    turn: TurnId,
    after: u64,
) -> BoxStream<'static, Result<Arc<TurnEvent>, TurnError>> {
    let events = try_stream! {
        let mut last_seq = after;
        let mut reads_database = after > 0;
        loop {
            if reads_database {
                for event in stored_events(&kernel, &ctx, turn, last_seq).await? {
                    let is_terminal = event.body.is_terminal();
                    last_seq = event.seq;
                    yield Arc::new(event);
                    if is_terminal {
                        return;
                    }
                }
            }
            reads_database = true;
            match kernel.bus.subscribe_turn(turn, last_seq).await {
                Ok(Some(mut live_events)) => {
                    while let Some(Ok(event)) = live_events.next().await {
                        if event.seq <= last_seq {
                            continue;
                        }
                        let is_terminal = event.body.is_terminal();
                        last_seq = event.seq;
                        yield event;
                        if is_terminal {
                            return;
                        }
                    }
                }
                Ok(None) => {
                    match follow_state(&kernel, &ctx, turn, last_seq).await? {
                        FollowState::Complete => return,
                        FollowState::Behind => {}
                        FollowState::Waiting => kernel.bus.open_turn(turn, last_seq + 1).await?,
                        FollowState::RunsElsewhere => tokio::time::sleep(POLL_INTERVAL).await,
                    }
                }
                // The missing events are written with the next checkpoint.
                Err(BusError::Gap { .. }) => tokio::time::sleep(GAP_POLL_INTERVAL).await,
                Err(BusError::Unavailable) => tokio::time::sleep(POLL_INTERVAL).await,
            }
        }
    };
    events.boxed()
}

/// Waits for the terminal event of a turn, for at most [`STOP_TIMEOUT`]. Errors and the timeout are ignored,
/// since the turn stops anyway.
pub(super) async fn wait_until_terminal(kernel: SharedKernel, ctx: &Ctx, turn: &turn::Model) {
    let events = follow(kernel, ctx.clone(), turn.id, unsigned(turn.last_seq));
    let end = events.take_while(|event| std::future::ready(event.is_ok())).for_each(|_| async {});
    if tokio::time::timeout(STOP_TIMEOUT, end).await.is_err() {
        tracing::debug!(turn.id = %turn.id, "a turn has not ended within the stop timeout");
    }
}

async fn stored_events(
    kernel: &SharedKernel,
    ctx: &Ctx,
    turn: TurnId,
    after: u64,
) -> Result<Vec<TurnEvent>, TurnError> {
    let tx = kernel.db.read(ctx).await?;
    let records = store::read_events(tx.conn(), ctx, turn, after).await?;
    Ok(records.iter().filter_map(|record| record.event_after(turn, after)).collect())
}

/// State of a turn without an open bus channel, from the view of a client.
enum FollowState {
    /// The turn has ended and the client has all events.
    Complete,
    /// The database has events that the client does not have.
    Behind,
    /// The turn waits for an approval; the channel is opened when it is resumed.
    Waiting,
    /// Another process runs the turn or has run it.
    RunsElsewhere,
}

async fn follow_state(
    kernel: &SharedKernel,
    ctx: &Ctx,
    turn: TurnId,
    last_seq: u64,
) -> Result<FollowState, TurnError> {
    let tx = kernel.db.read(ctx).await?;
    let row = store::find(tx.conn(), ctx, turn).await?.ok_or(TurnError::NotFound)?;
    let has_more = unsigned(row.last_seq) > last_seq;
    Ok(match row.status {
        _ if has_more => FollowState::Behind,
        status if status.is_terminal() => FollowState::Complete,
        TurnStatus::Waiting => FollowState::Waiting,
        _ => FollowState::RunsElsewhere,
    })
}
