//! The state of one message and how turn events change it.

use super::block::{self, Block, ToolCard};
use chrono::{DateTime, Utc};
use penny_types::{
    Fault, MessageId, ToolCallId, TurnId,
    conversations::{ArtifactPart, Author, CitationPart, MessageView},
    events::{TurnEvent, TurnEventBody},
    models::UsageView,
    turns::TurnStatus,
};

/// Key of a row of the thread. It does not change when a sent message receives its id, so the row is not rendered
/// again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey(pub u64);

/// The status of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum MessageStatus {
    /// Complete.
    Complete,
    /// Being sent to the server.
    Sending,
    /// The server did not accept it; its text is kept.
    Unsent(Fault),
    /// Waiting for the turn to start.
    Queued,
    /// Being generated.
    Running,
    /// Waiting for a user's approval.
    Waiting,
    /// A user stopped the turn.
    Stopped,
    /// The server of the turn stopped running.
    Interrupted,
    Failed {
        /// Fault code.
        code: String,
        /// Seconds to wait before a retry, counted from when the event was received.
        retry_after: Option<u64>,
    },
}

impl MessageStatus {
    /// Returns whether the message may still change without a user action.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(self, Self::Sending | Self::Queued | Self::Running | Self::Waiting)
    }

    /// Returns whether another turn can continue the message.
    #[must_use]
    pub fn can_continue(&self) -> bool {
        self.turn().is_some_and(TurnStatus::is_continuable)
    }

    /// Returns the corresponding status of the turn; `None` before there is a turn.
    const fn turn(&self) -> Option<TurnStatus> {
        match self {
            Self::Complete => Some(TurnStatus::Finished),
            Self::Sending | Self::Unsent(_) => None,
            Self::Queued => Some(TurnStatus::Queued),
            Self::Running => Some(TurnStatus::Running),
            Self::Waiting => Some(TurnStatus::Waiting),
            Self::Stopped => Some(TurnStatus::Stopped),
            Self::Interrupted => Some(TurnStatus::Interrupted),
            Self::Failed { .. } => Some(TurnStatus::Failed),
        }
    }

    fn from_turn(status: Option<TurnStatus>, code: Option<&String>) -> Self {
        match status {
            None | Some(TurnStatus::Finished) => Self::Complete,
            Some(TurnStatus::Queued) => Self::Queued,
            Some(TurnStatus::Running) => Self::Running,
            Some(TurnStatus::Waiting) => Self::Waiting,
            Some(TurnStatus::Stopped) => Self::Stopped,
            Some(TurnStatus::Interrupted) => Self::Interrupted,
            Some(TurnStatus::Failed) => Self::Failed {
                code: code.cloned().unwrap_or_else(|| "internal".to_owned()),
                retry_after: None,
            },
        }
    }
}

/// The outcome of applying an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplyOutcome {
    /// The message changed.
    Changed,
    /// The event was already contained or belongs to another turn.
    Ignored,
    /// An earlier event is missing: reload the message.
    Gap,
}

/// How much of its turn a message contains.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TurnProgress {
    /// Sequence number of the last event contained.
    pub last_seq: u64,
    /// Bytes of the turn's text.
    pub text_bytes: u64,
    /// Bytes of reasoning, including earlier turns of the message.
    pub reasoning_bytes: u64,
    /// Bytes of reasoning of the earlier turns.
    earlier_reasoning_bytes: u64,
}

/// A message of the thread.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageState {
    pub key: RowKey,
    /// Absent until the server has accepted the message.
    pub id: Option<MessageId>,
    pub author: Author,
    /// The messages with the same parent.
    pub siblings: Vec<MessageId>,
    /// Whether a fork or a merge created it.
    pub is_copy: bool,
    /// `provider/model` that wrote it.
    pub model: Option<String>,
    /// The last turn that writes it.
    pub turn_id: Option<TurnId>,
    pub status: MessageStatus,
    pub blocks: Vec<Block>,
    pub progress: TurnProgress,
    pub usage: Option<UsageView>,
    /// Absent until the server has accepted the message.
    pub created_at: Option<DateTime<Utc>>,
    /// Idempotency key; absent once the server has accepted the message.
    pub client_key: Option<String>,
}

