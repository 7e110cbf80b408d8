use penny_types::{ArtifactVersionId, ConversationId, ToolCallId, TurnId};

/// The origin of an artifact.
#[derive(Debug, Clone, Default)]
pub struct Lineage {
    pub conversation: Option<ConversationId>,
    pub turn: Option<TurnId>,
    pub tool_call: Option<ToolCallId>,
    /// `provider/model`.
    pub model: Option<String>,
    /// Versions it was derived from.
    pub inputs: Vec<ArtifactVersionId>,
}
