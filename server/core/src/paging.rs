//! Pages of lists: where one ended, as an opaque text, and where the next begins.

use crate::fault::ToFault;
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use penny_types::{Fault, FaultCode};
use penny_words::keys;
use sea_orm::{ColumnTrait, Condition, Value};
use std::str::FromStr;

/// Says that a text is no place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not of this list")]
pub struct BadCursor;

impl ToFault for BadCursor {
    fn to_fault(&self) -> Fault {
        Fault::keyed(FaultCode::Invalid, keys::FAULT_CURSOR).field("cursor", keys::FAULT_CURSOR)
    }
}

/// Where a page of a list ended that begins with the last change. A list that has a group in front,
/// as the pinned ones, says which group the page ended in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor<Id> {
    pub is_first_group: bool,
    pub updated_at: DateTime<Utc>,
    pub id: Id,
}

impl<Id: ToString + FromStr + Copy + Into<Value>> Cursor<Id> {
    /// Writes it for the client, which only passes it back.
    pub fn encode(self) -> String {
        let group = u8::from(self.is_first_group);
        let text = format!("{group}.{}.{}", self.updated_at.timestamp_micros(), self.id.to_string());
        BASE64URL_NOPAD.encode(text.as_bytes())
    }

    /// Reads it back.
    pub fn decode(text: &str) -> Result<Self, BadCursor> {
        Self::parse(text).ok_or(BadCursor)
    }

    fn parse(text: &str) -> Option<Self> {
        let plain = String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()?;
        let mut pieces = plain.splitn(3, '.');
        let is_first_group = pieces.next()? == "1";
        let updated_at = DateTime::from_timestamp_micros(pieces.next()?.parse().ok()?)?;
        Some(Self { is_first_group, updated_at, id: pieces.next()?.parse().ok()? })
    }

    /// Says which rows come after it within its group, in a list by last change and then by id, both
    /// falling.
    pub fn beyond(self, updated_at: impl ColumnTrait, id: impl ColumnTrait) -> Condition {
        let same_time = Condition::all().add(updated_at.eq(self.updated_at)).add(id.lt(self.id));
        Condition::any().add(updated_at.lt(self.updated_at)).add(same_time)
    }
}

/// Cuts rows, of which one more was read than the page holds, to the page; returns where it ended if
/// more come.
pub(crate) fn cut<Row, Id>(
    rows: &mut Vec<Row>,
    limit: u32,
    ended: impl FnOnce(&Row) -> Cursor<Id>,
) -> Option<String>
where
    Id: ToString + FromStr + Copy + Into<Value>,
{
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    rows.last().filter(|_| has_more).map(|row| ended(row).encode())
}

#[cfg(test)]
mod tests {
    use super::*;
    use penny_types::ConversationId;
    use uuid::Uuid;

    fn cursor(number: u128) -> Cursor<ConversationId> {
        let updated_at = DateTime::from_timestamp_micros(1_772_442_000_123_456).unwrap();
        Cursor { is_first_group: number == 1, updated_at, id: ConversationId(Uuid::from_u128(number)) }
    }

    #[test]
    fn a_cursor_reads_back_what_it_was_made_of_and_nothing_else_is_one() {
        for cursor in [cursor(1), cursor(2)] {
            assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
        }
        for text in ["", "x", "!", &BASE64URL_NOPAD.encode(b"1.x.y"), &cursor(1).encode()[1..]] {
            assert_eq!(Cursor::<ConversationId>::decode(text), Err(BadCursor), "{text}");
        }
    }

    #[test]
    fn a_page_says_where_it_ended_only_when_more_come() {
        let mut rows = vec![1, 2, 3];
        assert_eq!(cut(&mut rows, 2, |&row| cursor(row)), Some(cursor(2).encode()));
        assert_eq!((cut(&mut rows, 2, |&row| cursor(row)), rows), (None, vec![1, 2]));
    }
}
