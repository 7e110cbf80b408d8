//! The open thread: plain state, and one pulse a message that says when it looks different.

use crate::{
    api::Api,
    features::chat::state::{
        Attachment, Block, Branch, MessageState, Outgoing, RowKey, Seam, Status, ThreadState,
    },
};
use leptos::{prelude::*, task::spawn_local};
use penny_types::{
    ConversationId, Fault, MessageId, TurnId,
    conversations::{ArtifactPart, ConversationView, MessageWindow, MessageWindowRequest},
    events::TurnEvent,
    turns::TurnView,
};
use std::collections::{HashMap, HashSet};

/// Something that is said aloud to those who do not see the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Announcement {
    /// An answer has begun.
    Answering,
    /// An answer is complete.
    Done,
    /// An answer was stopped or interrupted.
    Stopped,
    /// An answer failed.
    Failed,
    /// A person must decide.
    Waiting,
}

/// The open thread. A `Copy` handle; all of it goes when its owner goes.
#[derive(Clone, Copy)]
pub struct Thread {
    /// The conversation; absent until the first message makes one.
    pub conversation: RwSignal<Option<ConversationId>>,
    /// `provider/model` to ask next.
    pub model: RwSignal<Option<String>>,
    /// The rows, oldest first.
    pub rows: RwSignal<Vec<RowKey>>,
    /// Whether older messages can be read.
    pub has_before: RwSignal<bool>,
    /// The turn that is being answered now.
    pub live: RwSignal<Option<TurnId>>,
    /// Whether an answer is awaited, its turn known or not.
    pub is_live: RwSignal<bool>,
    /// The message that is being edited.
    pub editing: RwSignal<Option<RowKey>>,
    /// The message whose versions are compared.
    pub comparing: RwSignal<Option<MessageId>>,
    /// The conversation this one was copied out of.
    pub forked_from: RwSignal<Option<ConversationId>>,
    /// What is said aloud.
    pub announcement: RwSignal<Option<Announcement>>,
    /// Grows when a person sent something: the list goes to its end.
    pub sent: RwSignal<u32>,
    /// What is typed and not sent.
    pub draft: RwSignal<String>,
    /// Files beside what is typed.
    pub attached: RwSignal<Vec<Attachment>>,
    /// Words put back into the composer.
    pub returned: RwSignal<Option<String>>,
    pub(super) state: StoredValue<ThreadState>,
    pulses: StoredValue<HashMap<RowKey, ArcTrigger>>,
    pub(super) buffer: StoredValue<Vec<TurnEvent>>,
    pub(super) is_flush_due: StoredValue<bool>,
    pub(super) following: StoredValue<HashSet<TurnId>>,
    pub(super) is_mending: StoredValue<bool>,
    is_kept_up: StoredValue<bool>,
    /// The conversation made for a first message that the server has not taken yet.
    pub(super) begun: StoredValue<Option<ConversationId>>,
    pub(super) api: StoredValue<Api>,
}

impl Thread {
    /// Begins an empty thread in the current reactive owner.
    #[must_use]
    pub fn new(api: Api) -> Self {
        Self {
            conversation: RwSignal::new(None),
            model: RwSignal::new(None),
            rows: RwSignal::new(Vec::new()),
            has_before: RwSignal::new(false),
            live: RwSignal::new(None),
            is_live: RwSignal::new(false),
            editing: RwSignal::new(None),
            comparing: RwSignal::new(None),
            forked_from: RwSignal::new(None),
            announcement: RwSignal::new(None),
            sent: RwSignal::new(0),
            draft: RwSignal::new(String::new()),
            attached: RwSignal::new(Vec::new()),
            returned: RwSignal::new(None),
            state: StoredValue::new(ThreadState::default()),
            pulses: StoredValue::new(HashMap::new()),
            buffer: StoredValue::new(Vec::new()),
            is_flush_due: StoredValue::new(false),
            following: StoredValue::new(HashSet::new()),
            is_mending: StoredValue::new(false),
            is_kept_up: StoredValue::new(false),
            begun: StoredValue::new(None),
            api: StoredValue::new(api),
        }
    }

    /// Shows a conversation that was read.
    pub fn open(self, conversation: &ConversationView, window: &MessageWindow) {
        self.conversation.set(Some(conversation.id));
        self.model.set(conversation.model.clone());
        self.draft.set(conversation.draft.clone());
        self.forked_from.set(conversation.forked_from_id);
        self.state.update_value(|state| state.replace(window));
        self.settle();
    }