impl MessageState {
    /// Creates the state of a stored message.
    #[must_use]
    pub fn from_view(key: RowKey, view: &MessageView) -> Self {
        let blocks = block::from_parts(&view.parts, view.text_length);
        let reasoning_bytes = block::reasoning_length(&blocks);
        Self {
            key,
            id: Some(view.id),
            author: view.author,
            siblings: view.sibling_ids.clone(),
            is_copy: view.copied_from_id.is_some(),
            model: view.model.clone(),
            turn_id: view.turn_id,
            status: MessageStatus::from_turn(view.turn_status, view.turn_code.as_ref()),
            blocks,
            progress: TurnProgress {
                last_seq: view.last_seq,
                text_bytes: view.text_length,
                reasoning_bytes,
                // No event of this turn is contained yet: all reasoning is of earlier turns.
                earlier_reasoning_bytes: if view.last_seq == 0 { reasoning_bytes } else { 0 },
            },
            usage: None,
            created_at: Some(view.created_at),
            client_key: None,
        }
    }

    /// Creates the state of a message that the server does not know yet.
    #[must_use]
    pub fn new_local(key: RowKey, author: Author, status: MessageStatus, client_key: Option<String>) -> Self {
        Self {
            key,
            id: None,
            author,
            siblings: Vec::new(),
            is_copy: false,
            model: None,
            turn_id: None,
            status,
            blocks: Vec::new(),
            progress: TurnProgress::default(),
            usage: None,
            created_at: None,
            client_key,
        }
    }

