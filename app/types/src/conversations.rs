//! Conversations: a tree of messages made of typed parts. One row a message; the visible branch is a path.

use crate::{
    ArtifactId, ArtifactVersionId, ConversationId, MessageId, PartId, PrincipalId, ToolCallId, TurnId,
    artifacts::ArtifactKind,
    enums::words,
    tools::{Effect, ToolCallStatus},
    turns::TurnStatus,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words!(/// Where a conversation came from.
Origin {
    /// The web page.
    Web = "web",
    /// REST or GraphQL.
    Api = "api",
    /// The command line.
    Cli = "cli",
    /// Slack.
    Slack = "slack",
    /// The Agent Client Protocol.
    Acp = "acp",
});

words!(/// Who said a message.
Author {
    /// A person.
    User = "user",
    /// A model.
    Assistant = "assistant",
    /// PENNY.
    System = "system",
});

words!(/// How careful one must be with a part's content.
Sensitivity {
    /// Anyone may see it.
    Public = "public",
    /// Anyone in the tenant.
    Internal = "internal",
    /// Only those it is shared with.
    Confidential = "confidential",
    /// Personal data.
    Personal = "personal",
});

/// A conversation as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationSummary {
    /// Its id.
    pub id: ConversationId,
    /// Its title; absent until the first message gives one.
    pub title: Option<String>,
    /// Whether it is kept on top.
    pub is_pinned: bool,
    /// When anything last happened in it.
    pub updated_at: DateTime<Utc>,
    /// Text around what a search found.
    pub snippet: Option<String>,
    /// The turn that is running or waiting in it.
    pub active_turn_id: Option<TurnId>,
}

/// A conversation, opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationView {
    /// Its id.
    pub id: ConversationId,
    /// Who owns it.
    pub owner_id: PrincipalId,
    /// Its title; absent until the first message gives one.
    pub title: Option<String>,
    /// Whether it is kept on top.
    pub is_pinned: bool,
    /// Where it came from.
    pub origin: Origin,
    /// `provider/model` it was last asked with.
    pub model: Option<String>,
    /// The last message of the visible branch.
    pub leaf_id: Option<MessageId>,
    /// The conversation it was copied out of.
    pub forked_from_id: Option<ConversationId>,
    /// What its owner has typed and not sent.
    pub draft: String,
    /// The turn that is running or waiting in it.
    pub active_turn_id: Option<TurnId>,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When anything last happened in it.
    pub updated_at: DateTime<Utc>,
}

/// What begins a conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewConversation {
    /// A title; without one the first message gives it.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, pattern = "\\S"))]
    pub title: Option<String>,
    /// `provider/model` to ask.
    pub model: Option<String>,
}

/// What may be changed about a conversation; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationPatch {
    /// A new title.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, pattern = "\\S"))]
    pub title: Option<String>,
    /// Whether it is kept on top.
    pub is_pinned: Option<bool>,
    /// What its owner has typed and not sent.
    pub draft: Option<String>,
    /// The visible branch: the path that ends in or passes through this message.
    pub leaf_id: Option<MessageId>,
    /// Whether the branch ends in that message even where others follow it.
    pub ends_there: Option<bool>,
}

/// Which messages of a path are asked for: the newest `limit` before `before`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageWindowRequest {
    /// The path's last message; absent means the visible branch.
    pub leaf_id: Option<MessageId>,
    /// Only what comes before this message.
    pub before: Option<MessageId>,
    /// How many at most; 1 to 100, 40 when absent.
    pub limit: Option<u32>,
}

impl MessageWindowRequest {
    /// How many messages are read when no number is asked for.
    pub const DEFAULT: u32 = 40;
    /// The most anyone gets at once.
    pub const MAX: u32 = 100;

    /// Returns how many to read: the number asked for, within 1 and [`Self::MAX`].
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(Self::DEFAULT).clamp(1, Self::MAX)
    }
}

