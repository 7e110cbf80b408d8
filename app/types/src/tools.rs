//! Tools: what the assistant may do, and what became of a call.

use crate::{ArtifactId, ToolCallId, enums::words};
use serde::{Deserialize, Serialize};

words!(/// What a tool does to the world.
Effect {
    /// Nothing: it only looks.
    Read = "read",
    /// A change that can be taken back exactly.
    Reversible = "reversible",
    /// A change that can be made good by another.
    Compensatable = "compensatable",
    /// A change that stays.
    Irreversible = "irreversible",
});

words!(/// How a tool call stands.
ToolCallStatus {
    /// Recorded, not yet run.
    Pending = "pending",
    /// Waits for a person's approval.
    Waiting = "waiting",
    /// Running.
    Running = "running",
    /// It answered.
    Succeeded = "succeeded",
    /// It could not.
    Failed = "failed",
    /// A person said no.
    Denied = "denied",
    /// The server went away while it ran; whether it took effect is not known.
    InDoubt = "in_doubt",
});

impl ToolCallStatus {
    /// Says whether the call may still answer, or is to be settled when its turn is over.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Waiting | Self::Running)
    }
}

/// A tool as a person may use it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToolView {
    /// Its name, `[a-zA-Z0-9_-]{1,64}`.
    pub name: String,
    /// Its contract's version.
    pub version: u32,
    /// What it does, for people and models.
    pub description: String,
    /// What it does to the world.
    pub effect: Effect,
    /// Whether a person must approve each call.
    pub needs_approval: bool,
    /// JSON Schema (2020-12) of its arguments.
    pub input_schema: serde_json::Value,
}

/// What a tool answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToolResultView {
    /// The call.
    pub call_id: ToolCallId,
    /// The tool's name.
    pub name: String,
    /// How it ended.
    pub status: ToolCallStatus,
    /// The answer.
    pub result: serde_json::Value,
    /// The artifacts it made.
    pub artifact_ids: Vec<ArtifactId>,
    /// How long it ran.
    pub duration_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_an_end_is_not_open() {
        use ToolCallStatus::{Pending, Running, Waiting};
        let open: Vec<_> = ToolCallStatus::ALL.iter().copied().filter(|status| status.is_open()).collect();
        assert_eq!(open, [Pending, Waiting, Running]);
    }
}
