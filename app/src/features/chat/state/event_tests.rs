//! The blocks of a message do not depend on how the events of its turn are split, merged or repeated.

use super::{ApplyOutcome, Block, MessageState, MessageStatus, RowKey};
use chrono::DateTime;
use penny_types::{
    ArtifactId, ConversationId, MessageId, PartId, ToolCallId, TurnId,
    artifacts::ArtifactKind,
    conversations::{
        Author, MessageView, PartBody, PartView, ReasoningPart, Sensitivity, TextPart, ToolCallPart,
    },
    events::{
        ArtifactCreated, CitationAdded, ReasoningDelta, TextDelta, ToolCallChanged, TurnEvent, TurnEventBody,
        TurnFinished, TurnInterrupted, TurnStarted,
    },
    tools::{Effect, ToolCallStatus},
    turns::TurnStatus,
};
use proptest::prelude::*;
use uuid::Uuid;

const TURN: TurnId = TurnId(Uuid::from_u128(7));

#[derive(Debug, Clone)]
enum EventSpec {
    Text(String),
    Reasoning(String),
    ToolCall(u8, ToolCallStatus),
    Artifact(u8),
    Citation(u8),
}

fn event_spec() -> impl Strategy<Value = EventSpec> {
    prop_oneof![
        6 => "[a-zñ€😀 \n]{1,6}".prop_map(EventSpec::Text),
        2 => "[a-zé]{1,4}".prop_map(EventSpec::Reasoning),
        1 => (0..3_u8, prop_oneof![
            Just(ToolCallStatus::Pending), Just(ToolCallStatus::Running), Just(ToolCallStatus::Succeeded)
        ]).prop_map(|(call, status)| EventSpec::ToolCall(call, status)),
        1 => (0..3_u8).prop_map(EventSpec::Artifact),
        1 => (0..3_u8).prop_map(EventSpec::Citation),
    ]
}

/// Returns the events of a live turn: numbered from 1 without gaps, text with its offset.
fn live_events(specs: &[EventSpec]) -> Vec<TurnEvent> {
    let (mut text_bytes, mut reasoning_bytes) = (0_u64, 0_u64);
    let mut bodies = vec![TurnEventBody::Started(TurnStarted {
        message_id: MessageId(Uuid::from_u128(1)),
        model: "demo/penny".to_owned(),
    })];
    for spec in specs {
        bodies.push(match spec {
            EventSpec::Text(text) => {
                let offset = text_bytes;
                text_bytes += text.len() as u64;
                TurnEventBody::Delta(TextDelta { text: text.clone(), offset })
            }
            EventSpec::Reasoning(text) => {
                let offset = reasoning_bytes;
                reasoning_bytes += text.len() as u64;
                TurnEventBody::Reasoning(ReasoningDelta { text: text.clone(), offset })
            }
            EventSpec::ToolCall(call, status) => TurnEventBody::ToolCall(ToolCallChanged {
                call_id: ToolCallId(Uuid::from_u128(u128::from(*call))),
                name: "look".to_owned(),
                arguments: serde_json::json!({ "call": call }),
                effect: Effect::Read,
                status: *status,
                result: None,
                duration_ms: None,
            }),
            EventSpec::Artifact(artifact) => TurnEventBody::Artifact(ArtifactCreated {
                artifact_id: ArtifactId(Uuid::from_u128(u128::from(*artifact))),
                version: 1,
                kind: ArtifactKind::Chart,
                title: "Chart".to_owned(),
            }),
            EventSpec::Citation(source) => TurnEventBody::Citation(CitationAdded {
                title: format!("Source {source}"),
                url: None,
                quote: "quote".to_owned(),
            }),
        });
    }
    bodies.push(TurnEventBody::Finished(TurnFinished { length: text_bytes }));
    bodies.into_iter().zip(1..).map(|(body, seq)| TurnEvent { seq, turn_id: TURN, body }).collect()
}

