//! A turn: one answer to one message. It belongs to the server, not to the tab that asked.

use crate::{
    ArtifactVersionId, ConversationId, MessageId, TurnId, artifacts::ArtifactKind, enums::words,
    models::UsageView,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words!(/// How a turn stands.
TurnStatus {
    /// Its row is written; no step has run.
    Queued = "queued",
    /// A step is running under a lease.
    Running = "running",
    /// It waits for an approval, a person or a timer; no task is held.
    Waiting = "waiting",
    /// It said all it had to say.
    Finished = "finished",
    /// It could not go on.
    Failed = "failed",
    /// A person stopped it.
    Stopped = "stopped",
    /// The server went away in the middle.
    Interrupted = "interrupted",
});

impl TurnStatus {
    /// Says whether nothing more will happen.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Failed | Self::Stopped | Self::Interrupted)
    }

    /// Says whether it left something to go on with.
    #[must_use]
    pub const fn is_continuable(self) -> bool {
        matches!(self, Self::Failed | Self::Stopped | Self::Interrupted)
    }
}

/// The longest message, UTF-8 bytes.
pub const MESSAGE_BYTES_MAX: usize = 1024 * 1024;

/// A message to be answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMessage {
    /// The words, in Markdown.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 1_048_576, pattern = "\\S"))]
    pub content: String,
    /// Artifact versions to read along.
    #[cfg_attr(feature = "graphql", graphql(default))]
    #[serde(deserialize_with = "or_none")]
    pub attachments: Vec<ArtifactVersionId>,
    /// Names of the tools that may be called; absent means all the person may use.
    pub tools_allowed: Option<Vec<String>>,
    /// Kinds of artifact that are hoped for.
    #[cfg_attr(feature = "graphql", graphql(default))]
    #[serde(deserialize_with = "or_none")]
    pub artifacts_expected: Vec<ArtifactKind>,
    /// `provider/model` to ask; absent means the conversation's.
    pub model: Option<String>,
    /// The message it follows; absent means the end of the visible branch.
    pub parent_id: Option<MessageId>,
    /// The message it replaces: the new one becomes its sibling. Excludes `parentId`.
    pub replaces: Option<MessageId>,
    /// The client's own name for this message: sent twice, answered once. At most 64 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
    pub client_key: Option<String>,
}

/// Reads a list; `null`, which some programs write for an empty one, is none.
fn or_none<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A turn and the messages it joins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TurnView {
    /// Its id.
    pub id: TurnId,
    /// The conversation it belongs to.
    pub conversation_id: ConversationId,
    /// The message it answers.
    pub user_message_id: MessageId,
    /// The message it writes.
    pub message_id: MessageId,
    /// The turn it goes on from.
    pub continues: Option<TurnId>,
    /// How it stands.
    pub status: TurnStatus,
    /// Why it failed, for programs.
    pub code: Option<String>,
    /// `provider/model` that answers.
    pub model: String,
    /// What it used so far.
    pub usage: UsageView,
    /// When it was asked.
    pub created_at: DateTime<Utc>,
    /// When it was over.
    pub finished_at: Option<DateTime<Utc>>,
}

words!(/// What a person says to a call that waits.
Decision {
    /// Let it run as shown.
    Approve = "approve",
    /// Do not run it.
    Deny = "deny",
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_broke_off_can_be_continued() {
        let continuable: Vec<_> = TurnStatus::ALL.iter().copied().filter(|s| s.is_continuable()).collect();
        assert_eq!(continuable, [TurnStatus::Failed, TurnStatus::Stopped, TurnStatus::Interrupted]);
        assert!(continuable.iter().all(|status| status.is_over()));
    }
}