/// A stretch of a path, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageWindow {
    /// The messages.
    pub items: Vec<MessageView>,
    /// Whether there are older ones.
    pub has_before: bool,
    /// How many messages the whole path has.
    pub path_length: u32,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageView {
    /// Its id.
    pub id: MessageId,
    /// The conversation it stands in.
    pub conversation_id: ConversationId,
    /// The message it answers or follows.
    pub parent_id: Option<MessageId>,
    /// Who said it.
    pub author: Author,
    /// Its number on its path, from 0.
    pub depth: u32,
    /// The messages that share its parent, itself among them, oldest first.
    pub sibling_ids: Vec<MessageId>,
    /// `provider/model` that said it.
    pub model: Option<String>,
    /// The message it is a copy of, when it came here from another branch or conversation.
    pub copied_from_id: Option<MessageId>,
    /// The last turn that wrote it.
    pub turn_id: Option<TurnId>,
    /// How that turn stands.
    pub turn_status: Option<TurnStatus>,
    /// Why that turn failed, for programs.
    pub turn_code: Option<String>,
    /// Sequence number of the last event already contained in `parts`; follow the turn from here.
    pub last_seq: u64,
    /// UTF-8 bytes of the turn text already contained in `parts`.
    pub text_length: u64,
    /// What it consists of, in order.
    pub parts: Vec<PartView>,
    /// When it was said.
    pub created_at: DateTime<Utc>,
}

/// A typed part of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartView {
    /// Its id.
    pub id: PartId,
    /// How careful one must be with it.
    pub sensitivity: Sensitivity,
    /// What it is.
    pub body: PartBody,
}

/// What a part holds. In JSON, `kind` says which; in GraphQL, alias `__typename` to `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "graphql", derive(async_graphql::Union))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PartBody {
    /// Words, in Markdown.
    #[serde(alias = "TextPart")]
    Text(TextPart),
    /// What the model thought before it spoke.
    #[serde(alias = "ReasoningPart")]
    Reasoning(ReasoningPart),
    /// A call of a tool and what became of it.
    #[serde(alias = "ToolCallPart")]
    ToolCall(ToolCallPart),
    /// A result that was made.
    #[serde(alias = "ArtifactPart")]
    Artifact(ArtifactPart),
    /// Where a statement comes from.
    #[serde(alias = "CitationPart")]
    Citation(CitationPart),
    /// Something the person attached.
    #[serde(alias = "FilePart")]
    File(FilePart),
}

/// Words, in Markdown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TextPart {
    /// The words.
    pub text: String,
}

/// What the model thought before it spoke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReasoningPart {
    /// The words.
    pub text: String,
}

/// A call of a tool and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToolCallPart {
    /// Its id.
    pub call_id: ToolCallId,
    /// The tool's name.
    pub name: String,
    /// What it was called with.
    pub arguments: serde_json::Value,
    /// What it does to the world.
    pub effect: Effect,
    /// How it stands.
    pub status: ToolCallStatus,
    /// What it answered, as the model sees it; cut to 4,000 characters.
    pub result: Option<String>,
    /// What would change, shown to whoever approves it.
    pub plan: Option<String>,
    /// How long it ran.
    pub duration_ms: Option<u64>,
}

/// A result that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArtifactPart {
    /// Its id.
    pub artifact_id: ArtifactId,
    /// The version made here, from 1.
    pub version: u32,
    /// What it is.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "graphql", graphql(name = "type"))]
    pub kind: ArtifactKind,
    /// Its title.
    pub title: String,
}

/// Where a statement comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CitationPart {
    /// The source's title.
    pub title: String,
    /// The source's address.
    pub url: Option<String>,
    /// The words relied on.
    pub quote: String,
}

/// Something the person attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilePart {
    /// The version attached.
    pub version_id: ArtifactVersionId,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size in bytes.
    pub size_bytes: u64,
}

/// Something changed in the reader's list of conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationUpdate {
    /// Which one.
    pub id: ConversationId,
    /// How it looks now; absent when it is gone.
    pub conversation: Option<ConversationSummary>,
}
