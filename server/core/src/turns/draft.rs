//! What a turn has said so far, folded from its events: the one way text and parts are put together,
//! live, from a checkpoint after a crash, and for a reader who arrives in the middle.

use penny_types::{
    conversations::{ArtifactPart, CitationPart, PartBody, ReasoningPart, TextPart, ToolCallPart},
    events::TurnEventBody,
    tools::ToolCallStatus,
};

/// The parts a turn has made so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    parts: Vec<PartBody>,
    text_length: u64,
    reasoning_length: u64,
}

impl Draft {
    /// Begins a draft whose text offsets start at `text_start`: above zero when a turn continues another.
    #[must_use]
    pub fn starting_at(text_start: u64) -> Self {
        Self { text_length: text_start, ..Self::default() }
    }

    /// Returns UTF-8 bytes of text up to the end, counted like the offsets of deltas.
    #[must_use]
    pub const fn text_length(&self) -> u64 {
        self.text_length
    }

    /// Returns UTF-8 bytes of reasoning.
    #[must_use]
    pub const fn reasoning_length(&self) -> u64 {
        self.reasoning_length
    }

    /// Returns the parts in order.
    #[must_use]
    pub fn parts(&self) -> &[PartBody] {
        &self.parts
    }

    /// Gives the parts away.
    #[must_use]
    pub fn into_parts(self) -> Vec<PartBody> {
        self.parts
    }

    /// Takes in the next event. Text that is already there is skipped by its offset.
    pub fn apply(&mut self, body: &TurnEventBody) {
        match body {
            TurnEventBody::Delta(delta) => {
                if let Some(fresh) = unseen(&delta.text, delta.offset, self.text_length) {
                    self.text_length += fresh.len() as u64;
                    match self.parts.last_mut() {
                        Some(PartBody::Text(part)) => part.text.push_str(fresh),
                        _ => self.parts.push(PartBody::Text(TextPart { text: fresh.to_owned() })),
                    }
                }
            }
            TurnEventBody::Reasoning(delta) => {
                if let Some(fresh) = unseen(&delta.text, delta.offset, self.reasoning_length) {
                    self.reasoning_length += fresh.len() as u64;
                    match self.parts.last_mut() {
                        Some(PartBody::Reasoning(part)) => part.text.push_str(fresh),
                        _ => self.parts.push(PartBody::Reasoning(ReasoningPart { text: fresh.to_owned() })),
                    }
                }
            }
            TurnEventBody::ToolCall(call) => {
                let part = self.call_mut(call.call_id, || ToolCallPart {
                    call_id: call.call_id,
                    name: call.name.clone(),
                    arguments: call.arguments.clone(),
                    effect: call.effect,
                    status: call.status,
                    result: None,
                    plan: None,
                    duration_ms: None,
                });
                if let Some(part) = part {
                    part.status = call.status;
                    part.result.clone_from(&call.result);
                    part.duration_ms = call.duration_ms;
                }
            }
            TurnEventBody::Approval(asked) => {
                if let Some(part) = self.existing_call(asked.call_id) {
                    part.status = ToolCallStatus::Waiting;
                    part.plan = Some(asked.plan.clone());
                }
            }
            TurnEventBody::Artifact(made) => self.parts.push(PartBody::Artifact(ArtifactPart {
                artifact_id: made.artifact_id,
                version: made.version,
                kind: made.kind,
                title: made.title.clone(),
            })),
            TurnEventBody::Citation(made) => self.parts.push(PartBody::Citation(CitationPart {
                title: made.title.clone(),
                url: made.url.clone(),
                quote: made.quote.clone(),
            })),
            TurnEventBody::Started(_)
            | TurnEventBody::ToolProgress(_)
            | TurnEventBody::Usage(_)
            | TurnEventBody::Finished(_)
            | TurnEventBody::Failed(_)
            | TurnEventBody::Stopped(_)
            | TurnEventBody::Interrupted(_) => {}
        }
    }

    fn existing_call(&mut self, id: penny_types::ToolCallId) -> Option<&mut ToolCallPart> {
        self.parts.iter_mut().find_map(|part| match part {
            PartBody::ToolCall(call) if call.call_id == id => Some(call),
            _ => None,
        })
    }

    fn call_mut(
        &mut self,
        id: penny_types::ToolCallId,
        make: impl FnOnce() -> ToolCallPart,
    ) -> Option<&mut ToolCallPart> {
        if self.existing_call(id).is_none() {
            self.parts.push(PartBody::ToolCall(make()));
        }
        self.existing_call(id)
    }
}

/// Returns the end of `text` that lies beyond `have` bytes; `None` when there is nothing new.
fn unseen(text: &str, offset: u64, have: u64) -> Option<&str> {
    let skip = usize::try_from(have.checked_sub(offset)?).ok()?;
    text.get(skip..).filter(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use penny_types::events::TextDelta;

    fn delta(offset: u64, text: &str) -> TurnEventBody {
        TurnEventBody::Delta(TextDelta { text: text.to_owned(), offset })
    }

    #[test]
    fn overlapping_and_repeated_deltas_join_exactly() {
        let mut draft = Draft::default();
        for event in [delta(0, "Hé"), delta(0, "Hé"), delta(0, "Héllo "), delta(3, "llo world")] {
            draft.apply(&event);
        }
        assert_eq!(draft.parts(), [PartBody::Text(TextPart { text: "Héllo world".to_owned() })]);
        assert_eq!(draft.text_length(), 12);
    }

    #[test]
    fn a_continued_turn_counts_on_from_where_the_last_one_ended() {
        let mut draft = Draft::starting_at(10);
        draft.apply(&delta(10, "more"));
        assert_eq!(draft.text_length(), 14);
        assert_eq!(draft.parts(), [PartBody::Text(TextPart { text: "more".to_owned() })]);
    }

    #[test]
    fn a_delta_from_beyond_the_end_is_not_glued_on() {
        let mut draft = Draft::default();
        draft.apply(&delta(5, "late"));
        assert_eq!(draft.parts(), []);
    }
}
