//! The blocks a message is rendered from.

use penny_types::{
    ToolCallId,
    conversations::{ArtifactPart, CitationPart, FilePart, PartBody, PartView, ToolCallPart},
    events::{ApprovalRequested, ToolCallChanged},
    tools::{Effect, ToolCallStatus},
};

/// A part of a message, in display order.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Markdown text.
    Text {
        /// Position of the first byte in the turn's text.
        start: u64,
        text: String,
    },
    /// The model's reasoning.
    Reasoning {
        text: String,
    },
    Tool(ToolCard),
    Artifact(ArtifactPart),
    Citation(CitationPart),
    /// A file the user attached.
    File(FilePart),
}

/// The state of a tool call as its card displays it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCard {
    pub call_id: ToolCallId,
    /// Name of the tool.
    pub name: String,
    /// `null` until known.
    pub arguments: serde_json::Value,
    /// Absent until known.
    pub effect: Option<Effect>,
    pub status: ToolCallStatus,
    pub result: Option<String>,
    /// Description of the effect, shown to the approver.
    pub plan: Option<String>,
    pub duration_ms: Option<u64>,
    /// Latest progress message of the tool.
    pub progress: Option<String>,
    /// Reported progress, in thousandths.
    pub permille: Option<u16>,
}

impl ToolCard {
    /// Creates a card for a call whose arguments are not known yet.
    #[must_use]
    pub const fn new(call_id: ToolCallId, name: String) -> Self {
        Self {
            call_id,
            name,
            arguments: serde_json::Value::Null,
            effect: None,
            status: ToolCallStatus::Pending,
            result: None,
            plan: None,
            duration_ms: None,
            progress: None,
            permille: None,
        }
    }

    /// Applies a status change. Fields that the event leaves out keep their values.
    pub fn apply_change(&mut self, event: &ToolCallChanged) {
        self.status = event.status;
        self.effect = Some(event.effect);
        if !event.arguments.is_null() {
            self.arguments = event.arguments.clone();
        }
        if event.result.is_some() {
            self.result.clone_from(&event.result);
        }
        if event.duration_ms.is_some() {
            self.duration_ms = event.duration_ms;
        }
        if !event.status.is_open() {
            self.progress = None;
            self.permille = None;
        }
    }

    /// Records that the call waits for approval.
    pub fn request_approval(&mut self, event: &ApprovalRequested) {
        self.status = ToolCallStatus::Waiting;
        self.plan = Some(event.plan.clone());
    }
}

impl From<&ToolCallPart> for ToolCard {
    fn from(part: &ToolCallPart) -> Self {
        Self {
            call_id: part.call_id,
            name: part.name.clone(),
            arguments: part.arguments.clone(),
            effect: Some(part.effect),
            status: part.status,
            result: part.result.clone(),
            plan: part.plan.clone(),
            duration_ms: part.duration_ms,
            progress: None,
            permille: None,
        }
    }
}

/// Converts stored parts to blocks. Consecutive texts are merged into one block, as deltas of a live turn are.
///
/// Offsets are counted back from `text_length`, so the last text ends where the next delta starts.
#[must_use]
pub fn from_parts(parts: &[PartView], text_length: u64) -> Vec<Block> {
    let stored: u64 = parts
        .iter()
        .map(|part| match &part.body {
            PartBody::Text(text) => text.text.len() as u64,
            _ => 0,
        })
        .sum();
    let mut offset = text_length.saturating_sub(stored);
    let mut blocks = Vec::with_capacity(parts.len());
    for part in parts {
        match &part.body {
            PartBody::Text(text) => {
                push_text(&mut blocks, offset, &text.text);
                offset += text.text.len() as u64;
            }
            PartBody::Reasoning(reasoning) => push_reasoning(&mut blocks, &reasoning.text),
            PartBody::ToolCall(call) => blocks.push(Block::Tool(call.into())),
            PartBody::Artifact(artifact) => blocks.push(Block::Artifact(artifact.clone())),
            PartBody::Citation(citation) => blocks.push(Block::Citation(citation.clone())),
            PartBody::File(file) => blocks.push(Block::File(file.clone())),
        }
    }
    blocks
}

/// Appends text to the message; `start` is its position in the turn's text.
pub fn push_text(blocks: &mut Vec<Block>, start: u64, more: &str) {
    if more.is_empty() {
        return;
    }
    if let Some(Block::Text { text, .. }) = blocks.last_mut() {
        text.push_str(more);
    } else {
        blocks.push(Block::Text { start, text: more.to_owned() });
    }
}

/// Appends reasoning to the message.
pub fn push_reasoning(blocks: &mut Vec<Block>, more: &str) {
    if more.is_empty() {
        return;
    }
    if let Some(Block::Reasoning { text }) = blocks.last_mut() {
        text.push_str(more);
    } else {
        blocks.push(Block::Reasoning { text: more.to_owned() });
    }
}

/// Removes the turn's text beyond `length` bytes and the blocks that become empty.
pub fn cut_text(blocks: &mut Vec<Block>, length: u64) {
    blocks.retain_mut(|block| {
        let Block::Text { start, text } = block else { return true };
        let keep = usize::try_from(length.saturating_sub(*start)).unwrap_or(usize::MAX);
        if keep < text.len() {
            let boundary = text.floor_char_boundary(keep);
            text.truncate(boundary);
        }
        !text.is_empty()
    });
}

/// Returns the number of bytes of reasoning in `blocks`.
#[must_use]
pub fn reasoning_length(blocks: &[Block]) -> u64 {
    blocks
        .iter()
        .map(|block| match block {
            Block::Reasoning { text } => text.len() as u64,
            _ => 0,
        })
        .sum()
}
