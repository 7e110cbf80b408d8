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
    /// `not_found`, or `conflict` while a message of the branch is being written.
    pub async fn fork_conversation(
        &self,
        id: ConversationId,
        input: &NewFork,
    ) -> Result<ConversationView, Fault> {
        let variables = json!({ "id": id, "input": input });
        self.ask(documents::FORK_CONVERSATION, "forkConversation", variables).await
    }

    /// Reads what each of two branches has that the other has not.
    ///
    /// # Errors
    /// `not_found` when there is no such conversation or message.
    pub async fn compare_branches(
        &self,
        id: ConversationId,
        branches: BranchPair,
    ) -> Result<BranchComparison, Fault> {
        let variables = json!({ "conversationId": id, "branches": branches });
        self.ask(documents::COMPARE_BRANCHES, "compareBranches", variables).await
    }

    /// Brings one branch into another, which becomes the visible one.
    ///
    /// # Errors
    /// `not_found`, or `conflict` while a message is being written or when there is nothing to bring over.
    pub async fn merge_branches(
        &self,
        id: ConversationId,
        merge: BranchMerge,
    ) -> Result<ConversationView, Fault> {
        let variables = json!({ "conversationId": id, "input": merge });
        self.ask(documents::MERGE_BRANCHES, "mergeBranches", variables).await
    }
}
