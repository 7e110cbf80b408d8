//! A stretch of a path, oldest first, and what is being written at its end.

use super::{
    message::{Applied, MessageState, RowKey, Status},
    sending::Outgoing,
};
use penny_types::{
    MessageId, TurnId,
    conversations::{Author, MessageView, MessageWindow},
    events::TurnEvent,
};
use std::collections::HashMap;

/// Where a message stands among those that share its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Branch {
    /// Its place, from 1.
    pub position: usize,
    /// How many there are.
    pub count: usize,
    /// The one before it.
    pub previous: Option<MessageId>,
    /// The one after it.
    pub next: Option<MessageId>,
}

/// Where copied messages begin or end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seam {
    /// Before this message: what follows came from another branch.
    Before,
    /// After this message: the conversation began as a copy up to here.
    After,
}

/// A turn to be followed, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Follow {
    /// The turn.
    pub turn: TurnId,
    /// The last event already known.
    pub after: u64,
}

/// The thread as it is drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ThreadState {
    pub(super) messages: Vec<MessageState>,
    pub(super) outbox: Vec<Outgoing>,
    has_before: bool,
    next_key: u64,
}

impl ThreadState {
    /// Draws the newest window of a path.
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

    /// Finds a row's message.
    #[must_use]
    pub fn find(&self, key: RowKey) -> Option<&MessageState> {
        self.messages.iter().find(|message| message.key == key)
    }

    /// Says whether older messages can be read.
    #[must_use]
    pub const fn has_before(&self) -> bool {
        self.has_before
    }

    /// Returns the oldest message here: what a request for older ones names.
    #[must_use]
    pub fn oldest(&self) -> Option<MessageId> {
        self.messages.first().and_then(|message| message.id)
    }

    /// Returns the last thing a person said, for editing.
    #[must_use]
    pub fn last_said(&self) -> Option<&MessageState> {
        self.messages.iter().rev().find(|message| message.author == Author::User && message.id.is_some())
    }

    /// Returns the message that is being written, newest first.
    #[must_use]
    pub fn live(&self) -> Option<&MessageState> {
        self.messages
            .iter()
            .rev()
            .find(|message| message.status.is_live() && message.author == Author::Assistant)
    }

    /// Lists the turns whose events are still to come.
    #[must_use]
    pub fn follows(&self) -> Vec<Follow> {
        self.messages
            .iter()
            .filter(|message| message.status.is_live())
            .filter_map(|message| Some(Follow { turn: message.turn_id?, after: message.progress.last_seq }))
            .collect()
    }

    /// Says whether one of the messages here is written by `turn`.
    #[must_use]
    pub fn knows_turn(&self, turn: TurnId) -> bool {
        self.messages.iter().any(|message| message.turn_id == Some(turn))
    }

    /// Says where a message stands among its siblings; `None` when it has none.
    #[must_use]
    pub fn branch(&self, key: RowKey) -> Option<Branch> {
        let message = self.find(key)?;
        let at = message.siblings.iter().position(|sibling| Some(*sibling) == message.id)?;
        let count = message.siblings.len();
        (count > 1).then(|| Branch {
            position: at + 1,
            count,
            previous: at.checked_sub(1).and_then(|at| message.siblings.get(at)).copied(),
            next: message.siblings.get(at + 1).copied(),
        })
    }

    /// Lists the versions of a message, itself among them, and its place there.
    #[must_use]
    pub fn versions(&self, id: MessageId) -> (Vec<MessageId>, usize) {
        let message = self.messages.iter().find(|message| message.siblings.contains(&id));
        let versions = message.map_or_else(|| vec![id], |message| message.siblings.clone());
        let at = versions.iter().position(|version| *version == id).unwrap_or_default();
        (versions, at)
    }

    /// Says whether a message is on the visible branch, as far as it was read.
    #[must_use]
    pub fn shows(&self, id: MessageId) -> bool {
        self.messages.iter().any(|message| message.id == Some(id))
    }

    /// Says where copied messages meet others at a row. Only a fork begins with copies; of a long one, what is read
    /// of its beginning counts.
    #[must_use]
    pub fn seam(&self, key: RowKey, is_fork: bool) -> Option<Seam> {
        let at = self.messages.iter().position(|message| message.key == key)?;
        let is_copy = |message: &MessageState| message.is_copy;
        let (until, after) = (self.messages.get(..=at)?, self.messages.get(at + 1));
        let (here, before) = until.split_last()?;
        if !here.is_copy {
            return None;
        }
        if before.last().is_some_and(|message| !message.is_copy) {
            return Some(Seam::Before);
        }
        let is_last = !after.is_some_and(is_copy);
        (is_fork && is_last && before.iter().all(is_copy)).then_some(Seam::After)
    }

    /// Takes in one event and says which row it was about.
    pub fn apply(&mut self, event: &TurnEvent) -> (Option<RowKey>, Applied) {
        let Some(message) =
            self.messages.iter_mut().rev().find(|message| message.turn_id == Some(event.turn_id))
        else {
            return (None, Applied::Known);
        };
        let applied = message.apply(event);
        (Some(message.key), applied)
    }

    /// Shows another window as the end of the path. Rows of messages that stay keep their keys, and a
    /// message that is further here than in the window stays as it is. What was typed and not taken
    /// stays, and so does what was read before the window: in a tree there is one way up to a message.
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
            let message = self.draw(view, known.remove(&view.id));
            self.messages.push(message);
        }
        self.messages.append(&mut unsent);
    }

    /// Adds an older window before what is here and returns how many messages were new.
    pub fn prepend(&mut self, window: &MessageWindow) -> usize {
        let fresh: Vec<&MessageView> = window
            .items
            .iter()
            .filter(|view| !self.messages.iter().any(|message| message.id == Some(view.id)))
            .collect();
        let mut older: Vec<MessageState> = fresh.into_iter().map(|view| self.draw(view, None)).collect();
        let count = older.len();
        older.append(&mut self.messages);
        self.messages = older;
        self.has_before = window.has_before;
        count
    }

    /// Takes in what the server knows of one message, gaps mended.
    pub fn mend(&mut self, window: &MessageWindow) {
        for view in &window.items {
            if let Some(at) = self.messages.iter().position(|message| message.id == Some(view.id))
                && let Some(message) = self.messages.get_mut(at)
            {
                *message = MessageState::from_view(message.key, view);
            }
        }
    }

    /// Marks a message's answer as lost when it cannot be followed any more.
    pub fn lose(&mut self, turn: TurnId) {
        for message in &mut self.messages {
            if message.turn_id == Some(turn) && message.status.is_live() {
                message.status = Status::Interrupted;
            }
        }
    }

    pub(super) fn mint(&mut self) -> RowKey {
        self.next_key += 1;
        RowKey(self.next_key)
    }

    fn draw(&mut self, view: &MessageView, known: Option<MessageState>) -> MessageState {
        let Some(mut known) = known else {
            let key = self.mint();
            return MessageState::from_view(key, view);
        };
        let is_further = known.turn_id == view.turn_id && known.progress.last_seq > view.last_seq;
        if is_further {
            known.siblings.clone_from(&view.sibling_ids);
            return known;
        }
        let usage = known.usage.take();
        let mut fresh = MessageState::from_view(known.key, view);
        fresh.usage = usage;
        fresh
    }
}