    /// Returns the interface to the server.
    #[must_use]
    pub fn api(self) -> Api {
        self.api.get_value()
    }

    /// Returns the interface to the server, unless the thread is gone.
    #[must_use]
    pub fn try_api(self) -> Option<Api> {
        self.api.try_get_value()
    }

    /// Says once, to the first who asks, that nobody listens for this thread yet.
    #[must_use]
    pub fn claim_listening(self) -> bool {
        self.is_kept_up
            .try_update_value(|is_kept_up| !std::mem::replace(is_kept_up, true))
            .unwrap_or_default()
    }

    /// Reads a message and follows its changes.
    pub fn read<T>(self, key: RowKey, read: impl FnOnce(&MessageState) -> T) -> Option<T> {
        if let Some(pulse) = self.pulses.try_with_value(|pulses| pulses.get(&key).cloned()).flatten() {
            pulse.track();
        }
        self.peek(key, read)
    }

    /// Reads a message as it is now.
    pub fn peek<T>(self, key: RowKey, read: impl FnOnce(&MessageState) -> T) -> Option<T> {
        self.state.try_with_value(|state| state.find(key).map(read)).flatten()
    }

    /// Reads one block of a message and follows its changes.
    pub fn read_block<T>(self, key: RowKey, at: usize, read: impl FnOnce(&Block) -> T) -> Option<T> {
        self.read(key, |message| message.blocks.get(at).map(read)).flatten()
    }

    /// Lists the artifacts of the messages here, oldest first, each in its newest version.
    #[must_use]
    pub fn artifacts(self) -> Vec<ArtifactPart> {
        let mut found: Vec<ArtifactPart> = Vec::new();
        for row in self.rows.get() {
            let parts = self.read(row, |message| {
                let parts = message.blocks.iter().filter_map(|block| match block {
                    Block::Artifact(part) => Some(part.clone()),
                    _ => None,
                });
                parts.collect::<Vec<_>>()
            });
            for part in parts.unwrap_or_default() {
                match found.iter_mut().find(|known| known.artifact_id == part.artifact_id) {
                    Some(known) => *known = part,
                    None => found.push(part),
                }
            }
        }
        found
    }

    /// Says where a message stands among its siblings.
    #[must_use]
    pub fn branch(self, key: RowKey) -> Option<Branch> {
        let _ = self.read(key, |_| ());
        self.state.try_with_value(|state| state.branch(key)).flatten()
    }

    /// Says where copied messages meet others at a row.
    #[must_use]
    pub fn seam(self, key: RowKey) -> Option<Seam> {
        self.rows.track();
        let is_fork = self.forked_from.with(Option::is_some);
        self.state.try_with_value(|state| state.seam(key, is_fork)).flatten()
    }

    /// Lists the versions of a message, and its place among them.
    #[must_use]
    pub fn versions(self, id: MessageId) -> (Vec<MessageId>, usize) {
        self.state.try_with_value(|state| state.versions(id)).unwrap_or_default()
    }

    /// Says whether a message is on the visible branch.
    #[must_use]
    pub fn shows(self, id: MessageId) -> bool {
        self.state.try_with_value(|state| state.shows(id)).unwrap_or_default()
    }

    /// Returns the last message here that the server knows.
    #[must_use]
    pub fn newest(self) -> Option<MessageId> {
        let newest = |state: &ThreadState| state.messages().iter().rev().find_map(|message| message.id);
        self.state.try_with_value(newest).flatten()
    }

    /// Returns the row of the last thing a person said.
    #[must_use]
    pub fn last_said(self) -> Option<RowKey> {
        self.state.try_with_value(|state| state.last_said().map(|message| message.key)).flatten()
    }

    /// Returns the oldest message here.
    #[must_use]
    pub fn oldest(self) -> Option<MessageId> {
        self.state.try_with_value(ThreadState::oldest).flatten()
    }

    /// Says whether a turn is written here already, or may be one that was just sent.
    #[must_use]
    pub fn expects(self, turn: TurnId) -> bool {
        self.state
            .try_with_value(|state| {
                state.knows_turn(turn)
                    || state.messages().iter().any(|message| message.status == Status::Sending)
            })
            .unwrap_or(true)
    }

