//! One turn's events between the making and the checkpoint.

use async_stream::stream;
use futures::StreamExt;
use parking_lot::Mutex;
use penny_ports::bus::{BusError, TurnTail};
use penny_types::events::TurnEvent;
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::watch;

/// Checkpointed events kept all the same, so that a tail a moment behind need not go to the database.
const GRACE: usize = 64;
/// Events a tail takes under one lock.
const BATCH: usize = 64;

/// Retains a turn's events and wakes whoever follows it.
#[derive(Debug)]
pub(super) struct TurnChannel {
    retained: Mutex<Retained>,
    wake: watch::Sender<()>,
    stop: Arc<watch::Sender<StopSwitch>>,
}

/// Whether a turn was asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StopSwitch {
    /// Nobody asked.
    Off,
    /// Somebody asked.
    Asked,
    /// The turn ended first.
    Ended,
}

#[derive(Debug)]
struct Retained {
    /// Without gaps; the front is number `first`.
    events: VecDeque<Arc<TurnEvent>>,
    first: u64,
    checkpointed: u64,
    is_closed: bool,
}

impl Retained {
    /// The number the next event should bear.
    fn next(&self) -> u64 {
        self.first + self.events.len() as u64
    }
}

/// What a tail finds when it looks.
enum Found {
    Events(Vec<Arc<TurnEvent>>),
    Gap(u64),
    Nothing,
    End,
}

impl TurnChannel {
    pub(super) fn new(first: u64, stop: Arc<watch::Sender<StopSwitch>>) -> Self {
        let first = first.max(1);
        Self {
            retained: Mutex::new(Retained {
                events: VecDeque::new(),
                first,
                checkpointed: first - 1,
                is_closed: false,
            }),
            wake: watch::Sender::new(()),
            stop,
        }
    }

    /// Appends an event. One that was sent before is dropped; one that leaves numbers out begins
    /// the channel anew, and tails are told of the gap rather than of a false order.
    pub(super) fn publish(&self, event: Arc<TurnEvent>) {
        {
            let mut retained = self.retained.lock();
            let expected = retained.next();
            if event.seq < expected {
                return;
            }
            if event.seq > expected {
                retained.events.clear();
                retained.first = event.seq;
            }
            retained.events.push_back(event);
        }
        self.wake.send_replace(());
    }

    /// Forgets what is in the database, but for a few.
    pub(super) fn checkpointed(&self, seq: u64) {
        let mut retained = self.retained.lock();
        retained.checkpointed = retained.checkpointed.max(seq);
        while retained.events.len() > GRACE && retained.first <= retained.checkpointed {
            retained.events.pop_front();
            retained.first += 1;
        }
    }

    pub(super) fn close(&self) {
        self.retained.lock().is_closed = true;
        self.stop.send_if_modified(|switch| {
            let was_off = *switch == StopSwitch::Off;
            if was_off {
                *switch = StopSwitch::Ended;
            }
            was_off
        });
        self.wake.send_replace(());
    }

    /// Follows the channel from the event after `after`.
    pub(super) fn tail(self: Arc<Self>, after: u64) -> Result<TurnTail, BusError> {
        let first = self.retained.lock().first;
        if after.saturating_add(1) < first {
            return Err(BusError::Gap { first });
        }
        let mut woken = self.wake.subscribe();
        let mut after = after;
        Ok(stream! {
            loop {
                // Marked as seen before looking: what comes between wakes the next round.
                woken.borrow_and_update();
                match self.look(after) {
                    Found::Events(events) => {
                        for event in events {
                            after = event.seq;
                            yield Ok(event);
                        }
                    }
                    Found::Gap(first) => {
                        yield Err(BusError::Gap { first });
                        return;
                    }
                    Found::End => return,
                    Found::Nothing => {
                        if woken.changed().await.is_err() {
                            return;
                        }
                    }
                }
            }
        }
        .boxed())
    }

    fn look(&self, after: u64) -> Found {
        let retained = self.retained.lock();
        let Some(skipped) = after.saturating_add(1).checked_sub(retained.first) else {
            return Found::Gap(retained.first);
        };
        let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
        let events: Vec<_> = retained.events.iter().skip(skipped).take(BATCH).cloned().collect();
        match events.is_empty() {
            false => Found::Events(events),
            true if retained.is_closed => Found::End,
            true => Found::Nothing,
        }
    }
}
