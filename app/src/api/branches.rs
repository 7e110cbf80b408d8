//! Branches of a conversation.

use super::{Api, documents};
use penny_types::{
    ConversationId, Fault,
    branches::{BranchComparison, BranchMerge, BranchPair, NewFork},
    conversations::ConversationView,
};
use serde_json::json;

impl Api {
    /// Copies a conversation up to a message into a new one.
    ///
    /// # Errors
    /// `not_found`, or `conflict` while a message of the branch is being generated.
    pub async fn fork_conversation(
        &self,
        id: ConversationId,
        input: &NewFork,
    ) -> Result<ConversationView, Fault> {
        let variables = json!({ "id": id, "input": input });
        self.request(documents::FORK_CONVERSATION, "forkConversation", variables).await
    }

    /// Returns the messages that only one of two branches has.
    ///
    /// # Errors
    /// `not_found` when there is no such conversation or message.
    pub async fn compare_branches(
        &self,
        id: ConversationId,
        branches: BranchPair,
    ) -> Result<BranchComparison, Fault> {
        let variables = json!({ "conversationId": id, "branches": branches });
        self.request(documents::COMPARE_BRANCHES, "compareBranches", variables).await
    }

    /// Merges one branch into another, which becomes the active one.
    ///
    /// # Errors
    /// `not_found`, or `conflict` while a message is being generated or when there is nothing to merge.
    pub async fn merge_branches(
        &self,
        id: ConversationId,
        merge: BranchMerge,
    ) -> Result<ConversationView, Fault> {
        let variables = json!({ "conversationId": id, "input": merge });
        self.request(documents::MERGE_BRANCHES, "mergeBranches", variables).await
    }
}
