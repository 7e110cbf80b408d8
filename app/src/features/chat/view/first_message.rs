//! The first message of a new chat. The thread adopts the conversation created for it when the server has accepted
//! the message; otherwise the conversation is deleted.

use super::thread::Thread;
use leptos::{prelude::*, task::spawn_local};
use penny_types::ConversationId;

impl Thread {
    /// Returns the conversation created for a first message that the server has not accepted yet.
    #[must_use]
    pub fn pending_conversation(self) -> Option<ConversationId> {
        self.pending_conversation.try_get_value().flatten()
    }

    /// Stores the conversation created for the first message.
    pub fn set_pending_conversation(self, id: ConversationId) {
        self.pending_conversation.try_set_value(Some(id));
    }

    /// Sets the conversation of the thread after the server has accepted a message. Returns false if it was
    /// already set or the thread is disposed.
    #[must_use]
    pub fn adopt_conversation(self, id: ConversationId) -> bool {
        self.pending_conversation.try_set_value(None);
        let is_new = self.conversation.try_get_untracked().is_some_and(|known| known.is_none());
        is_new && self.conversation.try_set(Some(id)).is_none()
    }

    /// Deletes the conversation that was created for a message which was not sent.
    pub fn delete_pending_conversation(self) {
        let Some(id) = self.pending_conversation.try_update_value(Option::take).flatten() else { return };
        let Some(api) = self.try_api() else { return };
        spawn_local(async move {
            // If the request fails, an empty conversation remains; the next attempt to send creates another.
            let _ = api.delete_conversation(id).await;
        });
    }

    /// Returns the text of the newest message that the server did not accept.
    #[must_use]
    pub fn unsent_text(self) -> Option<String> {
        self.state
            .try_with_value(|state| state.last_unsent().map(|outgoing| outgoing.content.clone()))
            .flatten()
    }
}
