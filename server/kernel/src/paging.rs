//! Keyset pagination with opaque cursors.

use crate::fault::ToFault;
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use penny_i18n::keys;
use penny_types::{Fault, FaultCode};
use sea_orm::{ColumnTrait, Condition, Value};
use std::str::FromStr;

/// The text is not a valid cursor of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor does not belong to this list")]
pub struct InvalidCursor;

impl ToFault for InvalidCursor {
    fn to_fault(&self) -> Fault {
        Fault::with_message(FaultCode::Invalid, keys::FAULT_CURSOR).field("cursor", keys::FAULT_CURSOR)
    }
}

/// The last row of a page, in a list that is sorted by last change and then by id, both descending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor<Id> {
    /// Whether the row is in the group that is listed first, for example the pinned rows.
    pub is_first_group: bool,
    pub updated_at: DateTime<Utc>,
    pub id: Id,
}

impl<Id: ToString + FromStr + Copy + Into<Value>> Cursor<Id> {
    /// Returns the opaque text that clients send back to get the next page.
    pub fn encode(self) -> String {
        let group = u8::from(self.is_first_group);
        let text = format!("{group}.{}.{}", self.updated_at.timestamp_micros(), self.id.to_string());
        BASE64URL_NOPAD.encode(text.as_bytes())
    }

    /// Parses the text of [`Self::encode`].
    pub fn decode(text: &str) -> Result<Self, InvalidCursor> {
        Self::parse(text).ok_or(InvalidCursor)
    }

    fn parse(text: &str) -> Option<Self> {
        let plain = String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()?;
        let mut parts = plain.splitn(3, '.');
        let is_first_group = parts.next()? == "1";
        let updated_at = DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?;
        Some(Self { is_first_group, updated_at, id: parts.next()?.parse().ok()? })
    }

    /// Returns the condition for the rows that follow the cursor within its group.
    pub fn rows_after(self, updated_at: impl ColumnTrait, id: impl ColumnTrait) -> Condition {
        let same_time = Condition::all().add(updated_at.eq(self.updated_at)).add(id.lt(self.id));
        Condition::any().add(updated_at.lt(self.updated_at)).add(same_time)
    }
}

/// Truncates `rows` to `limit` and returns the cursor of the next page, or `None` on the last page. The caller must
/// have queried up to `limit + 1` rows.
pub fn truncate_page<Row, Id>(
    rows: &mut Vec<Row>,
    limit: u32,
    cursor_of: impl FnOnce(&Row) -> Cursor<Id>,
) -> Option<String>
where
    Id: ToString + FromStr + Copy + Into<Value>,
{
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    rows.last().filter(|_| has_more).map(|row| cursor_of(row).encode())
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
    fn a_cursor_round_trips_and_other_texts_are_rejected() {
        for cursor in [cursor(1), cursor(2)] {
            assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
        }
        for text in ["", "x", "!", &BASE64URL_NOPAD.encode(b"1.x.y"), &cursor(1).encode()[1..]] {
            assert_eq!(Cursor::<ConversationId>::decode(text), Err(InvalidCursor), "{text}");
        }
    }

    #[test]
    fn a_page_has_a_next_cursor_only_if_more_rows_follow() {
        let mut rows = vec![1, 2, 3];
        assert_eq!(truncate_page(&mut rows, 2, |&row| cursor(row)), Some(cursor(2).encode()));
        assert_eq!((truncate_page(&mut rows, 2, |&row| cursor(row)), rows), (None, vec![1, 2]));
    }

    /// Clients keep cursors between requests, so a change of the format would break their pagination.
    #[test]
    fn the_cursor_format_is_stable() {
        assert_eq!(cursor(1).encode(), "MS4xNzcyNDQyMDAwMTIzNDU2LmNudl8wMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMQ");
        assert_eq!(cursor(2).encode(), "MC4xNzcyNDQyMDAwMTIzNDU2LmNudl8wMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMg");
    }
}
