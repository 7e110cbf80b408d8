//! Messages on their way: shown at once, kept when the server does not take them.

use super::{
    message::{MessageState, RowKey, Status},
    thread::ThreadState,
};
use crate::features::chat::state::Block;
use penny_types::{
    Fault, MessageId,
    conversations::{Author, FilePart},
    turns::{NewMessage, TurnView},
};

/// A message that was typed and is not yet acknowledged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// The name it is sent under; sent twice, it is answered once.
    pub client_key: String,
    /// The words.
    pub content: String,
    /// The message it replaces, when it is an edit.
    pub replaces: Option<MessageId>,
    /// `provider/model` to ask.
    pub model: Option<String>,
    /// What is attached.
    pub attachments: Vec<FilePart>,
}

impl Outgoing {
    /// Returns what the server is sent.
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
    /// Shows a message as sent, with its answer awaited, and returns the answer's row.
    ///
    /// An edit takes the place of what it replaces: that message and all after it leave the path.
    pub fn send(&mut self, outgoing: Outgoing) -> RowKey {
        let siblings = self.make_room(outgoing.replaces);
        let (asked, answered) = (self.mint(), self.mint());
        let mut question =
            MessageState::unsaid(asked, Author::User, Status::Sending, Some(outgoing.client_key.clone()));
        question.siblings = siblings;
        question.blocks.extend(outgoing.attachments.iter().cloned().map(Block::File));
        question.blocks.push(Block::Text { start: 0, text: outgoing.content.clone() });
        let mut answer = MessageState::unsaid(
            answered,
            Author::Assistant,
            Status::Queued,
            Some(outgoing.client_key.clone()),
        );
        answer.model.clone_from(&outgoing.model);
        self.messages.push(question);
        self.messages.push(answer);
        self.outbox.push(outgoing);
        answered
    }

    /// Takes in that the server has the message: its rows get their ids and the answer its turn.
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
                message.status = Status::Settled;
                if !message.siblings.is_empty() && !message.siblings.contains(&turn.user_message_id) {
                    message.siblings.push(turn.user_message_id);
                }
            } else {
                message.id = Some(turn.message_id);
                message.begin_turn(turn.id, &turn.model);
            }
        }
    }

    /// Takes in that the server did not take the message: it stays, marked, and the awaited answer goes.
    pub fn reject(&mut self, client_key: &str, fault: &Fault) {
        self.messages.retain(|message| {
            message.client_key.as_deref() != Some(client_key) || message.author == Author::User
        });
        for message in &mut self.messages {
            if message.client_key.as_deref() == Some(client_key) {
                message.status = Status::Unsent(fault.clone());
            }
        }
    }

    /// Takes an unsent message up again, under the same name.
    pub fn retry(&mut self, client_key: &str) -> Option<Outgoing> {
        let outgoing = self.outbox.iter().find(|outgoing| outgoing.client_key == client_key)?.clone();
        let at =
            self.messages.iter().position(|message| message.client_key.as_deref() == Some(client_key))?;
        let answered = self.mint();
        let message = self.messages.get_mut(at)?;
        if !matches!(message.status, Status::Unsent(_)) {
            return None;
        }
        message.status = Status::Sending;
        let mut answer =
            MessageState::unsaid(answered, Author::Assistant, Status::Queued, Some(client_key.to_owned()));
        answer.model.clone_from(&outgoing.model);
        self.messages.insert(at + 1, answer);
        Some(outgoing)
    }

    /// Takes an unsent message out of the thread and returns it, for the composer.
    pub fn take_back(&mut self, client_key: &str) -> Option<Outgoing> {
        let at = self.outbox.iter().position(|outgoing| outgoing.client_key == client_key)?;
        let outgoing = self.outbox.remove(at);
        self.messages.retain(|message| message.client_key.as_deref() != Some(client_key));
        Some(outgoing)
    }

    /// Returns the newest message that the server did not take.
    #[must_use]
    pub fn unsent(&self) -> Option<&Outgoing> {
        let is_unsent = |outgoing: &&Outgoing| {
            self.messages.iter().any(|message| {
                message.client_key.as_ref() == Some(&outgoing.client_key)
                    && matches!(message.status, Status::Unsent(_))
            })
        };
        self.outbox.iter().rev().find(is_unsent)
    }

    /// Puts an awaited answer in the place of one that is asked for again.
    pub fn regenerated(&mut self, old: MessageId, turn: &TurnView) {
        if self.messages.iter().any(|message| message.id == Some(turn.message_id)) {
            return;
        }
        let mut siblings = self.make_room(Some(old));
        if !siblings.contains(&turn.message_id) {
            siblings.push(turn.message_id);
        }
        let key = self.mint();
        let mut answer = MessageState::unsaid(key, Author::Assistant, Status::Queued, None);
        answer.id = Some(turn.message_id);
        answer.siblings = siblings;
        answer.created_at = Some(turn.created_at);
        answer.begin_turn(turn.id, &turn.model);
        self.messages.push(answer);
    }

    /// Takes in that a turn goes on writing a message it left off.
    pub fn resumed(&mut self, turn: &TurnView) {
        if let Some(message) = self.messages.iter_mut().find(|message| message.id == Some(turn.message_id))
            && message.turn_id != Some(turn.id)
        {
            message.begin_turn(turn.id, &turn.model);
        }
    }

    /// Ends the path before `replaced` and returns the siblings of what comes in its place.
    fn make_room(&mut self, replaced: Option<MessageId>) -> Vec<MessageId> {
        let Some(replaced) = replaced else { return Vec::new() };
        let Some(at) = self.messages.iter().position(|message| message.id == Some(replaced)) else {
            return vec![replaced];
        };
        let mut siblings = self.messages.get(at).map(|message| message.siblings.clone()).unwrap_or_default();
        if siblings.is_empty() {
            siblings.push(replaced);
        }
        self.messages.truncate(at);
        siblings
    }
}
