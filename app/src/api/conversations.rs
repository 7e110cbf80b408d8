//! Conversations and their messages.

use super::{Api, documents};
use futures::Stream;
use penny_types::{
    ConversationId, Fault, Page,
    conversations::{
        ConversationPatch, ConversationSummary, ConversationUpdate, ConversationView, MessageWindow,
        MessageWindowRequest, NewConversation,
    },
};
use serde_json::{Value, json};

impl Api {
    /// Lists conversations, the latest first, or those that contain `query`.
    ///
    /// # Errors
    /// `invalid` for a cursor of another list.
    pub async fn conversations(
        &self,
        query: Option<&str>,
        cursor: Option<&str>,
        limit: Option<u32>,
    ) -> Result<Page<ConversationSummary>, Fault> {
        let variables = json!({ "query": query, "cursor": cursor, "limit": limit });
        self.request(documents::CONVERSATIONS, "conversations", variables).await
    }

    /// Returns a conversation.
    ///
    /// # Errors
    /// `not_found` when it does not exist or the user may not see it.
    pub async fn conversation(&self, id: ConversationId) -> Result<ConversationView, Fault> {
        self.request(documents::CONVERSATION, "conversation", json!({ "id": id })).await
    }

    /// Returns a window of the messages on the active branch.
    ///
    /// # Errors
    /// `not_found` for an unknown conversation or message.
    pub async fn messages(
        &self,
        id: ConversationId,
        window: &MessageWindowRequest,
    ) -> Result<MessageWindow, Fault> {
        let variables = json!({ "conversationId": id, "window": window });
        self.request(documents::MESSAGES, "messages", variables).await
    }

    /// Creates a conversation.
    ///
    /// # Errors
    /// `invalid` for a title that is too long.
    pub async fn create_conversation(&self, input: &NewConversation) -> Result<ConversationView, Fault> {
        self.request(documents::CREATE_CONVERSATION, "createConversation", json!({ "input": input })).await
    }

    /// Changes the fields that the patch contains.
    ///
    /// # Errors
    /// `not_found`, or `invalid` for a title or draft that is too long.
    pub async fn update_conversation(
        &self,
        id: ConversationId,
        patch: &ConversationPatch,
    ) -> Result<ConversationView, Fault> {
        let variables = json!({ "id": id, "patch": patch });
        self.request(documents::UPDATE_CONVERSATION, "updateConversation", variables).await
    }

    /// Deletes a conversation; [`Api::restore_conversation`] undoes it.
    ///
    /// # Errors
    /// `not_found` when there is no such conversation.
    pub async fn delete_conversation(&self, id: ConversationId) -> Result<(), Fault> {
        self.request::<Value>(documents::DELETE_CONVERSATION, "deleteConversation", json!({ "id": id }))
            .await
            .map(drop)
    }

    /// Restores a deleted conversation.
    ///
    /// # Errors
    /// `not_found` when it was deleted permanently.
    pub async fn restore_conversation(&self, id: ConversationId) -> Result<ConversationView, Fault> {
        self.request(documents::RESTORE_CONVERSATION, "restoreConversation", json!({ "id": id })).await
    }

    /// Subscribes to changes of the user's conversations. Changes during a lost connection are not
    /// repeated: read the list again after a reconnect (see [`super::connection_status`]).
    pub fn conversation_updates(
        &self,
    ) -> impl Stream<Item = Result<ConversationUpdate, Fault>> + Unpin + use<> {
        Self::subscribe(documents::CONVERSATION_UPDATES, "conversationUpdates", || json!({}))
    }
}
