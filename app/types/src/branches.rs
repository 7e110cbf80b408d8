//! Branches of a conversation: forking, comparing and merging paths through the message tree.
//!
//! Messages are never moved or rewritten: forks and merges create copies that refer to their originals.

use crate::{MessageId, conversations::MessageView};
use serde::{Deserialize, Serialize};

/// Input that copies a conversation, up to a message, into a new one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewFork {
    /// The last message to copy; absent means the end of the visible branch.
    pub message_id: Option<MessageId>,
    /// Absent means the source's title with a number appended.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, pattern = "\\S"))]
    pub title: Option<String>,
}

/// Two branches to compare. Each is given by a message on it; if several branches pass through that message, the
/// visible one is used, else the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BranchPair {
    pub left: MessageId,
    pub right: MessageId,
}

/// Two branches and the point where they diverge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BranchComparison {
    /// The last common message; absent when the branches share none.
    pub common_id: Option<MessageId>,
    /// Number of common messages.
    pub common_length: u32,
    /// The messages only the left branch has.
    pub left: BranchTail,
    /// The messages only the right branch has.
    pub right: BranchTail,
}

/// The messages of a branch after the point of divergence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BranchTail {
    /// The last message of the branch.
    pub leaf_id: MessageId,
    /// Number of messages only this branch has.
    pub length: u32,
    /// The first 100 of them at most, oldest first.
    pub items: Vec<MessageView>,
}

/// A branch to append to another. Each is given by a message on it; if several branches pass through that message,
/// the visible one is used, else the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BranchMerge {
    /// The branch whose messages are copied.
    pub from: MessageId,
    /// The branch they are appended to; absent means the visible one.
    pub into: Option<MessageId>,
}
