//! Conversations: trees of messages that consist of typed parts. The visible branch is a path from the root.

use crate::{
    ArtifactId, ArtifactVersionId, ConversationId, MessageId, PartId, PrincipalId, ToolCallId, TurnId,
    artifacts::ArtifactKind,
    enums::string_enum,
    tools::{Effect, ToolCallStatus},
    turns::TurnStatus,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

string_enum!(/// The client a conversation was created with.
Origin {
    /// The web page.
    Web = "web",
    /// The REST or GraphQL API.
    Api = "api",
    /// The command line.
    Cli = "cli",
    Slack = "slack",
    /// The Agent Client Protocol.
    Acp = "acp",
});

string_enum!(/// The author of a message.
Author {
    User = "user",
    Assistant = "assistant",
    /// PENNY itself.
    System = "system",
});

string_enum!(/// Data classification of a message part.
Sensitivity {
    /// Open to everyone.
    Public = "public",
    /// Open to the tenant.
    Internal = "internal",
    /// Open only to those it is shared with.
    Confidential = "confidential",
    /// Personal data.
    Personal = "personal",
});

/// A conversation as an item of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationSummary {
    pub id: ConversationId,
    /// Absent until the first message sets it.
    pub title: Option<String>,
    pub is_pinned: bool,
    /// When the conversation last changed.
    pub updated_at: DateTime<Utc>,
    /// Text around the search match; only in search results.
    pub snippet: Option<String>,
    /// The turn that is running or waiting, if any.
    pub active_turn_id: Option<TurnId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationView {
    pub id: ConversationId,
    pub owner_id: PrincipalId,
    /// Absent until the first message sets it.
    pub title: Option<String>,
    pub is_pinned: bool,
    pub origin: Origin,
    /// `provider/model` of the last turn.
    pub model: Option<String>,
    /// The last message of the visible branch.
    pub leaf_id: Option<MessageId>,
    /// The conversation it was forked from, if any.
    pub forked_from_id: Option<ConversationId>,
    /// Text the owner has typed and not sent.
    pub draft: String,
    /// The turn that is running or waiting, if any.
    pub active_turn_id: Option<TurnId>,
    pub created_at: DateTime<Utc>,
    /// When the conversation last changed.
    pub updated_at: DateTime<Utc>,
}

/// Input that creates a conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewConversation {
    /// Absent means that the first message sets it.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, pattern = "\\S"))]
    pub title: Option<String>,
    /// `provider/model` to use; absent means the default model.
    pub model: Option<String>,
}

/// Changes to a conversation; absent fields stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationPatch {
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, pattern = "\\S"))]
    pub title: Option<String>,
    pub is_pinned: Option<bool>,
    /// Text the owner has typed and not sent.
    pub draft: Option<String>,
    /// Makes the branch visible that ends in or passes through this message.
    pub leaf_id: Option<MessageId>,
    /// Whether the visible branch ends at `leafId` even if other messages follow it.
    pub ends_there: Option<bool>,
}

/// Selects messages of a branch: the newest `limit` before `before`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageWindowRequest {
    /// The last message of the branch; absent means the visible branch.
    pub leaf_id: Option<MessageId>,
    /// Only messages before this one.
    pub before: Option<MessageId>,
    /// Maximum number of messages; 1 to 100, 40 when absent.
    pub limit: Option<u32>,
}

impl MessageWindowRequest {
    /// Number of messages when no limit is given.
    pub const DEFAULT: u32 = 40;
    /// Upper bound of the limit.
    pub const MAX: u32 = 100;

    /// Returns the requested number of messages, clamped to 1 and [`Self::MAX`].
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(Self::DEFAULT).clamp(1, Self::MAX)
    }
}

/// Consecutive messages of a branch, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageWindow {
    pub items: Vec<MessageView>,
    /// Whether there are older messages.
    pub has_before: bool,
    /// Number of messages of the whole branch.
    pub path_length: u32,
}

/// A message of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageView {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    /// The message it follows; absent for the first one.
    pub parent_id: Option<MessageId>,
    pub author: Author,
    /// Position on its branch, from 0.
    pub depth: u32,
    /// The messages with the same parent, including this one, oldest first.
    pub sibling_ids: Vec<MessageId>,
    /// `provider/model` that wrote it.
    pub model: Option<String>,
    /// The message it is a copy of, if a fork or a merge created it.
    pub copied_from_id: Option<MessageId>,
    /// The last turn that wrote it.
    pub turn_id: Option<TurnId>,
    /// Status of that turn.
    pub turn_status: Option<TurnStatus>,
    /// Fault code of that turn, if it failed.
    pub turn_code: Option<String>,
    /// Sequence number of the last event already contained in `parts`; read the turn's events from here.
    pub last_seq: u64,
    /// UTF-8 bytes of the turn's text already contained in `parts`.
    pub text_length: u64,
    /// The content, in order.
    pub parts: Vec<PartView>,
    pub created_at: DateTime<Utc>,
}

/// A typed part of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartView {
    pub id: PartId,
    pub sensitivity: Sensitivity,
    pub body: PartBody,
}

/// The content of a part. In JSON, `kind` is the discriminator; in GraphQL, alias `__typename` to `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "graphql", derive(async_graphql::Union))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PartBody {
    /// Markdown text.
    #[serde(alias = "TextPart")]
    Text(TextPart),
    /// The model's reasoning.
    #[serde(alias = "ReasoningPart")]
    Reasoning(ReasoningPart),
    /// A tool call with its status and result.
    #[serde(alias = "ToolCallPart")]
    ToolCall(ToolCallPart),
    /// A reference to an artifact created by the turn.
    #[serde(alias = "ArtifactPart")]
    Artifact(ArtifactPart),
    /// A source of a statement.
    #[serde(alias = "CitationPart")]
    Citation(CitationPart),
    /// A file the user attached.
    #[serde(alias = "FilePart")]
    File(FilePart),
}

/// Markdown text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TextPart {
    pub text: String,
}

/// The model's reasoning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReasoningPart {
    pub text: String,
}

/// A tool call with its status and result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToolCallPart {
    pub call_id: ToolCallId,
    /// Name of the tool.
    pub name: String,
    pub arguments: serde_json::Value,
    pub effect: Effect,
    pub status: ToolCallStatus,
    /// The result as the model sees it, cut to 4,000 characters.
    pub result: Option<String>,
    /// Description of the effect, shown to the approver.
    pub plan: Option<String>,
    pub duration_ms: Option<u64>,
}

/// A reference to an artifact created by the turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArtifactPart {
    pub artifact_id: ArtifactId,
    /// The version created by the turn, from 1.
    pub version: u32,
    #[serde(rename = "type")]
    #[cfg_attr(feature = "graphql", graphql(name = "type"))]
    pub kind: ArtifactKind,
    pub title: String,
}

/// A source of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CitationPart {
    /// Title of the source.
    pub title: String,
    /// URL of the source.
    pub url: Option<String>,
    /// The cited text.
    pub quote: String,
}

/// A file the user attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilePart {
    /// The attached artifact version.
    pub version_id: ArtifactVersionId,
    pub name: String,
    pub media_type: String,
    pub size_bytes: u64,
}

/// A change to the viewer's list of conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationUpdate {
    pub id: ConversationId,
    /// The current state; absent when the conversation was deleted.
    pub conversation: Option<ConversationSummary>,
}
