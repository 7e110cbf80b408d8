//! Titles of conversations and artifacts: what may be one, and how it is tidied.

use crate::fault::ToFault;
use penny_types::{Fault, FaultCode};
use penny_words::keys;

/// The longest, in characters.
const TITLE_MAX: usize = 200;
/// How long one made from a message may be, in characters.
const FROM_MESSAGE: usize = 60;

/// Says that a text is no title: nothing is left of it, or too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a title has 1 to {TITLE_MAX} characters")]
pub struct BadTitle;

impl ToFault for BadTitle {
    fn to_fault(&self) -> Fault {
        let fault = Fault::keyed(FaultCode::Invalid, keys::FAULT_TITLE).arg("max", TITLE_MAX);
        fault.field("title", keys::FAULT_TITLE)
    }
}

/// Tidies a title a person typed, onto one line.
pub(crate) fn tidy(text: &str) -> Result<String, BadTitle> {
    let tidy = one_line(text);
    if (1..=TITLE_MAX).contains(&tidy.chars().count()) { Ok(tidy) } else { Err(BadTitle) }
}

/// Makes a title of a conversation's first message: its first words, cut between words.
pub(crate) fn from_message(message: &str) -> String {
    let line = one_line(message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default());
    let plain = line.trim_start_matches(['#', '>', '*', '-', ' ']);
    if plain.chars().count() <= FROM_MESSAGE {
        return plain.to_owned();
    }
    let cut: String = plain.chars().take(FROM_MESSAGE).collect();
    let whole_words = cut.rfind(' ').and_then(|end| cut.get(..end)).filter(|text| text.len() > cut.len() / 2);
    format!("{}…", whole_words.unwrap_or(&cut).trim_end())
}

/// Makes the title of a copy: the source's with a number, one more where it has one already.
pub(crate) fn of_copy(title: &str) -> String {
    let numbered = title
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once(" ("))
        .and_then(|(base, number)| Some((base, number.parse::<u32>().ok()?)));
    let (base, number) = numbered.unwrap_or((title, 1));
    let suffix = format!(" ({})", number.saturating_add(1));
    let room = TITLE_MAX.saturating_sub(suffix.len());
    format!("{}{suffix}", base.chars().take(room).collect::<String>().trim_end())
}

fn one_line(text: &str) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(visible).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_of_some_length() {
        assert_eq!(tidy(" Two\n\tlines\0 ").as_deref(), Ok("Two lines"));
        assert_eq!(tidy(&"ñ".repeat(TITLE_MAX)).map(|title| title.chars().count()), Ok(TITLE_MAX));
        assert_eq!((tidy(" \n\0"), tidy(&"x".repeat(TITLE_MAX + 1))), (Err(BadTitle), Err(BadTitle)));
    }

    #[test]
    fn a_copy_is_numbered() {
        assert_eq!(of_copy("Health"), "Health (2)");
        assert_eq!(of_copy(&of_copy("Health")), "Health (3)");
        assert_eq!(of_copy("Plans (draft)"), "Plans (draft) (2)");
        let long = of_copy(&"x".repeat(TITLE_MAX));
        assert_eq!(tidy(&long).as_deref(), Ok(long.as_str()));
        assert_eq!(of_copy("Health (4294967295)"), "Health (4294967295)");
    }

    #[test]
    fn a_message_gives_its_first_words() {
        assert_eq!(from_message("\n## Health\nof the company"), "Health");
        let long = from_message(&"word ".repeat(40));
        assert!(long.ends_with("word…") && long.chars().count() <= FROM_MESSAGE + 1, "{long}");
        assert_eq!(from_message(&"x".repeat(80)).chars().count(), FROM_MESSAGE + 1);
    }
}
