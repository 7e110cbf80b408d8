//! The open thread: its state, its signals and a change trigger for each message.

use crate::{
    api::Api,
    features::chat::state::{
        Attachment, Block, BranchPosition, CopyBoundary, MessageState, MessageStatus, OutgoingMessage,
        RowKey, ThreadState,
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

/// A status message for screen readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Announcement {
    /// An assistant message started.
    Answering,
    /// An assistant message is complete.
    Done,
    /// An assistant message was stopped or interrupted.
    Stopped,
    /// An assistant message failed.
    Failed,
    /// A tool call waits for approval.
    Waiting,
}

/// The open thread. A `Copy` handle; its signals are disposed with the owner they were created in.
#[derive(Clone, Copy)]
pub struct Thread {
    /// Absent until the first message has created the conversation.
    pub conversation: RwSignal<Option<ConversationId>>,
    /// `provider/model` of the next message.
    pub model: RwSignal<Option<String>>,
    /// The rows, oldest first.
    pub rows: RwSignal<Vec<RowKey>>,
    /// Whether older messages can be loaded.
    pub has_before: RwSignal<bool>,
    /// The live turn, once known.
    pub live_turn: RwSignal<Option<TurnId>>,
    /// Whether an assistant message is pending or being generated, even if its turn is not known yet.
    pub is_live: RwSignal<bool>,
    /// The message being edited.
    pub edited_row: RwSignal<Option<RowKey>>,
    /// The message whose versions are compared.
    pub compared_message: RwSignal<Option<MessageId>>,
    /// The conversation this one was forked from.
    pub forked_from: RwSignal<Option<ConversationId>>,
    pub announcement: RwSignal<Option<Announcement>>,
    /// Number of messages sent; the list scrolls to its end when it changes.
    pub sent_count: RwSignal<u32>,
    /// The text in the composer.
    pub draft: RwSignal<String>,
    /// The files in the composer.
    pub attachments: RwSignal<Vec<Attachment>>,
    /// Text to put back into the composer.
    pub restored_text: RwSignal<Option<String>>,
    pub(super) state: StoredValue<ThreadState>,
    triggers: StoredValue<HashMap<RowKey, ArcTrigger>>,
    pub(super) buffer: StoredValue<Vec<TurnEvent>>,
    pub(super) is_flush_scheduled: StoredValue<bool>,
    pub(super) followed_turns: StoredValue<HashSet<TurnId>>,
    pub(super) is_reloading: StoredValue<bool>,
    has_update_listener: StoredValue<bool>,
    /// The conversation created for a first message that the server has not accepted yet.
    pub(super) pending_conversation: StoredValue<Option<ConversationId>>,
    pub(super) api: StoredValue<Api>,
}

impl Thread {
    /// Creates an empty thread in the current reactive owner.
    #[must_use]
    pub fn new(api: Api) -> Self {
        Self {
            conversation: RwSignal::new(None),
            model: RwSignal::new(None),
            rows: RwSignal::new(Vec::new()),
            has_before: RwSignal::new(false),
            live_turn: RwSignal::new(None),
            is_live: RwSignal::new(false),
            edited_row: RwSignal::new(None),
            compared_message: RwSignal::new(None),
            forked_from: RwSignal::new(None),
            announcement: RwSignal::new(None),
            sent_count: RwSignal::new(0),
            draft: RwSignal::new(String::new()),
            attachments: RwSignal::new(Vec::new()),
            restored_text: RwSignal::new(None),
            state: StoredValue::new(ThreadState::default()),
            triggers: StoredValue::new(HashMap::new()),
            buffer: StoredValue::new(Vec::new()),
            is_flush_scheduled: StoredValue::new(false),
            followed_turns: StoredValue::new(HashSet::new()),
            is_reloading: StoredValue::new(false),
            has_update_listener: StoredValue::new(false),
            pending_conversation: StoredValue::new(None),
            api: StoredValue::new(api),
        }
    }

    /// Shows a loaded conversation.
    pub fn open(self, conversation: &ConversationView, window: &MessageWindow) {
        self.conversation.set(Some(conversation.id));
        self.model.set(conversation.model.clone());
        self.draft.set(conversation.draft.clone());
        self.forked_from.set(conversation.forked_from_id);
        self.state.update_value(|state| state.replace(window));
        self.sync_signals();
    }

    /// Returns the API client.
    #[must_use]
    pub fn api(self) -> Api {
        self.api.get_value()
    }

    /// Returns the API client, unless the thread is disposed.
    #[must_use]
    pub fn try_api(self) -> Option<Api> {
        self.api.try_get_value()
    }

    /// Returns true on the first call only: the caller is then to listen for conversation updates.
    #[must_use]
    pub fn claim_update_listener(self) -> bool {
        self.has_update_listener
            .try_update_value(|has_listener| !std::mem::replace(has_listener, true))
            .unwrap_or_default()
    }

    /// Reads a message and tracks its changes.
    pub fn read<T>(self, key: RowKey, read: impl FnOnce(&MessageState) -> T) -> Option<T> {
        if let Some(trigger) = self.triggers.try_with_value(|triggers| triggers.get(&key).cloned()).flatten()
        {
            trigger.track();
        }
        self.peek(key, read)
    }

    /// Reads a message without tracking it.
    pub fn peek<T>(self, key: RowKey, read: impl FnOnce(&MessageState) -> T) -> Option<T> {
        self.state.try_with_value(|state| state.find(key).map(read)).flatten()
    }

    /// Reads a block of a message and tracks its changes.
    pub fn read_block<T>(self, key: RowKey, index: usize, read: impl FnOnce(&Block) -> T) -> Option<T> {
        self.read(key, |message| message.blocks.get(index).map(read)).flatten()
    }

    /// Returns the artifacts of the loaded messages, oldest first, each in its newest version.
    #[must_use]
    pub fn artifacts(self) -> Vec<ArtifactPart> {
        let mut artifacts: Vec<ArtifactPart> = Vec::new();
        for row in self.rows.get() {
            let parts = self.read(row, |message| {
                let parts = message.blocks.iter().filter_map(|block| match block {
                    Block::Artifact(part) => Some(part.clone()),
                    _ => None,
                });
                parts.collect::<Vec<_>>()
            });
            for part in parts.unwrap_or_default() {
                match artifacts.iter_mut().find(|known| known.artifact_id == part.artifact_id) {
                    Some(known) => *known = part,
                    None => artifacts.push(part),
                }
            }
        }
        artifacts
    }

    /// Returns the position of a message among its siblings.
    #[must_use]
    pub fn branch_position(self, key: RowKey) -> Option<BranchPosition> {
        let _ = self.read(key, |_| ());
        self.state.try_with_value(|state| state.branch_position(key)).flatten()
    }

    /// Returns the boundary between copied messages and others at a row.
    #[must_use]
    pub fn copy_boundary(self, key: RowKey) -> Option<CopyBoundary> {
        self.rows.track();
        let is_fork = self.forked_from.with(Option::is_some);
        self.state.try_with_value(|state| state.copy_boundary(key, is_fork)).flatten()
    }

    /// Returns the versions of a message and its index among them.
    #[must_use]
    pub fn versions(self, id: MessageId) -> (Vec<MessageId>, usize) {
        self.state.try_with_value(|state| state.versions(id)).unwrap_or_default()
    }

    /// Returns whether a message is on the visible branch.
    #[must_use]
    pub fn is_shown(self, id: MessageId) -> bool {
        self.state.try_with_value(|state| state.is_shown(id)).unwrap_or_default()
    }

    /// Returns the newest message that the server has accepted.
    #[must_use]
    pub fn newest_message(self) -> Option<MessageId> {
        let newest = |state: &ThreadState| state.messages().iter().rev().find_map(|message| message.id);
        self.state.try_with_value(newest).flatten()
    }

    /// Returns the row of the last user message.
    #[must_use]
    pub fn last_user_row(self) -> Option<RowKey> {
        self.state.try_with_value(|state| state.last_user_message().map(|message| message.key)).flatten()
    }

    /// Returns the oldest message loaded.
    #[must_use]
    pub fn oldest_message(self) -> Option<MessageId> {
        self.state.try_with_value(ThreadState::oldest).flatten()
    }

    /// Returns whether a turn writes one of the messages, or may belong to a message being sent.
    #[must_use]
    pub fn expects_turn(self, turn: TurnId) -> bool {
        self.state
            .try_with_value(|state| {
                state.has_turn(turn)
                    || state.messages().iter().any(|message| message.status == MessageStatus::Sending)
            })
            .unwrap_or(true)
    }

    /// Shows a message as being sent.
    pub fn send(self, outgoing: OutgoingMessage) {
        self.state.update_value(|state| {
            state.send(outgoing);
        });
        self.sync_signals();
        self.sent_count.update(|count| *count += 1);
    }

    /// Prepares an unsent message to be sent again.
    #[must_use]
    pub fn retry(self, client_key: &str) -> Option<OutgoingMessage> {
        let outgoing = self.change(|state| state.retry(client_key));
        self.sync_signals();
        outgoing
    }

    /// Removes an unsent message from the thread and returns it.
    #[must_use]
    pub fn withdraw(self, client_key: &str) -> Option<OutgoingMessage> {
        let outgoing = self.change(|state| state.withdraw(client_key));
        self.sync_signals();
        outgoing
    }

    /// Records that the server has accepted a message, and follows its turn.
    pub fn accept(self, client_key: &str, turn: &TurnView) {
        self.state.try_update_value(|state| state.accept(client_key, turn));
        self.sync_signals();
        self.follow_live_turns();
    }

    /// Records that the server did not accept a message.
    pub fn reject(self, client_key: &str, fault: &Fault) {
        self.state.try_update_value(|state| state.reject(client_key, fault));
        self.sync_signals();
        self.announce(Announcement::Failed);
    }

    /// Shows the placeholder of a regenerated message, and follows its turn.
    pub fn add_regeneration(self, old: MessageId, turn: &TurnView) {
        self.state.try_update_value(|state| state.add_regeneration(old, turn));
        self.sync_signals();
        self.follow_live_turns();
    }

    /// Records that a turn continues a message, and follows it.
    pub fn continue_message(self, turn: &TurnView) {
        self.state.try_update_value(|state| state.continue_message(turn));
        self.sync_signals();
        self.follow_live_turns();
    }

    /// Replaces the end of the path with a window, and follows its live turns.
    pub fn replace(self, window: &MessageWindow) {
        self.show_window(window);
        self.follow_live_turns();
    }

    /// Replaces the end of the path with a window, without following turns.
    pub fn show_window(self, window: &MessageWindow) {
        self.state.try_update_value(|state| state.replace(window));
        self.sync_signals();
    }

    /// Inserts older messages.
    pub fn prepend(self, window: &MessageWindow) {
        self.state.try_update_value(|state| state.prepend(window));
        self.sync_signals();
    }

    /// Announces a status to screen readers.
    pub fn announce(self, announcement: Announcement) {
        let _ = self.announcement.try_set(Some(announcement));
    }

    /// Reloads the end of the path, to show changes of other clients.
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

    /// Updates all signals after a change of the message list.
    pub(super) fn sync_signals(self) {
        let Some((keys, has_before)) = self.state.try_with_value(|state| (state.keys(), state.has_before()))
        else {
            return;
        };
        self.triggers.update_value(|triggers| {
            let known: HashSet<RowKey> = keys.iter().copied().collect();
            triggers.retain(|key, _| known.contains(key));
            for key in &keys {
                triggers.entry(*key).or_insert_with(ArcTrigger::new);
            }
        });
        if self.has_before.get_untracked() != has_before {
            self.has_before.set(has_before);
        }
        if self.rows.with_untracked(|rows| *rows != keys) {
            self.rows.set(keys.clone());
        }
        for key in keys {
            self.notify_row(key);
        }
        self.update_live_signals();
    }

    pub(super) fn update_live_signals(self) {
        let Some((live_turn, is_live)) = self.state.try_with_value(|state| {
            let live = state.live_message();
            (live.and_then(|message| message.turn_id), live.is_some())
        }) else {
            return;
        };
        if self.live_turn.get_untracked() != live_turn {
            self.live_turn.set(live_turn);
        }
        if self.is_live.get_untracked() != is_live {
            self.is_live.set(is_live);
        }
    }

    pub(super) fn notify_row(self, key: RowKey) {
        if let Some(trigger) = self.triggers.try_with_value(|triggers| triggers.get(&key).cloned()).flatten()
        {
            trigger.notify();
        }
    }

    fn change<T>(self, change: impl FnOnce(&mut ThreadState) -> Option<T>) -> Option<T> {
        self.state.try_update_value(change).flatten()
    }
}
