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
        self.ask(documents::CONVERSATIONS, "conversations", variables).await
    }

    /// Opens a conversation.
    ///
    /// # Errors
    /// `not_found` when there is none, or not for this person.
    pub async fn conversation(&self, id: ConversationId) -> Result<ConversationView, Fault> {
        self.ask(documents::CONVERSATION, "conversation", json!({ "id": id })).await
    }

    /// Reads a stretch of a conversation's path.
    ///
    /// # Errors
    /// `not_found` for an unknown conversation or message.
    pub async fn messages(
        &self,
        id: ConversationId,
        window: &MessageWindowRequest,
    ) -> Result<MessageWindow, Fault> {
        let variables = json!({ "conversationId": id, "window": window });
        self.ask(documents::MESSAGES, "messages", variables).await
    }

    /// Begins a conversation.
    ///
    /// # Errors
    /// `invalid` for a title that is too long.
    pub async fn create_conversation(&self, input: &NewConversation) -> Result<ConversationView, Fault> {
        self.ask(documents::CREATE_CONVERSATION, "createConversation", json!({ "input": input })).await
    }

    /// Changes what is present in the patch.
    ///
    /// # Errors
    /// `not_found`, or `invalid` for a title or draft that is too long.
    pub async fn update_conversation(
        &self,
        id: ConversationId,
        patch: &ConversationPatch,
    ) -> Result<ConversationView, Fault> {
        let variables = json!({ "id": id, "patch": patch });
        self.ask(documents::UPDATE_CONVERSATION, "updateConversation", variables).await
    }

    /// Deletes a conversation; [`Api::restore_conversation`] takes it back.
    ///
    /// # Errors
    /// `not_found` when there is none.
    pub async fn delete_conversation(&self, id: ConversationId) -> Result<(), Fault> {
        self.ask::<Value>(documents::DELETE_CONVERSATION, "deleteConversation", json!({ "id": id }))
            .await
            .map(drop)
    }

    /// Takes back a deletion.
    ///
    /// # Errors
    /// `not_found` when it is gone for good.
    pub async fn restore_conversation(&self, id: ConversationId) -> Result<ConversationView, Fault> {
        self.ask(documents::RESTORE_CONVERSATION, "restoreConversation", json!({ "id": id })).await
    }

    /// Follows what changes among one's conversations. Changes made while the connection was down
    /// are not repeated: read the list again when [`super::connection`] says it is back.
    pub fn conversation_updates(
        &self,
    ) -> impl Stream<Item = Result<ConversationUpdate, Fault>> + Unpin + use<> {
        Self::follow(documents::CONVERSATION_UPDATES, "conversationUpdates", || json!({}))
    }
}
