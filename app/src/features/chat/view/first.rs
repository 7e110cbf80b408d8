//! The first message of a new chat: the conversation made for it is the thread's once the server has
//! the message, and goes again when it never does.

use super::thread::Thread;
use leptos::{prelude::*, task::spawn_local};
use penny_types::ConversationId;

impl Thread {
    /// Returns the conversation made for a first message that the server has not taken yet.
    #[must_use]
    pub fn begun(self) -> Option<ConversationId> {
        self.begun.try_get_value().flatten()
    }

    /// Remembers the conversation made for the first message.
    pub fn set_begun(self, id: ConversationId) {
        self.begun.try_set_value(Some(id));
    }

    /// Takes in that the server has a message in a conversation; says whether that is news, and the
    /// thread still there to hear it.
    #[must_use]
    pub fn take_up(self, id: ConversationId) -> bool {
        self.begun.try_set_value(None);
        let is_new = self.conversation.try_get_untracked().is_some_and(|known| known.is_none());
        is_new && self.conversation.try_set(Some(id)).is_none()
    }

    /// Throws away the conversation that was made for a message which was not sent.
    pub fn abandon(self) {
        let Some(id) = self.begun.try_update_value(Option::take).flatten() else { return };
        let Some(api) = self.try_api() else { return };
        spawn_local(async move {
            // One that could not be thrown away is empty, and the next try to send uses another.
            let _ = api.delete_conversation(id).await;
        });
    }

    /// Returns the words of a message that the server did not take.
    #[must_use]
    pub fn unsent(self) -> Option<String> {
        self.state.try_with_value(|state| state.unsent().map(|outgoing| outgoing.content.clone())).flatten()
    }
}