    /// Shows a message as sent and returns nothing: what becomes of it shows in its row.
    pub fn begin_send(self, outgoing: Outgoing) {
        self.state.update_value(|state| {
            state.send(outgoing);
        });
        self.settle();
        self.sent.update(|sent| *sent += 1);
    }

    /// Takes up an unsent message again.
    #[must_use]
    pub fn retry(self, client_key: &str) -> Option<Outgoing> {
        let outgoing = self.change(|state| state.retry(client_key));
        self.settle();
        outgoing
    }

    /// Takes an unsent message out of the thread.
    #[must_use]
    pub fn take_back(self, client_key: &str) -> Option<Outgoing> {
        let outgoing = self.change(|state| state.take_back(client_key));
        self.settle();
        outgoing
    }

    /// Takes in that the server has a message, and follows its answer.
    pub fn accept(self, client_key: &str, turn: &TurnView) {
        self.state.try_update_value(|state| state.accept(client_key, turn));
        self.settle();
        self.follow_all();
    }

    /// Takes in that the server did not take a message.
    pub fn reject(self, client_key: &str, fault: &Fault) {
        self.state.try_update_value(|state| state.reject(client_key, fault));
        self.settle();
        self.say(Announcement::Failed);
    }

    /// Takes in that an answer is asked for again.
    pub fn regenerated(self, old: MessageId, turn: &TurnView) {
        self.state.try_update_value(|state| state.regenerated(old, turn));
        self.settle();
        self.follow_all();
    }

    /// Takes in that a turn goes on with a message.
    pub fn resumed(self, turn: &TurnView) {
        self.state.try_update_value(|state| state.resumed(turn));
        self.settle();
        self.follow_all();
    }

    /// Shows another window of the path as its end.
    pub fn replace(self, window: &MessageWindow) {
        self.draw(window);
        self.follow_all();
    }

    /// Draws a window as it stands, following nothing.
    pub fn draw(self, window: &MessageWindow) {
        self.state.try_update_value(|state| state.replace(window));
        self.settle();
    }

    /// Adds older messages.
    pub fn prepend(self, window: &MessageWindow) {
        self.state.try_update_value(|state| state.prepend(window));
        self.settle();
    }

    /// Says something aloud.
    pub fn say(self, announcement: Announcement) {
        let _ = self.announcement.try_set(Some(announcement));
    }

    /// Reads the end of the path again, for what happened elsewhere.
    pub fn refresh(self) {
        let Some(id) = self.conversation.try_get_untracked().flatten() else { return };
        let Some(api) = self.api.try_get_value() else { return };
        spawn_local(async move {
            if let Ok(window) = api.messages(id, &MessageWindowRequest::default()).await
                && self.conversation.try_get_untracked().flatten() == Some(id)
            {
                self.replace(&window);
            }
        });
    }

    /// Brings every signal in line with the state after a change of its structure.
    pub(super) fn settle(self) {
        let Some((keys, has_before)) = self.state.try_with_value(|state| (state.keys(), state.has_before()))
        else {
            return;
        };
        self.pulses.update_value(|pulses| {
            let known: HashSet<RowKey> = keys.iter().copied().collect();
            pulses.retain(|key, _| known.contains(key));
            for key in &keys {
                pulses.entry(*key).or_insert_with(ArcTrigger::new);
            }
        });
        if self.has_before.get_untracked() != has_before {
            self.has_before.set(has_before);
        }
        if self.rows.with_untracked(|rows| *rows != keys) {
            self.rows.set(keys.clone());
        }
        for key in keys {
            self.pulse(key);
        }
        self.update_live();
    }

    pub(super) fn update_live(self) {
        let Some((live, is_live)) = self.state.try_with_value(|state| {
            let live = state.live();
            (live.and_then(|message| message.turn_id), live.is_some())
        }) else {
            return;
        };
        if self.live.get_untracked() != live {
            self.live.set(live);
        }
        if self.is_live.get_untracked() != is_live {
            self.is_live.set(is_live);
        }
    }

    pub(super) fn pulse(self, key: RowKey) {
        if let Some(pulse) = self.pulses.try_with_value(|pulses| pulses.get(&key).cloned()).flatten() {
            pulse.notify();
        }
    }

    fn change<T>(self, change: impl FnOnce(&mut ThreadState) -> Option<T>) -> Option<T> {
        self.state.try_update_value(change).flatten()
    }
}
