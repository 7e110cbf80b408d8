//! What happens in a turn, in order. Each event has a sequence number, from 1 and live without gaps.
//!
//! A replay may merge neighbouring deltas into one that bears the last one's number; `offset` says
//! where its text stands, so joining is exact whatever was merged.

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
    /// Its number in the turn.
    pub seq: u64,
    /// The turn.
    pub turn_id: TurnId,
    /// What happened.
    pub body: TurnEventBody,
}

/// What happened. In JSON, `kind` says which; in GraphQL, alias `__typename` to `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "graphql", derive(async_graphql::Union))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TurnEventBody {
    /// A model is being asked.
    #[serde(alias = "TurnStarted")]
    Started(TurnStarted),
    /// More of the answer.
    #[serde(alias = "TextDelta")]
    Delta(TextDelta),
    /// More of what the model thinks.
    #[serde(alias = "ReasoningDelta")]
    Reasoning(ReasoningDelta),
    /// A tool call changed its state.
    #[serde(alias = "ToolCallChanged")]
    ToolCall(ToolCallChanged),
    /// A running tool says how far it is.
    #[serde(alias = "ToolProgress")]
    ToolProgress(ToolProgress),
    /// A tool call waits for a person.
    #[serde(alias = "ApprovalAsked")]
    Approval(ApprovalAsked),
    /// An artifact was made.
    #[serde(alias = "ArtifactMade")]
    Artifact(ArtifactMade),
    /// A source was named.
    #[serde(alias = "CitationMade")]
    Citation(CitationMade),
    /// Tokens were used.
    #[serde(alias = "UsageCounted")]
    Usage(UsageCounted),
    /// The turn said all it had to say.
    #[serde(alias = "TurnFinished")]
    Finished(TurnFinished),
    /// The turn could not go on.
    #[serde(alias = "TurnFailed")]
    Failed(TurnFailed),
    /// A person stopped the turn.
    #[serde(alias = "TurnStopped")]
    Stopped(TurnStopped),
    /// The server went away in the middle.
    #[serde(alias = "TurnInterrupted")]
    Interrupted(TurnInterrupted),
}

impl TurnEventBody {
    /// Returns the kind's word, as the server-sent event's name.
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

    /// Says whether nothing comes after it.
    #[must_use]
    pub const fn is_terminal(&self) -> bool {
        matches!(self, Self::Finished(_) | Self::Failed(_) | Self::Stopped(_) | Self::Interrupted(_))
    }
}

macro_rules! event {
    ($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident : $ty:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name { $($(#[$fmeta])* pub $field: $ty),* }
    };
}

event!(/// A model is being asked.
TurnStarted {
    /// The message the turn writes.
    message_id: MessageId,
    /// `provider/model`.
    model: String,
});
event!(/// More of the answer.
TextDelta {
    /// The words.
    text: String,
    /// UTF-8 bytes from the start of the turn's text.
    offset: u64,
});
event!(/// More of what the model thinks.
ReasoningDelta {
    /// The words.
    text: String,
    /// UTF-8 bytes from the start of the turn's reasoning.
    offset: u64,
});
event!(/// A tool call changed its state.
ToolCallChanged {
    /// The call.
    call_id: ToolCallId,
    /// The tool's name.
    name: String,
    /// What it is called with.
    arguments: serde_json::Value,
    /// What it does to the world.
    effect: Effect,
    /// How it stands.
    status: ToolCallStatus,
    /// What it answered, as the model sees it; cut to 4,000 characters.
    result: Option<String>,
    /// How long it ran.
    duration_ms: Option<u64>,
});
event!(/// A running tool says how far it is.
ToolProgress {
    /// The call.
    call_id: ToolCallId,
    /// What it is doing.
    message: String,
    /// Between 0 and 1, when known.
    fraction: Option<f64>,
});
event!(/// A tool call waits for a person.
ApprovalAsked {
    /// The call.
    call_id: ToolCallId,
    /// The tool's name.
    name: String,
    /// What would change.
    plan: String,
});
event!(/// An artifact was made.
ArtifactMade {
    /// The artifact.
    artifact_id: ArtifactId,
    /// Its version, from 1.
    version: u32,
    /// What it is.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "graphql", graphql(name = "type"))]
    kind: ArtifactKind,
    /// Its title.
    title: String,
});
event!(/// A source was named.
CitationMade {
    /// The source's title.
    title: String,
    /// The source's address.
    url: Option<String>,
    /// The words relied on.
    quote: String,
});
event!(/// Tokens were used.
UsageCounted {
    /// All of the turn's so far.
    usage: UsageView,
});
event!(/// The turn said all it had to say.
TurnFinished {
    /// UTF-8 bytes of the turn's whole text.
    length: u64,
});
event!(/// The turn could not go on.
TurnFailed {
    /// Why, as a fault code.
    code: String,
    /// UTF-8 bytes of the turn's text that is kept.
    length: u64,
    /// Seconds after which trying again makes sense.
    retry_after: Option<u64>,
});
event!(/// A person stopped the turn.
TurnStopped {
    /// UTF-8 bytes of the turn's text that is kept.
    length: u64,
});
event!(/// The server went away in the middle.
TurnInterrupted {
    /// UTF-8 bytes of the turn's text that is kept; what a client holds beyond it is dropped.
    length: u64,
});
