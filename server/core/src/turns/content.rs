//! The content of a turn, folded from its events. The same fold is used for a live turn, for recovery from
//! checkpoints and for clients that join in the middle of a turn.

use penny_types::{
    conversations::{ArtifactPart, CitationPart, PartBody, ReasoningPart, TextPart, ToolCallPart},
    events::TurnEventBody,
    tools::ToolCallStatus,
};

/// The message parts that a turn has produced so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TurnContent {
    parts: Vec<PartBody>,
    text_length: u64,
    reasoning_length: u64,
}

impl TurnContent {
    /// Creates empty content whose text offsets start at `text_start`, which is above 0 if the turn continues
    /// another.
    #[must_use]
    pub fn starting_at(text_start: u64) -> Self {
        Self { text_length: text_start, ..Self::default() }
    }

    /// Returns the end offset of the text in UTF-8 bytes, including the text of the continued turn.
    #[must_use]
    pub const fn text_length(&self) -> u64 {
        self.text_length
    }

    /// Returns the length of the reasoning in UTF-8 bytes.
    #[must_use]
    pub const fn reasoning_length(&self) -> u64 {
        self.reasoning_length
    }

    #[must_use]
    pub fn parts(&self) -> &[PartBody] {
        &self.parts
    }

    #[must_use]
    pub fn into_parts(self) -> Vec<PartBody> {
        self.parts
    }

    /// Applies the next event. Text that is already present is skipped by its offset.
    pub fn apply(&mut self, body: &TurnEventBody) {
        match body {
            TurnEventBody::Delta(delta) => {
                if let Some(suffix) = new_suffix(&delta.text, delta.offset, self.text_length) {
                    self.text_length += suffix.len() as u64;
                    match self.parts.last_mut() {
                        Some(PartBody::Text(part)) => part.text.push_str(suffix),
                        _ => self.parts.push(PartBody::Text(TextPart { text: suffix.to_owned() })),
                    }
                }
            }
            TurnEventBody::Reasoning(delta) => {
                if let Some(suffix) = new_suffix(&delta.text, delta.offset, self.reasoning_length) {
                    self.reasoning_length += suffix.len() as u64;
                    match self.parts.last_mut() {
                        Some(PartBody::Reasoning(part)) => part.text.push_str(suffix),
                        _ => self.parts.push(PartBody::Reasoning(ReasoningPart { text: suffix.to_owned() })),
                    }
                }
            }
            TurnEventBody::ToolCall(call) => {
                let part = self.get_or_insert_call(call.call_id, || ToolCallPart {
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
            TurnEventBody::Approval(request) => {
                if let Some(part) = self.find_call_mut(request.call_id) {
                    part.status = ToolCallStatus::Waiting;
                    part.plan = Some(request.plan.clone());
                }
            }
            TurnEventBody::Artifact(artifact) => self.parts.push(PartBody::Artifact(ArtifactPart {
                artifact_id: artifact.artifact_id,
                version: artifact.version,
                kind: artifact.kind,
                title: artifact.title.clone(),
            })),
            TurnEventBody::Citation(citation) => self.parts.push(PartBody::Citation(CitationPart {
                title: citation.title.clone(),
                url: citation.url.clone(),
                quote: citation.quote.clone(),
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

    fn find_call_mut(&mut self, id: penny_types::ToolCallId) -> Option<&mut ToolCallPart> {
        self.parts.iter_mut().find_map(|part| match part {
            PartBody::ToolCall(call) if call.call_id == id => Some(call),
            _ => None,
        })
    }

    fn get_or_insert_call(
        &mut self,
        id: penny_types::ToolCallId,
        make: impl FnOnce() -> ToolCallPart,
    ) -> Option<&mut ToolCallPart> {
        if self.find_call_mut(id).is_none() {
            self.parts.push(PartBody::ToolCall(make()));
        }
        self.find_call_mut(id)
    }
}

/// Returns the suffix of `text` (which starts at `offset`) after the first `have` bytes; `None` if there is
/// nothing new or a gap before `offset`.
fn new_suffix(text: &str, offset: u64, have: u64) -> Option<&str> {
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
    fn overlapping_and_repeated_deltas_are_joined_exactly() {
        let mut content = TurnContent::default();
        for event in [delta(0, "Hé"), delta(0, "Hé"), delta(0, "Héllo "), delta(3, "llo world")] {
            content.apply(&event);
        }
        assert_eq!(content.parts(), [PartBody::Text(TextPart { text: "Héllo world".to_owned() })]);
        assert_eq!(content.text_length(), 12);
    }

    #[test]
    fn offsets_of_a_continued_turn_start_at_the_end_of_the_previous_one() {
        let mut content = TurnContent::starting_at(10);
        content.apply(&delta(10, "more"));
        assert_eq!(content.text_length(), 14);
        assert_eq!(content.parts(), [PartBody::Text(TextPart { text: "more".to_owned() })]);
    }

    #[test]
    fn a_delta_after_a_gap_is_ignored() {
        let mut content = TurnContent::default();
        content.apply(&delta(5, "late"));
        assert_eq!(content.parts(), []);
    }
}
