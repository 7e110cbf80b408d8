//! Follows a turn: what the database holds, then the bus, and the database again where the bus no
//! longer reaches back, until the last event.

use super::{Error, store};
use crate::{ctx::Ctx, db::unsigned, foundation::Shared};
use async_stream::try_stream;
use futures::{StreamExt, stream::BoxStream};
use penny_entity::turn;
use penny_ports::bus::BusError;
use penny_types::{TurnId, events::TurnEvent, turns::TurnStatus};
use std::{sync::Arc, time::Duration};

/// Time between looks at a turn that another replica runs, when the bus knows nothing of it.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// Time between looks at events that the bus no longer holds and the database does not hold yet.
const CATCH_UP: Duration = Duration::from_millis(20);

/// How long a person who stops a turn waits to hear that it has stopped.
const STOPS_WITHIN: Duration = Duration::from_secs(2);

/// Follows a turn from the event after `after`. The person's right was checked by the caller.
pub(super) fn follow(
    shared: Shared,
    ctx: Ctx,
    turn: TurnId,
    after: u64,
) -> BoxStream<'static, Result<Arc<TurnEvent>, Error>> {
    let events = try_stream! {
        let mut last = after;
        let mut reads_first = after > 0;
        loop {
            if reads_first {
                for event in stored(&shared, &ctx, turn, last).await? {
                    let is_terminal = event.body.is_terminal();
                    last = event.seq;
                    yield Arc::new(event);
                    if is_terminal {
                        return;
                    }
                }
            }
            reads_first = true;
            match shared.bus.tail_turn(turn, last).await {
                Ok(Some(mut tail)) => {
                    while let Some(Ok(event)) = tail.next().await {
                        if event.seq <= last {
                            continue;
                        }
                        let is_terminal = event.body.is_terminal();
                        last = event.seq;
                        yield event;
                        if is_terminal {
                            return;
                        }
                    }
                }
                Ok(None) => {
                    match rest(&shared, &ctx, turn, last).await? {
                        Rest::Over => return,
                        Rest::Behind => {}
                        Rest::Waiting => shared.bus.open_turn(turn, last + 1).await?,
                        Rest::Elsewhere => tokio::time::sleep(LOOK_AGAIN).await,
                    }
                }
                // What lies between is on its way into the database.
                Err(BusError::Gap { .. }) => tokio::time::sleep(CATCH_UP).await,
                Err(BusError::Unavailable) => tokio::time::sleep(LOOK_AGAIN).await,
            }
        }
    };
    events.boxed()
}

/// Follows a turn that was asked to stop to its last event, for as long as a person would wait. One that
/// takes longer, or cannot be followed, stops all the same.
pub(super) async fn see_out(shared: Shared, ctx: &Ctx, turn: &turn::Model) {
    let events = follow(shared, ctx.clone(), turn.id, unsigned(turn.last_seq));
    let end = events.take_while(|event| std::future::ready(event.is_ok())).for_each(|_| async {});
    if tokio::time::timeout(STOPS_WITHIN, end).await.is_err() {
        tracing::debug!(turn.id = %turn.id, "a turn that was asked to stop is still ending");
    }
}

async fn stored(shared: &Shared, ctx: &Ctx, turn: TurnId, after: u64) -> Result<Vec<TurnEvent>, Error> {
    let tx = shared.db.read(ctx).await?;
    let records = store::records(tx.conn(), ctx, turn, after).await?;
    Ok(records.iter().filter_map(|record| record.after(turn, after)).collect())
}

/// How a turn without an open channel stands towards a reader.
enum Rest {
    /// The reader has everything.
    Over,
    /// The database has more than the reader.
    Behind,
    /// A person is to decide; the channel opens when they have.
    Waiting,
    /// Another process runs it, or ran it.
    Elsewhere,
}

async fn rest(shared: &Shared, ctx: &Ctx, turn: TurnId, last: u64) -> Result<Rest, Error> {
    let tx = shared.db.read(ctx).await?;
    let row = store::find(tx.conn(), ctx, turn).await?.ok_or(Error::NotFound)?;
    let has_more = unsigned(row.last_seq) > last;
    Ok(match row.status {
        _ if has_more => Rest::Behind,
        status if status.is_over() => Rest::Over,
        TurnStatus::Waiting => Rest::Waiting,
        _ => Rest::Elsewhere,
    })
}
