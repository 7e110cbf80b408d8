//! Branches of a conversation: paths through its tree, copied out, laid side by side and brought together. Nothing
//! that was said is ever moved or rewritten; what comes over is a copy that names its original.

use crate::{MessageId, conversations::MessageView};
use serde::{Deserialize, Serialize};

/// What is copied out into a conversation of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewFork {
    /// The last message to be copied; absent means the end of the visible branch.
    pub message_id: Option<MessageId>,
    /// A title; absent means the source's with a number.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, pattern = "\\S"))]
    pub title: Option<String>,
}

/// Which two branches are laid side by side. Each is the one that ends in or passes through a message: of several, the
/// visible one, else the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BranchPair {
    /// Names the one.
    pub left: MessageId,
    /// Names the other.
    pub right: MessageId,
}

/// Two branches, and where they part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BranchComparison {
    /// The last message that both have; absent when they begin differently.
    pub common_id: Option<MessageId>,
    /// How many messages both have.
    pub common_length: u32,
    /// What only the one has.
    pub left: BranchTail,
    /// What only the other has.
    pub right: BranchTail,
}

/// What a branch has that another has not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BranchTail {
    /// The branch's last message.
    pub leaf_id: MessageId,
    /// How many messages only this branch has.
    pub length: u32,
    /// The first of them, oldest first; 100 at most.
    pub items: Vec<MessageView>,
}

/// Which branch is brought into which. Each is the one that ends in or passes through a message: of several, the visible
/// one, else the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BranchMerge {
    /// The branch whose messages are copied.
    pub from: MessageId,
    /// The branch they are put after; absent means the visible one.
    pub into: Option<MessageId>,
}
