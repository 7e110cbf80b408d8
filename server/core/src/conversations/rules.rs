use super::Error;
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use penny_types::ConversationId;

/// The longest title, in characters.
pub(super) const TITLE_MAX: usize = 200;
/// How long a title made from a message may be, in characters.
const TITLE_FROM_MESSAGE: usize = 60;

/// Tidies a title a person typed.
pub(super) fn title(text: &str) -> Result<String, Error> {
    let tidy = one_line(text);
    let length = tidy.chars().count();
    if length == 0 || length > TITLE_MAX { Err(Error::BadTitle { max: TITLE_MAX }) } else { Ok(tidy) }
}

/// Makes a title of a conversation's first message: its first words, cut between words.
pub(crate) fn title_from(message: &str) -> String {
    let line = one_line(message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default());
    let plain = line.trim_start_matches(['#', '>', '*', '-', ' ']);
    if plain.chars().count() <= TITLE_FROM_MESSAGE {
        return plain.to_owned();
    }
    let cut: String = plain.chars().take(TITLE_FROM_MESSAGE).collect();
    let whole_words = cut.rfind(' ').and_then(|end| cut.get(..end)).filter(|text| text.len() > cut.len() / 2);
    format!("{}…", whole_words.unwrap_or(&cut).trim_end())
}

fn one_line(text: &str) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(visible).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where a page of the list ended: pinned ones first, then by the last change, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    pub is_pinned: bool,
    pub updated_at: DateTime<Utc>,
    pub id: ConversationId,
}

impl Cursor {
    pub(super) fn encode(self) -> String {
        let text = format!("{}.{}.{}", u8::from(self.is_pinned), self.updated_at.timestamp_micros(), self.id);
        BASE64URL_NOPAD.encode(text.as_bytes())
    }

    pub(super) fn decode(text: &str) -> Result<Self, Error> {
        Self::parse(text).ok_or(Error::BadCursor)
    }

    fn parse(text: &str) -> Option<Self> {
        let plain = String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()?;
        let mut pieces = plain.splitn(3, '.');
        let is_pinned = pieces.next()? == "1";
        let updated_at = DateTime::from_timestamp_micros(pieces.next()?.parse().ok()?)?;
        let id = pieces.next()?.parse().ok()?;
        Some(Self { is_pinned, updated_at, id })
    }
}