    /// Returns the text of the message, without reasoning and tool calls.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for block in &self.blocks {
            if let Block::Text { text: block_text, .. } = block {
                if !text.is_empty() {
                    text.push_str("\n\n");
                }
                text.push_str(block_text);
            }
        }
        text
    }

    /// Starts another turn that continues the message.
    pub fn start_turn(&mut self, turn: TurnId, model: &str) {
        self.turn_id = Some(turn);
        self.model = Some(model.to_owned());
        self.status = MessageStatus::Queued;
        self.progress.last_seq = 0;
        self.progress.earlier_reasoning_bytes = self.progress.reasoning_bytes;
    }

    /// Applies an event. Repeated and overlapping events change nothing.
    pub fn apply(&mut self, event: &TurnEvent) -> ApplyOutcome {
        if self.turn_id != Some(event.turn_id) || event.seq <= self.progress.last_seq {
            return ApplyOutcome::Ignored;
        }
        let outcome = self.apply_body(&event.body);
        if outcome != ApplyOutcome::Gap {
            self.progress.last_seq = event.seq;
        }
        outcome
    }

    fn apply_body(&mut self, body: &TurnEventBody) -> ApplyOutcome {
        match body {
            TurnEventBody::Started(started) => {
                self.model = Some(started.model.clone());
                self.status = MessageStatus::Running;
            }
            TurnEventBody::Delta(delta) => return self.append_text(delta.offset, &delta.text),
            TurnEventBody::Reasoning(delta) => return self.append_reasoning(delta.offset, &delta.text),
            TurnEventBody::ToolCall(event) => {
                self.status = MessageStatus::Running;
                self.update_tool_card(event.call_id, &event.name, |card| card.apply_change(event));
            }
            TurnEventBody::ToolProgress(event) => {
                self.update_tool_card(event.call_id, "", |card| {
                    card.progress = Some(event.message.clone());
                    card.permille = event.fraction.map(permille);
                });
            }
            TurnEventBody::Approval(event) => {
                self.status = MessageStatus::Waiting;
                self.update_tool_card(event.call_id, &event.name, |card| card.request_approval(event));
            }
            TurnEventBody::Artifact(event) => self.add_artifact(ArtifactPart {
                artifact_id: event.artifact_id,
                version: event.version,
                kind: event.kind,
                title: event.title.clone(),
            }),
            TurnEventBody::Citation(event) => self.blocks.push(Block::Citation(CitationPart {
                title: event.title.clone(),
                url: event.url.clone(),
                quote: event.quote.clone(),
            })),
            TurnEventBody::Usage(event) => self.usage = Some(event.usage),
            TurnEventBody::Finished(event) => return self.finish(event.length, MessageStatus::Complete),
            TurnEventBody::Stopped(event) => return self.finish(event.length, MessageStatus::Stopped),
            TurnEventBody::Interrupted(event) => {
                return self.finish(event.length, MessageStatus::Interrupted);
            }
            TurnEventBody::Failed(event) => {
                let status =
                    MessageStatus::Failed { code: event.code.clone(), retry_after: event.retry_after };
                return self.finish(event.length, status);
            }
        }
        ApplyOutcome::Changed
    }

    fn append_text(&mut self, offset: u64, text: &str) -> ApplyOutcome {
        let Some(fresh) = unseen_part(self.progress.text_bytes, offset, text) else {
            return ApplyOutcome::Gap;
        };
        self.status = MessageStatus::Running;
        block::push_text(&mut self.blocks, self.progress.text_bytes, fresh);
        self.progress.text_bytes += fresh.len() as u64;
        ApplyOutcome::Changed
    }

    fn append_reasoning(&mut self, offset: u64, text: &str) -> ApplyOutcome {
        let known = self.progress.reasoning_bytes.saturating_sub(self.progress.earlier_reasoning_bytes);
        let Some(fresh) = unseen_part(known, offset, text) else { return ApplyOutcome::Gap };
        self.status = MessageStatus::Running;
        block::push_reasoning(&mut self.blocks, fresh);
        self.progress.reasoning_bytes += fresh.len() as u64;
        ApplyOutcome::Changed
    }

    fn add_artifact(&mut self, part: ArtifactPart) {
        let is_known = self.blocks.iter().any(|block| {
            matches!(block, Block::Artifact(known)
                if known.artifact_id == part.artifact_id && known.version == part.version)
        });
        if !is_known {
            self.blocks.push(Block::Artifact(part));
        }
    }

    /// Ends the turn and removes text beyond `length`. Missing text before it is a gap.
    fn finish(&mut self, length: u64, status: MessageStatus) -> ApplyOutcome {
        if length > self.progress.text_bytes {
            return ApplyOutcome::Gap;
        }
        block::cut_text(&mut self.blocks, length);
        self.progress.text_bytes = length;
        self.status = status;
        ApplyOutcome::Changed
    }

    fn update_tool_card(&mut self, call: ToolCallId, name: &str, change: impl FnOnce(&mut ToolCard)) {
        for block in &mut self.blocks {
            if let Block::Tool(card) = block
                && card.call_id == call
            {
                change(card);
                return;
            }
        }
        let mut card = ToolCard::new(call, name.to_owned());
        change(&mut card);
        self.blocks.push(Block::Tool(card));
    }
}

/// Returns the part of `text`, which starts at `offset`, beyond the first `known` bytes; `None` when bytes between
/// `known` and `offset` are missing.
fn unseen_part(known: u64, offset: u64, text: &str) -> Option<&str> {
    let skip = usize::try_from(known.checked_sub(offset)?).ok()?;
    if skip >= text.len() { Some("") } else { text.get(skip..) }
}

/// Converts a fraction to thousandths, clamped to 0 and 1000.
fn permille(fraction: f64) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1000")]
    let value = (fraction * 1000.0).round().clamp(0.0, 1000.0) as u16;
    value
}
