//! One message as the thread draws it, and how events make it grow.

use super::block::{self, Block, ToolCard};
use chrono::{DateTime, Utc};
use penny_types::{
    Fault, MessageId, ToolCallId, TurnId,
    conversations::{ArtifactPart, Author, CitationPart, MessageView},
    events::{TurnEvent, TurnEventBody},
    models::UsageView,
    turns::TurnStatus,
};

/// A row's own name on this page: it stays the same when a message that was only typed gets its id,
/// so the row is not drawn anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey(pub u64);

/// How a message stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// Said and done; nothing more will come.
    Settled,
    /// On its way to the server.
    Sending,
    /// The server did not take it; its words are kept.
    Unsent(Fault),
    /// The answer is awaited.
    Queued,
    /// The answer is coming.
    Running,
    /// A person must decide first.
    Waiting,
    /// A person stopped the answer.
    Stopped,
    /// The server went away in the middle.
    Interrupted,
    /// The answer could not go on.
    Failed {
        /// Why, as a fault code.
        code: String,
        /// Seconds after which trying again makes sense, counted from when this was heard.
        retry_after: Option<u64>,
    },
}

impl Status {
    /// Says whether more may come by itself.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(self, Self::Sending | Self::Queued | Self::Running | Self::Waiting)
    }

    /// Says whether a person may ask for the rest.
    #[must_use]
    pub fn can_continue(&self) -> bool {
        self.turn().is_some_and(TurnStatus::is_continuable)
    }

    /// Returns the turn's status that it shows; none before there is a turn.
    const fn turn(&self) -> Option<TurnStatus> {
        match self {
            Self::Settled => Some(TurnStatus::Finished),
            Self::Sending | Self::Unsent(_) => None,
            Self::Queued => Some(TurnStatus::Queued),
            Self::Running => Some(TurnStatus::Running),
            Self::Waiting => Some(TurnStatus::Waiting),
            Self::Stopped => Some(TurnStatus::Stopped),
            Self::Interrupted => Some(TurnStatus::Interrupted),
            Self::Failed { .. } => Some(TurnStatus::Failed),
        }
    }

    fn of_turn(status: Option<TurnStatus>, code: Option<&String>) -> Self {
        match status {
            None | Some(TurnStatus::Finished) => Self::Settled,
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

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The message looks different now.
    Changed,
    /// It was known already, or is about another turn.
    Known,
    /// Something before it is missing: read the message again.
    Gap,
}

/// Where a message stands in its turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Number of the last event contained.
    pub last_seq: u64,
    /// Bytes of the turn's text contained.
    pub text: u64,
    /// Bytes of reasoning contained, earlier turns of the message included.
    pub reasoning: u64,
    /// Bytes of reasoning that earlier turns of the message left.
    reasoning_base: u64,
}

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageState {
    /// Its row.
    pub key: RowKey,
    /// Its id; absent until the server knows it.
    pub id: Option<MessageId>,
    /// Who said it.
    pub author: Author,
    /// The messages that share its parent.
    pub siblings: Vec<MessageId>,
    /// Whether it is a copy that came from another branch or conversation.
    pub is_copy: bool,
    /// `provider/model` that said it.
    pub model: Option<String>,
    /// The turn that writes it.
    pub turn_id: Option<TurnId>,
    /// How it stands.
    pub status: Status,
    /// What it consists of.
    pub blocks: Vec<Block>,
    /// Where it stands in its turn.
    pub progress: Progress,
    /// What it used.
    pub usage: Option<UsageView>,
    /// When it was said, once the server has said so.
    pub created_at: Option<DateTime<Utc>>,
    /// The name it was sent under, until it is acknowledged.
    pub client_key: Option<String>,
}

impl MessageState {
    /// Draws a stored message.
    #[must_use]
    pub fn from_view(key: RowKey, view: &MessageView) -> Self {
        let blocks = block::from_parts(&view.parts, view.text_length);
        let reasoning = block::reasoning_length(&blocks);
        Self {
            key,
            id: Some(view.id),
            author: view.author,
            siblings: view.sibling_ids.clone(),
            is_copy: view.copied_from_id.is_some(),
            model: view.model.clone(),
            turn_id: view.turn_id,
            status: Status::of_turn(view.turn_status, view.turn_code.as_ref()),
            blocks,
            progress: Progress {
                last_seq: view.last_seq,
                text: view.text_length,
                reasoning,
                // Nothing of this turn is contained yet: all reasoning here is of turns before it.
                reasoning_base: if view.last_seq == 0 { reasoning } else { 0 },
            },
            usage: None,
            created_at: Some(view.created_at),
            client_key: None,
        }
    }

