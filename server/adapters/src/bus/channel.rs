//! The channel that retains one turn's events until they are checkpointed.

use async_stream::stream;
use futures::StreamExt;
use parking_lot::Mutex;
use penny_ports::bus::{BusError, LiveTurnEvents};
use penny_types::events::TurnEvent;
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::watch;

/// Checkpointed events retained anyway, so that slightly late subscribers need not read the database.
const RETAINED_CHECKPOINTED: usize = 64;
/// Maximum number of events that a subscription reads under one lock.
const READ_BATCH: usize = 64;

/// Retains a turn's events and wakes its subscribers.
#[derive(Debug)]
pub(super) struct TurnChannel {
    retained: Mutex<RetainedEvents>,
    /// Notified after each change of `retained`.
    changed: watch::Sender<()>,
    stop: Arc<watch::Sender<StopState>>,
}

/// Whether a turn runs, was requested to stop, or has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StopState {
    Running,
    StopRequested,
    /// The turn ended without a stop request.
    Ended,
}

#[derive(Debug)]
struct RetainedEvents {
    /// Consecutive events; the front has the sequence number `first`.
    events: VecDeque<Arc<TurnEvent>>,
    first: u64,
    checkpointed: u64,
    is_closed: bool,
}

impl RetainedEvents {
    /// Returns the expected sequence number of the next event.
    fn next_seq(&self) -> u64 {
        self.first + self.events.len() as u64
    }
}

/// The result of reading the channel once.
enum ChannelRead {
    Events(Vec<Arc<TurnEvent>>),
    /// The requested events are no longer retained; holds the first retained sequence number.
    Gap(u64),
    /// No new events yet.
    Empty,
    /// No new events, and the channel is closed.
    Closed,
}

impl TurnChannel {
    pub(super) fn new(first: u64, stop: Arc<watch::Sender<StopState>>) -> Self {
        let first = first.max(1);
        Self {
            retained: Mutex::new(RetainedEvents {
                events: VecDeque::new(),
                first,
                checkpointed: first - 1,
                is_closed: false,
            }),
            changed: watch::Sender::new(()),
            stop,
        }
    }

    /// Appends an event. An event published before is ignored. An event that skips sequence numbers
    /// clears the channel, so that subscribers receive a gap error instead of incomplete events.
    pub(super) fn publish(&self, event: Arc<TurnEvent>) {
        {
            let mut retained = self.retained.lock();
            let expected = retained.next_seq();
            if event.seq < expected {
                return;
            }
            if event.seq > expected {
                retained.events.clear();
                retained.first = event.seq;
            }
            retained.events.push_back(event);
        }
        self.changed.send_replace(());
    }

    /// Drops events that are in the database, except the last few.
    pub(super) fn mark_checkpointed(&self, seq: u64) {
        let mut retained = self.retained.lock();
        retained.checkpointed = retained.checkpointed.max(seq);
        while retained.events.len() > RETAINED_CHECKPOINTED && retained.first <= retained.checkpointed {
            retained.events.pop_front();
            retained.first += 1;
        }
    }

    pub(super) fn close(&self) {
        self.retained.lock().is_closed = true;
        self.stop.send_if_modified(|state| {
            let was_running = *state == StopState::Running;
            if was_running {
                *state = StopState::Ended;
            }
            was_running
        });
        self.changed.send_replace(());
    }

    /// Subscribes to the events after sequence number `after`.
    pub(super) fn subscribe(self: Arc<Self>, after: u64) -> Result<LiveTurnEvents, BusError> {
        let first = self.retained.lock().first;
        if after.saturating_add(1) < first {
            return Err(BusError::Gap { first });
        }
        let mut changes = self.changed.subscribe();
        let mut after = after;
        Ok(stream! {
            loop {
                // Marked as seen before reading, so that a later change wakes this subscription.
                changes.borrow_and_update();
                match self.read(after) {
                    ChannelRead::Events(events) => {
                        for event in events {
                            after = event.seq;
                            yield Ok(event);
                        }
                    }
                    ChannelRead::Gap(first) => {
                        yield Err(BusError::Gap { first });
                        return;
                    }
                    ChannelRead::Closed => return,
                    ChannelRead::Empty => {
                        if changes.changed().await.is_err() {
                            return;
                        }
                    }
                }
            }
        }
        .boxed())
    }

    fn read(&self, after: u64) -> ChannelRead {
        let retained = self.retained.lock();
        let Some(skipped) = after.saturating_add(1).checked_sub(retained.first) else {
            return ChannelRead::Gap(retained.first);
        };
        let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
        let events: Vec<_> = retained.events.iter().skip(skipped).take(READ_BATCH).cloned().collect();
        match events.is_empty() {
            false => ChannelRead::Events(events),
            true if retained.is_closed => ChannelRead::Closed,
            true => ChannelRead::Empty,
        }
    }
}
