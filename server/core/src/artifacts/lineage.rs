use penny_types::{ArtifactVersionId, ConversationId, ToolCallId, TurnId};

/// What an artifact was made from and by.
#[derive(Debug, Clone, Default)]
pub struct Lineage {
    /// The conversation.
    pub conversation: Option<ConversationId>,
    /// The turn.
    pub turn: Option<TurnId>,
    /// The tool call.
    pub tool_call: Option<ToolCallId>,
    /// `provider/model`.
    pub model: Option<String>,
    /// Versions it was made from.
    pub inputs: Vec<ArtifactVersionId>,
}
