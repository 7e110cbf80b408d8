//! Events of live turns: received as a stream and applied once per animation frame.

use super::thread::{Announcement, Thread};
use crate::features::chat::state::{ApplyOutcome, MessageStatus, RowKey, ThreadState};
use futures::StreamExt;
use leptos::{prelude::*, task::spawn_local};
use penny_types::{
    TurnId,
    conversations::MessageWindowRequest,
    events::{TurnEvent, TurnEventBody},
};
use std::collections::HashSet;

impl Thread {
    /// Subscribes to the events of all live turns. Only in the browser.
    pub fn follow_live_turns(self) {
        let Some(cursors) = self.state.try_with_value(ThreadState::live_turns) else { return };
        for cursor in cursors {
            let is_new = self
                .followed_turns
                .try_update_value(|followed| followed.insert(cursor.turn_id))
                .unwrap_or_default();
            if is_new {
                self.follow_turn(cursor.turn_id);
            }
        }
    }

    fn follow_turn(self, turn: TurnId) {
        let Some(api) = self.api.try_get_value() else { return };
        spawn_local(async move {
            let mut events = api.turn_events(turn, move || self.last_seq(turn));
            let mut is_terminal = false;
            while let Some(Ok(event)) = events.next().await {
                is_terminal = event.body.is_terminal();
                if self.buffer.try_update_value(|buffer| buffer.push(event)).is_none() {
                    return;
                }
                self.schedule_flush();
            }
            self.followed_turns.try_update_value(|followed| followed.remove(&turn));
            if !is_terminal {
                // The stream ended early: the server knows the outcome of the turn.
                self.refresh();
            }
        });
    }

    /// Returns the sequence number of the last event received, including events not applied yet.
    fn last_seq(self, turn: TurnId) -> u64 {
        let applied = self
            .state
            .try_with_value(|state| {
                state
                    .live_turns()
                    .into_iter()
                    .find(|cursor| cursor.turn_id == turn)
                    .map(|cursor| cursor.last_seq)
            })
            .flatten()
            .unwrap_or_default();
        let buffered = self
            .buffer
            .try_with_value(|buffer| {
                buffer
                    .iter()
                    .filter(|event| event.turn_id == turn)
                    .map(|event| event.seq)
                    .max()
                    .unwrap_or_default()
            })
            .unwrap_or_default();
        applied.max(buffered)
    }

    /// Schedules [`Self::flush`] for the next animation frame, once.
    fn schedule_flush(self) {
        if self.is_flush_scheduled.try_get_value().unwrap_or(true) {
            return;
        }
        self.is_flush_scheduled.set_value(true);
        request_animation_frame(move || {
            if self.is_flush_scheduled.try_set_value(false).is_none() {
                self.flush();
            }
        });
    }

    fn flush(self) {
        let Some(events) = self.buffer.try_update_value(std::mem::take) else { return };
        let mut changed = HashSet::new();
        let mut has_gap = false;
        let announced = self.state.try_update_value(|state| {
            let mut announced = None;
            for event in &events {
                let (key, outcome) = state.apply(event);
                has_gap |= outcome == ApplyOutcome::Gap;
                if outcome == ApplyOutcome::Changed
                    && let Some(key) = key
                {
                    changed.insert(key);
                    announced = announcement(state, key, event).or(announced);
                }
            }
            announced
        });
        for key in changed {
            self.notify_row(key);
        }
        self.update_live_signals();
        if let Some(announcement) = announced.flatten() {
            self.announce(announcement);
        }
        if has_gap {
            self.reload_gaps();
        }
    }

    /// Reloads messages with missing events.
    fn reload_gaps(self) {
        let Some(id) = self.conversation.try_get_untracked().flatten() else { return };
        let Some(api) = self.api.try_get_value() else { return };
        if self.is_reloading.try_get_value().unwrap_or(true) {
            return;
        }
        self.is_reloading.set_value(true);
        spawn_local(async move {
            let window = api.messages(id, &MessageWindowRequest::default()).await;
            self.is_reloading.try_set_value(false);
            if let Ok(window) = window {
                self.state.try_update_value(|state| state.reload(&window));
                self.sync_signals();
                self.follow_live_turns();
            }
        });
    }
}

/// Returns the announcement for an event.
fn announcement(state: &ThreadState, key: RowKey, event: &TurnEvent) -> Option<Announcement> {
    match event.body {
        TurnEventBody::Started(_) => Some(Announcement::Answering),
        TurnEventBody::Approval(_) => Some(Announcement::Waiting),
        TurnEventBody::Failed(_) => Some(Announcement::Failed),
        _ => match state.find(key).map(|message| &message.status) {
            Some(MessageStatus::Complete) => Some(Announcement::Done),
            Some(MessageStatus::Stopped | MessageStatus::Interrupted) => Some(Announcement::Stopped),
            _ => None,
        },
    }
}
