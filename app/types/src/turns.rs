//! Turns: a turn is the generation of one assistant message. It runs on the server, independently of the client.

use crate::{
    ArtifactVersionId, ConversationId, MessageId, TurnId, artifacts::ArtifactKind, enums::string_enum,
    models::UsageView,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

string_enum!(/// The status of a turn.
TurnStatus {
    /// Created; no step has run yet.
    Queued = "queued",
    /// A step is running under a lease.
    Running = "running",
    /// Waiting for an approval, a user or a timer; no task is held.
    Waiting = "waiting",
    /// Completed.
    Finished = "finished",
    Failed = "failed",
    /// A user stopped it.
    Stopped = "stopped",
    /// Its server stopped running.
    Interrupted = "interrupted",
});

impl TurnStatus {
    /// Returns whether the status is final.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Finished | Self::Failed | Self::Stopped | Self::Interrupted)
    }

    /// Returns whether another turn can continue the message.
    #[must_use]
    pub const fn is_continuable(self) -> bool {
        matches!(self, Self::Failed | Self::Stopped | Self::Interrupted)
    }
}

/// Maximum length of a message, in UTF-8 bytes.
pub const MESSAGE_BYTES_MAX: usize = 1024 * 1024;

/// Input that sends a message and starts a turn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMessage {
    /// The text, in Markdown.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 1_048_576, pattern = "\\S"))]
    pub content: String,
    /// Artifact versions to attach.
    #[cfg_attr(feature = "graphql", graphql(default))]
    #[serde(deserialize_with = "null_as_empty")]
    pub attachments: Vec<ArtifactVersionId>,
    /// Names of the tools the model may call; absent means all tools the user may use.
    pub tools_allowed: Option<Vec<String>>,
    /// Kinds of artifacts the user expects.
    #[cfg_attr(feature = "graphql", graphql(default))]
    #[serde(deserialize_with = "null_as_empty")]
    pub artifacts_expected: Vec<ArtifactKind>,
    /// `provider/model` to use; absent means the conversation's model.
    pub model: Option<String>,
    /// The message to follow; absent means the end of the visible branch.
    pub parent_id: Option<MessageId>,
    /// The message to replace: the new message becomes its sibling. Excludes `parentId`.
    pub replaces: Option<MessageId>,
    /// Idempotency key chosen by the client: a message sent again with the same key starts no second turn. At most
    /// 64 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
    pub client_key: Option<String>,
}

/// Deserialises a list; `null` becomes an empty list, because some clients send it for one.
fn null_as_empty<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A turn, with the user message it responds to and the message it writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TurnView {
    pub id: TurnId,
    pub conversation_id: ConversationId,
    /// The message it responds to.
    pub user_message_id: MessageId,
    /// The message it writes.
    pub message_id: MessageId,
    /// The turn it continues, if any.
    pub continues: Option<TurnId>,
    pub status: TurnStatus,
    /// Fault code, if the turn failed.
    pub code: Option<String>,
    /// `provider/model`.
    pub model: String,
    /// Usage so far.
    pub usage: UsageView,
    pub created_at: DateTime<Utc>,
    /// When the status became final.
    pub finished_at: Option<DateTime<Utc>>,
}

string_enum!(/// A user's decision on a tool call that waits for approval.
Decision {
    /// Run the call as planned.
    Approve = "approve",
    /// Do not run the call.
    Deny = "deny",
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unfinished_terminal_turns_can_be_continued() {
        let continuable: Vec<_> = TurnStatus::ALL.iter().copied().filter(|s| s.is_continuable()).collect();
        assert_eq!(continuable, [TurnStatus::Failed, TurnStatus::Stopped, TurnStatus::Interrupted]);
        assert!(continuable.iter().all(|status| status.is_terminal()));
    }
}
