//! The pieces a message is drawn from.

use penny_types::{
    ToolCallId,
    conversations::{ArtifactPart, CitationPart, FilePart, PartBody, PartView, ToolCallPart},
    events::{ApprovalAsked, ToolCallChanged},
    tools::{Effect, ToolCallStatus},
};

/// One piece of a message, in the order it was said.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Words, in Markdown; `start` is their offset in the turn's text, in UTF-8 bytes.
    Text {
        /// Offset of the first byte.
        start: u64,
        /// The words.
        text: String,
    },
    /// What the model thought.
    Reasoning {
        /// The words.
        text: String,
    },
    /// A call of a tool.
    Tool(ToolCard),
    /// A result that was made.
    Artifact(ArtifactPart),
    /// Where a statement comes from.
    Citation(CitationPart),
    /// Something the person attached.
    File(FilePart),
}

/// A call of a tool, as its card shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCard {
    /// The call.
    pub call_id: ToolCallId,
    /// The tool's name.
    pub name: String,
    /// What it is called with.
    pub arguments: serde_json::Value,
    /// What it does to the world, once known.
    pub effect: Option<Effect>,
    /// How it stands.
    pub status: ToolCallStatus,
    /// What it answered.
    pub result: Option<String>,
    /// What would change, for whoever approves it.
    pub plan: Option<String>,
    /// How long it ran.
    pub duration_ms: Option<u64>,
    /// What it says it is doing.
    pub progress: Option<String>,
    /// How far it is, in thousandths.
    pub permille: Option<u16>,
}

impl ToolCard {
    /// Begins a card for a call whose arguments are not known yet.
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

    /// Takes over what a change of state says; what it leaves out stays.
    pub fn change(&mut self, event: &ToolCallChanged) {
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
        if is_settled(event.status) {
            self.progress = None;
            self.permille = None;
        }
    }

    /// Takes over that a person is asked.
    pub fn ask(&mut self, event: &ApprovalAsked) {
        self.status = ToolCallStatus::Waiting;
        self.plan = Some(event.plan.clone());
    }
}

/// Says whether a call will not change any more.
const fn is_settled(status: ToolCallStatus) -> bool {
    !matches!(status, ToolCallStatus::Pending | ToolCallStatus::Waiting | ToolCallStatus::Running)
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

/// Draws blocks from stored parts. Neighbouring texts become one block, as they would have live.
///
/// Offsets are counted back from `text_length`, so the last text always ends where the next delta begins.
#[must_use]
pub fn from_parts(parts: &[PartView], text_length: u64) -> Vec<Block> {
    let stored: u64 = parts
        .iter()
        .map(|part| match &part.body {
            PartBody::Text(text) => text.text.len() as u64,
            _ => 0,
        })
        .sum();
    let mut at = text_length.saturating_sub(stored);
    let mut blocks = Vec::with_capacity(parts.len());
    for part in parts {
        match &part.body {
            PartBody::Text(text) => {
                push_text(&mut blocks, at, &text.text);
                at += text.text.len() as u64;
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

/// Adds words at `start` to the end of the message.
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

/// Adds thoughts to the end of the message.
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

/// Drops the turn's text beyond `length` bytes; blocks that end up empty go.
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

/// Counts the bytes of reasoning among `blocks`.
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
