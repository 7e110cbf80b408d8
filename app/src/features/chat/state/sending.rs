//! Messages being sent: they are shown at once and kept when the server does not accept them.

use super::{
    block::Block,
    message::{MessageState, MessageStatus, RowKey},
    thread::ThreadState,
};
use penny_types::{
    Fault, MessageId,
    conversations::{Author, FilePart},
    turns::{NewMessage, TurnView},
};

/// A message that the server has not accepted yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// Idempotency key: a message sent again with the same key starts no second turn.
    pub client_key: String,
    pub content: String,
    /// The message it replaces, if it is an edit.
    pub replaces: Option<MessageId>,
    /// `provider/model` to use.
    pub model: Option<String>,
    pub attachments: Vec<FilePart>,
}

impl OutgoingMessage {
    #[must_use]
    pub fn to_input(&self) -> NewMessage {
        NewMessage {
            content: self.content.clone(),
            attachments: self.attachments.iter().map(|file| file.version_id).collect(),
            model: self.model.clone(),
            replaces: self.replaces,
            client_key: Some(self.client_key.clone()),
            ..NewMessage::default()
        }
    }
}

impl ThreadState {
    /// Appends a message that is being sent and a placeholder for the assistant message; returns the row of the
    /// placeholder.
    ///
    /// A message that replaces another one removes that message and all after it from the path.
    pub fn send(&mut self, outgoing: OutgoingMessage) -> RowKey {
        let siblings = self.truncate_before(outgoing.replaces);
        let (user_key, assistant_key) = (self.new_key(), self.new_key());
        let mut user_message = MessageState::new_local(
            user_key,
            Author::User,
            MessageStatus::Sending,
            Some(outgoing.client_key.clone()),
        );
        user_message.siblings = siblings;
        user_message.blocks.extend(outgoing.attachments.iter().cloned().map(Block::File));
        user_message.blocks.push(Block::Text { start: 0, text: outgoing.content.clone() });
        let mut assistant_message = MessageState::new_local(
            assistant_key,
            Author::Assistant,
            MessageStatus::Queued,
            Some(outgoing.client_key.clone()),
        );
        assistant_message.model.clone_from(&outgoing.model);
        self.messages.push(user_message);
        self.messages.push(assistant_message);
        self.outbox.push(outgoing);
        assistant_key
    }

    /// Records that the server has accepted the message: its rows receive their ids.
    pub fn accept(&mut self, client_key: &str, turn: &TurnView) {
        self.outbox.retain(|outgoing| outgoing.client_key != client_key);
        let is_known = self.messages.iter().any(|message| message.id == Some(turn.message_id));
        if is_known {
            self.messages.retain(|message| message.client_key.as_deref() != Some(client_key));
            return;
        }
        for message in &mut self.messages {
            if message.client_key.as_deref() != Some(client_key) {
                continue;
            }
            message.client_key = None;
            message.created_at = Some(turn.created_at);
            if message.author == Author::User {
                message.id = Some(turn.user_message_id);
                message.status = MessageStatus::Complete;
                if !message.siblings.is_empty() && !message.siblings.contains(&turn.user_message_id) {
                    message.siblings.push(turn.user_message_id);
                }
            } else {
                message.id = Some(turn.message_id);
                message.start_turn(turn.id, &turn.model);
            }
        }
    }

    /// Records that the server did not accept the message: marks it and removes the placeholder.
    pub fn reject(&mut self, client_key: &str, fault: &Fault) {
        self.messages.retain(|message| {
            message.client_key.as_deref() != Some(client_key) || message.author == Author::User
        });
        for message in &mut self.messages {
            if message.client_key.as_deref() == Some(client_key) {
                message.status = MessageStatus::Unsent(fault.clone());
            }
        }
    }

    /// Prepares an unsent message to be sent again with the same key.
    pub fn retry(&mut self, client_key: &str) -> Option<OutgoingMessage> {
        let outgoing = self.outbox.iter().find(|outgoing| outgoing.client_key == client_key)?.clone();
        let index =
            self.messages.iter().position(|message| message.client_key.as_deref() == Some(client_key))?;
        let assistant_key = self.new_key();
        let message = self.messages.get_mut(index)?;
        if !matches!(message.status, MessageStatus::Unsent(_)) {
            return None;
        }
        message.status = MessageStatus::Sending;
        let mut assistant_message = MessageState::new_local(
            assistant_key,
            Author::Assistant,
            MessageStatus::Queued,
            Some(client_key.to_owned()),
        );
        assistant_message.model.clone_from(&outgoing.model);
        self.messages.insert(index + 1, assistant_message);
        Some(outgoing)
    }

    /// Removes an unsent message from the thread and returns it.
    pub fn withdraw(&mut self, client_key: &str) -> Option<OutgoingMessage> {
        let index = self.outbox.iter().position(|outgoing| outgoing.client_key == client_key)?;
        let outgoing = self.outbox.remove(index);
        self.messages.retain(|message| message.client_key.as_deref() != Some(client_key));
        Some(outgoing)
    }

    /// Returns the newest message that the server did not accept.
    #[must_use]
    pub fn last_unsent(&self) -> Option<&OutgoingMessage> {
        let is_unsent = |outgoing: &&OutgoingMessage| {
            self.messages.iter().any(|message| {
                message.client_key.as_ref() == Some(&outgoing.client_key)
                    && matches!(message.status, MessageStatus::Unsent(_))
            })
        };
        self.outbox.iter().rev().find(is_unsent)
    }

    /// Replaces an assistant message with the placeholder of its regeneration.
    pub fn add_regeneration(&mut self, old: MessageId, turn: &TurnView) {
        if self.messages.iter().any(|message| message.id == Some(turn.message_id)) {
            return;
        }
        let mut siblings = self.truncate_before(Some(old));
        if !siblings.contains(&turn.message_id) {
            siblings.push(turn.message_id);
        }
        let key = self.new_key();
        let mut assistant_message =
            MessageState::new_local(key, Author::Assistant, MessageStatus::Queued, None);
        assistant_message.id = Some(turn.message_id);
        assistant_message.siblings = siblings;
        assistant_message.created_at = Some(turn.created_at);
        assistant_message.start_turn(turn.id, &turn.model);
        self.messages.push(assistant_message);
    }

    /// Records that a turn continues a message.
    pub fn continue_message(&mut self, turn: &TurnView) {
        if let Some(message) = self.messages.iter_mut().find(|message| message.id == Some(turn.message_id))
            && message.turn_id != Some(turn.id)
        {
            message.start_turn(turn.id, &turn.model);
        }
    }

    /// Removes `replaced` and all messages after it; returns the siblings of its replacement.
    fn truncate_before(&mut self, replaced: Option<MessageId>) -> Vec<MessageId> {
        let Some(replaced) = replaced else { return Vec::new() };
        let Some(index) = self.messages.iter().position(|message| message.id == Some(replaced)) else {
            return vec![replaced];
        };
        let mut siblings =
            self.messages.get(index).map(|message| message.siblings.clone()).unwrap_or_default();
        if siblings.is_empty() {
            siblings.push(replaced);
        }
        self.messages.truncate(index);
        siblings
    }
}
