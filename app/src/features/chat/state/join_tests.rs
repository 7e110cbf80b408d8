//! However a turn's events are split, merged or repeated, the same blocks come out.

use super::{Applied, Block, MessageState, RowKey, Status};
use chrono::DateTime;
use penny_types::{
    ArtifactId, ConversationId, MessageId, PartId, ToolCallId, TurnId,
    artifacts::ArtifactKind,
    conversations::{
        Author, MessageView, PartBody, PartView, ReasoningPart, Sensitivity, TextPart, ToolCallPart,
    },
    events::{
        ArtifactMade, CitationMade, ReasoningDelta, TextDelta, ToolCallChanged, TurnEvent, TurnEventBody,
        TurnFinished, TurnInterrupted, TurnStarted,
    },
    tools::{Effect, ToolCallStatus},
    turns::TurnStatus,
};
use proptest::prelude::*;
use uuid::Uuid;

const TURN: TurnId = TurnId(Uuid::from_u128(7));

#[derive(Debug, Clone)]
enum Step {
    Say(String),
    Think(String),
    Call(u8, ToolCallStatus),
    Make(u8),
    Cite(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => "[a-zñ€😀 \n]{1,6}".prop_map(Step::Say),
        2 => "[a-zé]{1,4}".prop_map(Step::Think),
        1 => (0..3_u8, prop_oneof![
            Just(ToolCallStatus::Pending), Just(ToolCallStatus::Running), Just(ToolCallStatus::Succeeded)
        ]).prop_map(|(call, status)| Step::Call(call, status)),
        1 => (0..3_u8).prop_map(Step::Make),
        1 => (0..3_u8).prop_map(Step::Cite),
    ]
}

/// Numbers the steps as a live turn would: from 1, without gaps, text with its offset.
fn live(steps: &[Step]) -> Vec<TurnEvent> {
    let (mut text, mut thought) = (0_u64, 0_u64);
    let mut bodies = vec![TurnEventBody::Started(TurnStarted {
        message_id: MessageId(Uuid::from_u128(1)),
        model: "demo/penny".to_owned(),
    })];
    for step in steps {
        bodies.push(match step {
            Step::Say(words) => {
                let offset = text;
                text += words.len() as u64;
                TurnEventBody::Delta(TextDelta { text: words.clone(), offset })
            }
            Step::Think(words) => {
                let offset = thought;
                thought += words.len() as u64;
                TurnEventBody::Reasoning(ReasoningDelta { text: words.clone(), offset })
            }
            Step::Call(call, status) => TurnEventBody::ToolCall(ToolCallChanged {
                call_id: ToolCallId(Uuid::from_u128(u128::from(*call))),
                name: "look".to_owned(),
                arguments: serde_json::json!({ "call": call }),
                effect: Effect::Read,
                status: *status,
                result: None,
                duration_ms: None,
            }),
            Step::Make(artifact) => TurnEventBody::Artifact(ArtifactMade {
                artifact_id: ArtifactId(Uuid::from_u128(u128::from(*artifact))),
                version: 1,
                kind: ArtifactKind::Chart,
                title: "Chart".to_owned(),
            }),
            Step::Cite(source) => TurnEventBody::Citation(CitationMade {
                title: format!("Source {source}"),
                url: None,
                quote: "words".to_owned(),
            }),
        });
    }
    bodies.push(TurnEventBody::Finished(TurnFinished { length: text }));
    bodies.into_iter().zip(1..).map(|(body, seq)| TurnEvent { seq, turn_id: TURN, body }).collect()
}

/// Merges neighbouring deltas wherever `merges` says so; the merged one bears the last one's number.
fn merged(events: &[TurnEvent], merges: &[bool]) -> Vec<TurnEvent> {
    let mut out: Vec<TurnEvent> = Vec::new();
    let mut choices = merges.iter().cycle();
    for event in events {
        let may_merge = choices.next().copied().unwrap_or(false);
        if may_merge && let Some(last) = out.last_mut() {
            match (&mut last.body, &event.body) {
                (TurnEventBody::Delta(before), TurnEventBody::Delta(after)) => {
                    before.text.push_str(&after.text);
                    last.seq = event.seq;
                    continue;
                }
                (TurnEventBody::Reasoning(before), TurnEventBody::Reasoning(after)) => {
                    before.text.push_str(&after.text);
                    last.seq = event.seq;
                    continue;
                }
                _ => {}
            }
        }
        out.push(event.clone());
    }
    out
}

fn view(parts: Vec<PartBody>, last_seq: u64, text_length: u64) -> MessageView {
    MessageView {
        id: MessageId(Uuid::from_u128(1)),
        conversation_id: ConversationId(Uuid::from_u128(2)),
        parent_id: None,
        author: Author::Assistant,
        depth: 1,
        sibling_ids: Vec::new(),
        model: None,
        copied_from_id: None,
        turn_id: Some(TURN),
        turn_status: Some(TurnStatus::Running),
        turn_code: None,
        last_seq,
        text_length,
        parts: parts
            .into_iter()
            .map(|body| PartView { id: PartId(Uuid::from_u128(3)), sensitivity: Sensitivity::Internal, body })
            .collect(),
        created_at: DateTime::UNIX_EPOCH,
    }
}

