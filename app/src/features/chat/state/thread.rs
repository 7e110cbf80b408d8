//! The loaded part of the visible branch, and the messages being sent or generated at its end.

use super::{
    message::{ApplyOutcome, MessageState, RowKey},
    sending::OutgoingMessage,
};
use penny_types::{
    MessageId, TurnId,
    conversations::{Author, MessageView, MessageWindow},
    events::TurnEvent,
};
use std::collections::HashMap;

/// Position of a message among its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BranchPosition {
    /// Position, from 1.
    pub position: usize,
    /// Number of siblings, including the message.
    pub count: usize,
    pub previous: Option<MessageId>,
    pub next: Option<MessageId>,
}

/// Boundary between copied messages and others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyBoundary {
    /// Before this message: it and the following ones were merged from another branch.
    Before,
    /// After this message: the fork copied the messages up to here.
    After,
}

/// A live turn and the last event received of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnCursor {
    pub turn_id: TurnId,
    /// Sequence number of the last event contained.
    pub last_seq: u64,
}

/// The messages of the visible branch as far as they are loaded, and the messages being sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ThreadState {
    pub(super) messages: Vec<MessageState>,
    pub(super) outbox: Vec<OutgoingMessage>,
    has_before: bool,
    next_key: u64,
}

impl ThreadState {
    /// Creates the state from the newest messages of a path.
    #[must_use]
    pub fn from_window(window: &MessageWindow) -> Self {
        let mut state = Self::default();
        state.replace(window);
        state
    }

    /// Returns the messages, oldest first.
    #[must_use]
    pub fn messages(&self) -> &[MessageState] {
        &self.messages
    }

    /// Returns the rows, oldest first.
    #[must_use]
    pub fn keys(&self) -> Vec<RowKey> {
        self.messages.iter().map(|message| message.key).collect()
    }

    #[must_use]
    pub fn find(&self, key: RowKey) -> Option<&MessageState> {
        self.messages.iter().find(|message| message.key == key)
    }

    /// Returns whether older messages can be loaded.
    #[must_use]
    pub const fn has_before(&self) -> bool {
        self.has_before
    }

    /// Returns the id of the oldest message loaded.
    #[must_use]
    pub fn oldest(&self) -> Option<MessageId> {
        self.messages.first().and_then(|message| message.id)
    }

    /// Returns the last user message that the server has accepted.
    #[must_use]
    pub fn last_user_message(&self) -> Option<&MessageState> {
        self.messages.iter().rev().find(|message| message.author == Author::User && message.id.is_some())
    }

    /// Returns the newest assistant message that is being generated.
    #[must_use]
    pub fn live_message(&self) -> Option<&MessageState> {
        self.messages
            .iter()
            .rev()
            .find(|message| message.status.is_live() && message.author == Author::Assistant)
    }

    /// Returns the turns whose events are still to come.
    #[must_use]
    pub fn live_turns(&self) -> Vec<TurnCursor> {
        self.messages
            .iter()
            .filter(|message| message.status.is_live())
            .filter_map(|message| {
                Some(TurnCursor { turn_id: message.turn_id?, last_seq: message.progress.last_seq })
            })
            .collect()
    }

    /// Returns whether `turn` writes one of the messages.
    #[must_use]
    pub fn has_turn(&self, turn: TurnId) -> bool {
        self.messages.iter().any(|message| message.turn_id == Some(turn))
    }

    /// Returns the position of a message among its siblings; `None` if it has none.
    #[must_use]
    pub fn branch_position(&self, key: RowKey) -> Option<BranchPosition> {
        let message = self.find(key)?;
        let index = message.siblings.iter().position(|sibling| Some(*sibling) == message.id)?;
        let count = message.siblings.len();
        (count > 1).then(|| BranchPosition {
            position: index + 1,
            count,
            previous: index.checked_sub(1).and_then(|index| message.siblings.get(index)).copied(),
            next: message.siblings.get(index + 1).copied(),
        })
    }

    /// Returns the versions of a message, including itself, and its index among them.
    #[must_use]
    pub fn versions(&self, id: MessageId) -> (Vec<MessageId>, usize) {
        let message = self.messages.iter().find(|message| message.siblings.contains(&id));
        let versions = message.map_or_else(|| vec![id], |message| message.siblings.clone());
        let index = versions.iter().position(|version| *version == id).unwrap_or_default();
        (versions, index)
    }

