//! The events of a turn. Each has a sequence number, from 1; live events have no gaps.
//!
//! A replay may merge consecutive deltas into one that carries the sequence number of the last. `offset` is the
//! position of the delta's text, so the joined text is the same however the deltas were merged.

use crate::{
    ArtifactId, MessageId, ToolCallId, TurnId,
    artifacts::ArtifactKind,
    models::UsageView,
    tools::{Effect, ToolCallStatus},
};
use serde::{Deserialize, Serialize};

/// One event of a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TurnEvent {
    /// Sequence number within the turn, from 1.
    pub seq: u64,
    pub turn_id: TurnId,
    pub body: TurnEventBody,
}

/// The payload of an event. In JSON, `kind` is the discriminator; in GraphQL, alias `__typename` to `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "graphql", derive(async_graphql::Union))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TurnEventBody {
    /// The turn started to call the model.
    #[serde(alias = "TurnStarted")]
    Started(TurnStarted),
    /// A piece of the message text.
    #[serde(alias = "TextDelta")]
    Delta(TextDelta),
    /// A piece of the model's reasoning.
    #[serde(alias = "ReasoningDelta")]
    Reasoning(ReasoningDelta),
    /// The status of a tool call changed.
    #[serde(alias = "ToolCallChanged")]
    ToolCall(ToolCallChanged),
    /// A running tool reported progress.
    #[serde(alias = "ToolProgress")]
    ToolProgress(ToolProgress),
    /// A tool call waits for approval.
    #[serde(alias = "ApprovalRequested")]
    Approval(ApprovalRequested),
    /// An artifact was created.
    #[serde(alias = "ArtifactCreated")]
    Artifact(ArtifactCreated),
    /// A source was cited.
    #[serde(alias = "CitationAdded")]
    Citation(CitationAdded),
    /// The token usage of the turn changed.
    #[serde(alias = "UsageUpdated")]
    Usage(UsageUpdated),
    /// The turn completed.
    #[serde(alias = "TurnFinished")]
    Finished(TurnFinished),
    /// The turn failed.
    #[serde(alias = "TurnFailed")]
    Failed(TurnFailed),
    /// A user stopped the turn.
    #[serde(alias = "TurnStopped")]
    Stopped(TurnStopped),
    /// The turn ended because its server stopped running.
    #[serde(alias = "TurnInterrupted")]
    Interrupted(TurnInterrupted),
}

impl TurnEventBody {
    /// Returns the kind as in JSON, which is also the name of the server-sent event.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Started(_) => "started",
            Self::Delta(_) => "delta",
            Self::Reasoning(_) => "reasoning",
            Self::ToolCall(_) => "tool_call",
            Self::ToolProgress(_) => "tool_progress",
            Self::Approval(_) => "approval",
            Self::Artifact(_) => "artifact",
            Self::Citation(_) => "citation",
            Self::Usage(_) => "usage",
            Self::Finished(_) => "finished",
            Self::Failed(_) => "failed",
            Self::Stopped(_) => "stopped",
            Self::Interrupted(_) => "interrupted",
        }
    }

    /// Returns whether this is the last event of its turn.
    #[must_use]
    pub const fn is_terminal(&self) -> bool {
        matches!(self, Self::Finished(_) | Self::Failed(_) | Self::Stopped(_) | Self::Interrupted(_))
    }
}

macro_rules! turn_event {
    ($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident : $ty:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name { $($(#[$fmeta])* pub $field: $ty),* }
    };
}

turn_event!(/// The turn started to call the model.
TurnStarted {
    /// The message the turn writes.
    message_id: MessageId,
    /// `provider/model`.
    model: String,
});
turn_event!(/// A piece of the message text.
TextDelta {
    text: String,
    /// Position of `text`, in UTF-8 bytes from the start of the turn's text.
    offset: u64,
});
turn_event!(/// A piece of the model's reasoning.
ReasoningDelta {
    text: String,
    /// Position of `text`, in UTF-8 bytes from the start of the turn's reasoning.
    offset: u64,
});
turn_event!(/// The status of a tool call changed.
ToolCallChanged {
    call_id: ToolCallId,
    /// Name of the tool.
    name: String,
    arguments: serde_json::Value,
    effect: Effect,
    status: ToolCallStatus,
    /// The result as the model sees it, cut to 4,000 characters.
    result: Option<String>,
    duration_ms: Option<u64>,
});
turn_event!(/// A running tool reported progress.
ToolProgress {
    call_id: ToolCallId,
    /// What the tool is doing, for display.
    message: String,
    /// Completed share, between 0 and 1, if known.
    fraction: Option<f64>,
});
turn_event!(/// A tool call waits for approval.
ApprovalRequested {
    call_id: ToolCallId,
    /// Name of the tool.
    name: String,
    /// Description of the effect, shown to the approver.
    plan: String,
});
turn_event!(/// An artifact was created.
ArtifactCreated {
    artifact_id: ArtifactId,
    /// The version, from 1.
    version: u32,
    #[serde(rename = "type")]
    #[cfg_attr(feature = "graphql", graphql(name = "type"))]
    kind: ArtifactKind,
    title: String,
});
turn_event!(/// A source was cited.
CitationAdded {
    /// Title of the source.
    title: String,
    /// URL of the source.
    url: Option<String>,
    /// The cited text.
    quote: String,
});
turn_event!(/// The token usage of the turn changed.
UsageUpdated {
    /// Total usage of the turn so far.
    usage: UsageView,
});
turn_event!(/// The turn completed.
TurnFinished {
    /// UTF-8 bytes of the turn's whole text.
    length: u64,
});
turn_event!(/// The turn failed.
TurnFailed {
    /// Fault code.
    code: String,
    /// UTF-8 bytes of the turn's text that are kept.
    length: u64,
    /// Seconds to wait before a retry.
    retry_after: Option<u64>,
});
turn_event!(/// A user stopped the turn.
TurnStopped {
    /// UTF-8 bytes of the turn's text that are kept.
    length: u64,
});
turn_event!(/// The turn ended because its server stopped running.
TurnInterrupted {
    /// UTF-8 bytes of the turn's text that are kept; clients discard any text beyond.
    length: u64,
});