    /// Draws a message the server has not said anything about.
    #[must_use]
    pub fn unsaid(key: RowKey, author: Author, status: Status, client_key: Option<String>) -> Self {
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
            progress: Progress::default(),
            usage: None,
            created_at: None,
            client_key,
        }
    }

    /// Returns the words of the message, without what tools and thoughts added.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = String::new();
        for block in &self.blocks {
            if let Block::Text { text, .. } = block {
                if !words.is_empty() {
                    words.push_str("\n\n");
                }
                words.push_str(text);
            }
        }
        words
    }

    /// Hands the message over to a turn that goes on writing it.
    pub fn begin_turn(&mut self, turn: TurnId, model: &str) {
        self.turn_id = Some(turn);
        self.model = Some(model.to_owned());
        self.status = Status::Queued;
        self.progress.last_seq = 0;
        self.progress.reasoning_base = self.progress.reasoning;
    }

    /// Takes in one event. Repeated and overlapping ones change nothing.
    pub fn apply(&mut self, event: &TurnEvent) -> Applied {
        if self.turn_id != Some(event.turn_id) || event.seq <= self.progress.last_seq {
            return Applied::Known;
        }
        let applied = self.take(&event.body);
        if applied != Applied::Gap {
            self.progress.last_seq = event.seq;
        }
        applied
    }

    fn take(&mut self, body: &TurnEventBody) -> Applied {
        match body {
            TurnEventBody::Started(started) => {
                self.model = Some(started.model.clone());
                self.status = Status::Running;
            }
            TurnEventBody::Delta(delta) => return self.take_text(delta.offset, &delta.text),
            TurnEventBody::Reasoning(delta) => return self.take_reasoning(delta.offset, &delta.text),
            TurnEventBody::ToolCall(event) => {
                self.status = Status::Running;
                self.with_card(event.call_id, &event.name, |card| card.change(event));
            }
            TurnEventBody::ToolProgress(event) => {
                self.with_card(event.call_id, "", |card| {
                    card.progress = Some(event.message.clone());
                    card.permille = event.fraction.map(permille);
                });
            }
            TurnEventBody::Approval(event) => {
                self.status = Status::Waiting;
                self.with_card(event.call_id, &event.name, |card| card.ask(event));
            }
            TurnEventBody::Artifact(event) => self.take_artifact(ArtifactPart {
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
            TurnEventBody::Finished(event) => return self.end(event.length, Status::Settled),
            TurnEventBody::Stopped(event) => return self.end(event.length, Status::Stopped),
            TurnEventBody::Interrupted(event) => return self.end(event.length, Status::Interrupted),
            TurnEventBody::Failed(event) => {
                let status = Status::Failed { code: event.code.clone(), retry_after: event.retry_after };
                return self.end(event.length, status);
            }
        }
        Applied::Changed
    }

    fn take_text(&mut self, offset: u64, text: &str) -> Applied {
        let Some(fresh) = beyond(self.progress.text, offset, text) else { return Applied::Gap };
        self.status = Status::Running;
        block::push_text(&mut self.blocks, self.progress.text, fresh);
        self.progress.text += fresh.len() as u64;
        Applied::Changed
    }

    fn take_reasoning(&mut self, offset: u64, text: &str) -> Applied {
        let known = self.progress.reasoning.saturating_sub(self.progress.reasoning_base);
        let Some(fresh) = beyond(known, offset, text) else { return Applied::Gap };
        self.status = Status::Running;
        block::push_reasoning(&mut self.blocks, fresh);
        self.progress.reasoning += fresh.len() as u64;
        Applied::Changed
    }

    fn take_artifact(&mut self, part: ArtifactPart) {
        let is_known = self.blocks.iter().any(|block| {
            matches!(block, Block::Artifact(known)
                if known.artifact_id == part.artifact_id && known.version == part.version)
        });
        if !is_known {
            self.blocks.push(Block::Artifact(part));
        }
    }

    /// Ends the turn: text beyond `length` goes; if text before it is missing, that is a gap.
    fn end(&mut self, length: u64, status: Status) -> Applied {
        if length > self.progress.text {
            return Applied::Gap;
        }
        block::cut_text(&mut self.blocks, length);
        self.progress.text = length;
        self.status = status;
        Applied::Changed
    }

    fn with_card(&mut self, call: ToolCallId, name: &str, change: impl FnOnce(&mut ToolCard)) {
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

/// Returns the part of `text`, which stands at `offset`, that lies beyond `known`; `None` when there
/// is a hole between the two.
fn beyond(known: u64, offset: u64, text: &str) -> Option<&str> {
    let skip = usize::try_from(known.checked_sub(offset)?).ok()?;
    if skip >= text.len() { Some("") } else { text.get(skip..) }
}

/// Turns a fraction into thousandths, within 0 and 1000.
fn permille(fraction: f64) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1000")]
    let value = (fraction * 1000.0).round().clamp(0.0, 1000.0) as u16;
    value
}