    /// Returns whether a message is on the visible branch, as far as it is loaded.
    #[must_use]
    pub fn is_shown(&self, id: MessageId) -> bool {
        self.messages.iter().any(|message| message.id == Some(id))
    }

    /// Returns the boundary between copied messages and others at a row. Only in a fork can the first messages be
    /// copies; of a long one, only the messages loaded are considered.
    #[must_use]
    pub fn copy_boundary(&self, key: RowKey, is_fork: bool) -> Option<CopyBoundary> {
        let index = self.messages.iter().position(|message| message.key == key)?;
        let is_copy = |message: &MessageState| message.is_copy;
        let (until, next) = (self.messages.get(..=index)?, self.messages.get(index + 1));
        let (message, before) = until.split_last()?;
        if !message.is_copy {
            return None;
        }
        if before.last().is_some_and(|message| !message.is_copy) {
            return Some(CopyBoundary::Before);
        }
        let is_last_copy = !next.is_some_and(is_copy);
        (is_fork && is_last_copy && before.iter().all(is_copy)).then_some(CopyBoundary::After)
    }

    /// Applies an event and returns the row it changed.
    pub fn apply(&mut self, event: &TurnEvent) -> (Option<RowKey>, ApplyOutcome) {
        let Some(message) =
            self.messages.iter_mut().rev().find(|message| message.turn_id == Some(event.turn_id))
        else {
            return (None, ApplyOutcome::Ignored);
        };
        let outcome = message.apply(event);
        (Some(message.key), outcome)
    }

    /// Replaces the end of the path with the messages of a window.
    ///
    /// Messages that stay keep their row keys. A message that contains more events than in the window keeps its
    /// state. Unsent messages stay, and so do messages loaded before the window: in a tree there is only one path
    /// from the root to a message.
    pub fn replace(&mut self, window: &MessageWindow) {
        let first = window.items.first().map(|view| view.id);
        let kept =
            self.messages.iter().position(|message| first.is_some() && message.id == first).unwrap_or(0);
        if kept == 0 {
            self.has_before = window.has_before;
        }
        let mut known: HashMap<MessageId, MessageState> = HashMap::new();
        let mut unsent = Vec::new();
        for message in self.messages.split_off(kept) {
            match message.id {
                Some(id) => drop(known.insert(id, message)),
                None => unsent.push(message),
            }
        }
        for view in &window.items {
            let message = self.merge(view, known.remove(&view.id));
            self.messages.push(message);
        }
        self.messages.append(&mut unsent);
    }

    /// Inserts older messages and returns the number of new ones.
    pub fn prepend(&mut self, window: &MessageWindow) -> usize {
        let new_messages: Vec<&MessageView> = window
            .items
            .iter()
            .filter(|view| !self.messages.iter().any(|message| message.id == Some(view.id)))
            .collect();
        let mut older: Vec<MessageState> =
            new_messages.into_iter().map(|view| self.merge(view, None)).collect();
        let count = older.len();
        older.append(&mut self.messages);
        self.messages = older;
        self.has_before = window.has_before;
        count
    }

    /// Replaces messages with their stored state, which closes gaps.
    pub fn reload(&mut self, window: &MessageWindow) {
        for view in &window.items {
            if let Some(message) = self.messages.iter_mut().find(|message| message.id == Some(view.id)) {
                *message = MessageState::from_view(message.key, view);
            }
        }
    }

    pub(super) fn new_key(&mut self) -> RowKey {
        self.next_key += 1;
        RowKey(self.next_key)
    }

    /// Returns the state of a stored message, keeping the row key and any newer state of the known one.
    fn merge(&mut self, view: &MessageView, known: Option<MessageState>) -> MessageState {
        let Some(mut known) = known else {
            let key = self.new_key();
            return MessageState::from_view(key, view);
        };
        let is_newer = known.turn_id == view.turn_id && known.progress.last_seq > view.last_seq;
        if is_newer {
            known.siblings.clone_from(&view.sibling_ids);
            return known;
        }
        let usage = known.usage.take();
        let mut message = MessageState::from_view(known.key, view);
        message.usage = usage;
        message
    }
}
