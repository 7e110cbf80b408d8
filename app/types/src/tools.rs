//! Tools and the status and results of their calls.

use crate::{ArtifactId, ToolCallId, enums::string_enum};
use serde::{Deserialize, Serialize};

string_enum!(/// The side effect of a tool.
Effect {
    /// No side effect.
    Read = "read",
    /// A change that can be undone exactly.
    Reversible = "reversible",
    /// A change that another change can compensate for.
    Compensatable = "compensatable",
    /// A change that cannot be undone.
    Irreversible = "irreversible",
});

string_enum!(/// The status of a tool call.
ToolCallStatus {
    /// Recorded, not yet started.
    Pending = "pending",
    /// Waiting for a user's approval.
    Waiting = "waiting",
    Running = "running",
    Succeeded = "succeeded",
    Failed = "failed",
    /// A user denied the approval.
    Denied = "denied",
    /// The server stopped while the call ran; whether it took effect is unknown.
    InDoubt = "in_doubt",
});

impl ToolCallStatus {
    /// Returns whether the call has no result yet.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Waiting | Self::Running)
    }
}

/// A tool the user may call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToolView {
    /// Matches `[a-zA-Z0-9_-]{1,64}`.
    pub name: String,
    /// Version of the tool's contract.
    pub version: u32,
    /// What the tool does; also sent to the model.
    pub description: String,
    pub effect: Effect,
    /// Whether a user must approve each call.
    pub needs_approval: bool,
    /// JSON Schema (2020-12) of the arguments.
    pub input_schema: serde_json::Value,
}

/// The result of a tool call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToolResultView {
    pub call_id: ToolCallId,
    /// Name of the tool.
    pub name: String,
    pub status: ToolCallStatus,
    pub result: serde_json::Value,
    /// The artifacts the call created.
    pub artifact_ids: Vec<ArtifactId>,
    pub duration_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_calls_without_a_result_are_open() {
        use ToolCallStatus::{Pending, Running, Waiting};
        let open: Vec<_> = ToolCallStatus::ALL.iter().copied().filter(|status| status.is_open()).collect();
        assert_eq!(open, [Pending, Waiting, Running]);
    }
}
