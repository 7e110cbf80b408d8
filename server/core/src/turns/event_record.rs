//! Stored form of events: consecutive deltas are merged into one record that keeps the size of each, so that
//! a replay can start after any of them.

use penny_types::{
    TurnId,
    events::{ReasoningDelta, TextDelta, TurnEvent, TurnEventBody},
};
use serde::{Deserialize, Serialize};

/// One event or several consecutive deltas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRecord {
    /// Number of the last event.
    #[serde(rename = "s")]
    seq: u64,
    /// Length of each merged delta in UTF-8 bytes, in order; empty for other events.
    #[serde(rename = "n", default, skip_serializing_if = "Vec::is_empty")]
    sizes: Vec<u32>,
    #[serde(rename = "b")]
    body: TurnEventBody,
}

impl EventRecord {
    /// Returns the number of the last event.
    #[must_use]
    pub const fn last_seq(&self) -> u64 {
        self.seq
    }

    /// Returns the number of the first event.
    #[must_use]
    pub fn first_seq(&self) -> u64 {
        self.seq - (self.sizes.len() as u64).saturating_sub(1).min(self.seq)
    }

    /// Returns the merged event body.
    #[must_use]
    pub const fn body(&self) -> &TurnEventBody {
        &self.body
    }

    /// Returns the event for a client that has all events up to `after`, without the text that it already
    /// has; `None` if nothing is new.
    #[must_use]
    pub fn event_after(&self, turn: TurnId, after: u64) -> Option<TurnEvent> {
        if self.seq <= after {
            return None;
        }
        let seen = usize::try_from((after + 1).saturating_sub(self.first_seq())).unwrap_or(0);
        let skip: usize = self.sizes.iter().take(seen).map(|&size| size as usize).sum();
        let cut =
            |text: &str, offset: u64| (text.get(skip..).unwrap_or_default().to_owned(), offset + skip as u64);
        let body = match &self.body {
            TurnEventBody::Delta(delta) => {
                let (text, offset) = cut(&delta.text, delta.offset);
                TurnEventBody::Delta(TextDelta { text, offset })
            }
            TurnEventBody::Reasoning(delta) => {
                let (text, offset) = cut(&delta.text, delta.offset);
                TurnEventBody::Reasoning(ReasoningDelta { text, offset })
            }
            other => other.clone(),
        };
        Some(TurnEvent { seq: self.seq, turn_id: turn, body })
    }
}

/// Merges events into records, in order.
#[must_use]
pub fn merge_events<'a>(events: impl IntoIterator<Item = &'a TurnEvent>) -> Vec<EventRecord> {
    let mut records: Vec<EventRecord> = Vec::new();
    for event in events {
        let size = match &event.body {
            TurnEventBody::Delta(delta) => Some(delta.text.len()),
            TurnEventBody::Reasoning(delta) => Some(delta.text.len()),
            _ => None,
        };
        let sizes: Vec<u32> = size.and_then(|size| u32::try_from(size).ok()).into_iter().collect();
        if let Some(last) = records.last_mut()
            && last.seq + 1 == event.seq
            && join(&mut last.body, &event.body)
        {
            last.seq = event.seq;
            last.sizes.extend(sizes);
        } else {
            records.push(EventRecord { seq: event.seq, sizes, body: event.body.clone() });
        }
    }
    records
}

/// Appends `next` to `last` and returns `true` if both are deltas of the same kind without a gap.
fn join(last: &mut TurnEventBody, next: &TurnEventBody) -> bool {
    match (last, next) {
        (TurnEventBody::Delta(last), TurnEventBody::Delta(next))
            if last.offset + last.text.len() as u64 == next.offset =>
        {
            last.text.push_str(&next.text);
            true
        }
        (TurnEventBody::Reasoning(last), TurnEventBody::Reasoning(next))
            if last.offset + last.text.len() as u64 == next.offset =>
        {
            last.text.push_str(&next.text);
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turns::content::TurnContent;
    use penny_types::events::TurnFinished;
    use proptest::prelude::*;
    use uuid::Uuid;

    const TURN: TurnId = TurnId(Uuid::from_u128(1));

    /// Returns the events of a turn with the given text (`true`) and reasoning (`false`) deltas.
    fn turn(pieces: &[(bool, String)]) -> Vec<TurnEvent> {
        let (mut text, mut thought) = (0, 0);
        let mut bodies: Vec<TurnEventBody> = pieces
            .iter()
            .map(|(is_text, piece)| {
                let length = piece.len() as u64;
                if *is_text {
                    text += length;
                    TurnEventBody::Delta(TextDelta { text: piece.clone(), offset: text - length })
                } else {
                    thought += length;
                    TurnEventBody::Reasoning(ReasoningDelta { text: piece.clone(), offset: thought - length })
                }
            })
            .collect();
        bodies.push(TurnEventBody::Finished(TurnFinished { length: text }));
        bodies.into_iter().zip(1..).map(|(body, seq)| TurnEvent { seq, turn_id: TURN, body }).collect()
    }

    fn text_of(events: &[TurnEvent]) -> String {
        events
            .iter()
            .filter_map(|event| match &event.body {
                TurnEventBody::Delta(delta) => Some(delta.text.as_str()),
                _ => None,
            })
            .collect()
    }

    proptest! {
        #[test]
        fn a_replay_after_any_event_returns_exactly_the_missing_events(
            pieces in prop::collection::vec((any::<bool>(), "[a-zé漢]{1,6}"), 0..24),
            every in 1_usize..7,
            after_share in 0.0_f64..=1.0,
        ) {
            let events = turn(&pieces);
            let stored: Vec<EventRecord> = events.chunks(every).flat_map(merge_events).collect();
            let after = (after_share * events.len() as f64) as u64;

            let replayed: Vec<TurnEvent> = stored.iter().filter_map(|record| record.event_after(TURN, after)).collect();

            let missing: Vec<TurnEvent> = events.iter().filter(|event| event.seq > after).cloned().collect();
            prop_assert_eq!(text_of(&replayed), text_of(&missing));
            prop_assert!(replayed.windows(2).all(|pair| pair[0].seq < pair[1].seq));

            let mut whole = TurnContent::default();
            let mut joined = TurnContent::default();
            events.iter().for_each(|event| whole.apply(&event.body));
            events.iter().take_while(|event| event.seq <= after).for_each(|event| joined.apply(&event.body));
            replayed.iter().for_each(|event| joined.apply(&event.body));
            prop_assert_eq!(joined, whole);
        }

        #[test]
        fn records_survive_a_serialisation_round_trip(pieces in prop::collection::vec((any::<bool>(), "[a-zé漢]{1,6}"), 0..9)) {
            let records = merge_events(&turn(&pieces));
            let text = serde_json::to_string(&records).unwrap();
            prop_assert_eq!(serde_json::from_str::<Vec<EventRecord>>(&text).unwrap(), records);
        }
    }
}