/// Writes a message's blocks down as the server stores them.
fn stored(message: &MessageState) -> MessageView {
    let parts = message
        .blocks
        .iter()
        .map(|block| match block.clone() {
            Block::Text { text, .. } => PartBody::Text(TextPart { text }),
            Block::Reasoning { text } => PartBody::Reasoning(ReasoningPart { text }),
            Block::Tool(card) => PartBody::ToolCall(ToolCallPart {
                call_id: card.call_id,
                name: card.name,
                arguments: card.arguments,
                effect: card.effect.unwrap_or(Effect::Read),
                status: card.status,
                result: card.result,
                plan: card.plan,
                duration_ms: card.duration_ms,
            }),
            Block::Artifact(artifact) => PartBody::Artifact(artifact),
            Block::Citation(citation) => PartBody::Citation(citation),
            Block::File(file) => PartBody::File(file),
        })
        .collect();
    view(parts, message.progress.last_seq, message.progress.text)
}

fn empty() -> MessageState {
    MessageState::from_view(RowKey(1), &view(Vec::new(), 0, 0))
}

proptest! {
    #[test]
    fn any_splitting_merging_and_replaying_gives_the_same_blocks(
        steps in prop::collection::vec(step(), 0..24),
        connections in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::collection::vec(any::<bool>(), 1..9)), 0..6),
        last_merges in prop::collection::vec(any::<bool>(), 1..9),
        opened_at in any::<prop::sample::Index>(),
    ) {
        let events = live(&steps);
        let mut expected = empty();
        for event in &events {
            prop_assert_eq!(expected.apply(event), Applied::Changed);
        }

        // The page is opened in the middle: the server has stored what had happened until then.
        let mut early = empty();
        for event in &events[..opened_at.index(events.len())] {
            early.apply(event);
        }
        let mut message = MessageState::from_view(RowKey(1), &stored(&early));

        // Connections come and go; each begins at or before what is known, or merges across it.
        for (from, upto, merges) in connections {
            let known = usize::try_from(message.progress.last_seq).unwrap();
            let from = from.index(known + 1);
            let upto = from + upto.index(events.len() - from + 1);
            for event in merged(&events[from..upto], &merges) {
                prop_assert_ne!(message.apply(&event), Applied::Gap);
            }
        }
        let known = usize::try_from(message.progress.last_seq).unwrap();
        for event in merged(&events[known..], &last_merges) {
            prop_assert_ne!(message.apply(&event), Applied::Gap);
        }

        prop_assert_eq!(&message.blocks, &expected.blocks);
        prop_assert_eq!(&message.status, &Status::Settled);
        prop_assert_eq!(message.progress.text, expected.progress.text);
    }

    #[test]
    fn after_an_interruption_and_a_continuation_the_text_is_what_was_kept_and_what_followed(
        before in "[a-zñ€ ]{0,30}", kept in any::<prop::sample::Index>(), after in "[a-zñ€ ]{1,30}",
    ) {
        let kept = before.floor_char_boundary(kept.index(before.len() + 1));
        let mut message = empty();
        message.apply(&TurnEvent { seq: 1, turn_id: TURN, body: TurnEventBody::Delta(TextDelta { text: before.clone(), offset: 0 }) });
        message.apply(&TurnEvent { seq: 100, turn_id: TURN, body: TurnEventBody::Interrupted(TurnInterrupted { length: kept as u64 }) });
        prop_assert_eq!(&message.status, &Status::Interrupted);

        let next = TurnId(Uuid::from_u128(8));
        message.begin_turn(next, "demo/penny");
        message.apply(&TurnEvent { seq: 1, turn_id: next, body: TurnEventBody::Delta(TextDelta { text: after.clone(), offset: kept as u64 }) });
        prop_assert_eq!(message.words(), format!("{}{after}", &before[..kept]));
    }
}

#[test]
fn a_hole_in_the_text_is_told_and_changes_nothing() {
    let mut message = empty();
    let event = TurnEvent {
        seq: 9,
        turn_id: TURN,
        body: TurnEventBody::Delta(TextDelta { text: "later".to_owned(), offset: 3 }),
    };
    assert_eq!(message.apply(&event), Applied::Gap);
    assert_eq!((message.blocks.len(), message.progress.last_seq), (0, 0));
}

#[test]
fn an_end_beyond_the_known_text_is_a_hole_too() {
    let mut message = empty();
    let event =
        TurnEvent { seq: 2, turn_id: TURN, body: TurnEventBody::Finished(TurnFinished { length: 4 }) };
    assert_eq!(message.apply(&event), Applied::Gap);
}