/// Merges consecutive deltas where `merges` is true; a merged delta has the sequence number of the last one.
fn merged(events: &[TurnEvent], merges: &[bool]) -> Vec<TurnEvent> {
    let mut merged: Vec<TurnEvent> = Vec::new();
    let mut choices = merges.iter().cycle();
    for event in events {
        let may_merge = choices.next().copied().unwrap_or(false);
        if may_merge && let Some(last) = merged.last_mut() {
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
        merged.push(event.clone());
    }
    merged
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

/// Returns the message as the server stores it.
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
    view(parts, message.progress.last_seq, message.progress.text_bytes)
}

fn empty() -> MessageState {
    MessageState::from_view(RowKey(1), &view(Vec::new(), 0, 0))
}

proptest! {
    #[test]
    fn splitting_merging_and_replaying_events_gives_the_same_blocks(
        specs in prop::collection::vec(event_spec(), 0..24),
        connections in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::collection::vec(any::<bool>(), 1..9)), 0..6),
        last_merges in prop::collection::vec(any::<bool>(), 1..9),
        opened_at in any::<prop::sample::Index>(),
    ) {
        let events = live_events(&specs);
        let mut expected = empty();
        for event in &events {
            prop_assert_eq!(expected.apply(event), ApplyOutcome::Changed);
        }

        // The page is opened during the turn: the server has stored the events up to then.
        let mut early = empty();
        for event in &events[..opened_at.index(events.len())] {
            early.apply(event);
        }
        let mut message = MessageState::from_view(RowKey(1), &stored(&early));

        // Connections are lost and reopened; each starts at or before the last known event, or merges across it.
        for (from, upto, merges) in connections {
            let known = usize::try_from(message.progress.last_seq).unwrap();
            let from = from.index(known + 1);
            let upto = from + upto.index(events.len() - from + 1);
            for event in merged(&events[from..upto], &merges) {
                prop_assert_ne!(message.apply(&event), ApplyOutcome::Gap);
            }
        }
        let known = usize::try_from(message.progress.last_seq).unwrap();
        for event in merged(&events[known..], &last_merges) {
            prop_assert_ne!(message.apply(&event), ApplyOutcome::Gap);
        }

        prop_assert_eq!(&message.blocks, &expected.blocks);
        prop_assert_eq!(&message.status, &MessageStatus::Complete);
        prop_assert_eq!(message.progress.text_bytes, expected.progress.text_bytes);
    }

    #[test]
    fn a_continued_message_consists_of_the_text_kept_and_the_new_text(
        before in "[a-zñ€ ]{0,30}", kept in any::<prop::sample::Index>(), after in "[a-zñ€ ]{1,30}",
    ) {
        let kept = before.floor_char_boundary(kept.index(before.len() + 1));
        let mut message = empty();
        message.apply(&TurnEvent { seq: 1, turn_id: TURN, body: TurnEventBody::Delta(TextDelta { text: before.clone(), offset: 0 }) });
        message.apply(&TurnEvent { seq: 100, turn_id: TURN, body: TurnEventBody::Interrupted(TurnInterrupted { length: kept as u64 }) });
        prop_assert_eq!(&message.status, &MessageStatus::Interrupted);

        let next = TurnId(Uuid::from_u128(8));
        message.start_turn(next, "demo/penny");
        message.apply(&TurnEvent { seq: 1, turn_id: next, body: TurnEventBody::Delta(TextDelta { text: after.clone(), offset: kept as u64 }) });
        prop_assert_eq!(message.text(), format!("{}{after}", &before[..kept]));
    }
}

#[test]
fn a_gap_in_the_text_is_reported_and_changes_nothing() {
    let mut message = empty();
    let event = TurnEvent {
        seq: 9,
        turn_id: TURN,
        body: TurnEventBody::Delta(TextDelta { text: "later".to_owned(), offset: 3 }),
    };
    assert_eq!(message.apply(&event), ApplyOutcome::Gap);
    assert_eq!((message.blocks.len(), message.progress.last_seq), (0, 0));
}

#[test]
fn a_final_event_beyond_the_known_text_is_a_gap() {
    let mut message = empty();
    let event =
        TurnEvent { seq: 2, turn_id: TURN, body: TurnEventBody::Finished(TurnFinished { length: 4 }) };
    assert_eq!(message.apply(&event), ApplyOutcome::Gap);
}
