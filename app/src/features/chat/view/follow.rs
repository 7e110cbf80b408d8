//! Turns that are still being written, followed event by event and drawn frame by frame.

use super::thread::{Announcement, Thread};
use crate::features::chat::state::{Applied, RowKey, Status, ThreadState};
use futures::StreamExt;
use leptos::{prelude::*, task::spawn_local};
use penny_types::{
    TurnId,
    conversations::MessageWindowRequest,
    events::{TurnEvent, TurnEventBody},
};
use std::collections::HashSet;

impl Thread {
    /// Follows every turn whose events are still to come. Only in the browser.
    pub fn follow_all(self) {
        let Some(follows) = self.state.try_with_value(ThreadState::follows) else { return };
        for follow in follows {
            let is_new = self
                .following
                .try_update_value(|following| following.insert(follow.turn))
                .unwrap_or_default();
            if is_new {
                self.follow(follow.turn);
            }
        }
    }

    fn follow(self, turn: TurnId) {
        let Some(api) = self.api.try_get_value() else { return };
        spawn_local(async move {
            let mut events = api.turn_events(turn, move || self.after(turn));
            let mut is_over = false;
            while let Some(Ok(event)) = events.next().await {
                is_over = event.body.is_terminal();
                if self.buffer.try_update_value(|buffer| buffer.push(event)).is_none() {
                    return;
                }
                self.flush_soon();
            }
            self.following.try_update_value(|following| following.remove(&turn));
            if !is_over {
                // The stream ended early: what became of the turn is on the server.
                self.refresh();
            }
        });
    }

    /// Returns the last event of a turn that is known, those not drawn yet included.
    fn after(self, turn: TurnId) -> u64 {
        let drawn = self
            .state
            .try_with_value(|state| {
                state.follows().into_iter().find(|follow| follow.turn == turn).map(|follow| follow.after)
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
        drawn.max(buffered)
    }

    /// Draws what has arrived with the next frame, once, however much arrives until then.
    fn flush_soon(self) {
        if self.is_flush_due.try_get_value().unwrap_or(true) {
            return;
        }
        self.is_flush_due.set_value(true);
        request_animation_frame(move || {
            if self.is_flush_due.try_set_value(false).is_none() {
                self.flush();
            }
        });
    }

    fn flush(self) {
        let Some(events) = self.buffer.try_update_value(std::mem::take) else { return };
        let mut changed = HashSet::new();
        let mut has_gap = false;
        let spoken = self.state.try_update_value(|state| {
            let mut spoken = None;
            for event in &events {
                let (key, applied) = state.apply(event);
                has_gap |= applied == Applied::Gap;
                if applied == Applied::Changed
                    && let Some(key) = key
                {
                    changed.insert(key);
                    spoken = announcement(state, key, event).or(spoken);
                }
            }
            spoken
        });
        for key in changed {
            self.pulse(key);
        }
        self.update_live();
        if let Some(spoken) = spoken.flatten() {
            self.say(spoken);
        }
        if has_gap {
            self.mend();
        }
    }

    /// Reads messages again of which events are missing.
    fn mend(self) {
        let Some(id) = self.conversation.try_get_untracked().flatten() else { return };
        let Some(api) = self.api.try_get_value() else { return };
        if self.is_mending.try_get_value().unwrap_or(true) {
            return;
        }
        self.is_mending.set_value(true);
        spawn_local(async move {
            let window = api.messages(id, &MessageWindowRequest::default()).await;
            self.is_mending.try_set_value(false);
            if let Ok(window) = window {
                self.state.try_update_value(|state| state.mend(&window));
                self.settle();
                self.follow_all();
            }
        });
    }
}

/// Says what is worth saying aloud about an event.
fn announcement(state: &ThreadState, key: RowKey, event: &TurnEvent) -> Option<Announcement> {
    match event.body {
        TurnEventBody::Started(_) => Some(Announcement::Answering),
        TurnEventBody::Approval(_) => Some(Announcement::Waiting),
        TurnEventBody::Failed(_) => Some(Announcement::Failed),
        _ => match state.find(key).map(|message| &message.status) {
            Some(Status::Settled) => Some(Announcement::Done),
            Some(Status::Stopped | Status::Interrupted) => Some(Announcement::Stopped),
            _ => None,
        },
    }
}
