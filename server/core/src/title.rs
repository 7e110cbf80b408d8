//! Validation and derivation of the titles of conversations and artifacts.

use penny_i18n::keys;
use penny_kernel::fault::ToFault;
use penny_types::{Fault, FaultCode};

/// Maximum length of a title, in characters.
const TITLE_MAX: usize = 200;
/// Maximum length of a title derived from a message, in characters.
const DERIVED_TITLE_MAX: usize = 60;

/// The title is empty or too long after normalization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a title has 1 to {TITLE_MAX} characters")]
pub struct InvalidTitle;

impl ToFault for InvalidTitle {
    fn to_fault(&self) -> Fault {
        let fault = Fault::with_message(FaultCode::Invalid, keys::FAULT_TITLE).arg("max", TITLE_MAX);
        fault.field("title", keys::FAULT_TITLE)
    }
}

/// Puts a title on one line: control characters and runs of white space become one space.
pub(crate) fn normalize(text: &str) -> Result<String, InvalidTitle> {
    let title = one_line(text);
    if (1..=TITLE_MAX).contains(&title.chars().count()) { Ok(title) } else { Err(InvalidTitle) }
}

/// Derives a title from the first non-empty line of a message, cut at a word boundary if possible.
pub(crate) fn from_message(message: &str) -> String {
    let line = one_line(message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default());
    let plain = line.trim_start_matches(['#', '>', '*', '-', ' ']);
    if plain.chars().count() <= DERIVED_TITLE_MAX {
        return plain.to_owned();
    }
    let cut: String = plain.chars().take(DERIVED_TITLE_MAX).collect();
    let whole_words = cut.rfind(' ').and_then(|end| cut.get(..end)).filter(|text| text.len() > cut.len() / 2);
    format!("{}…", whole_words.unwrap_or(&cut).trim_end())
}

/// Returns the title of a copy: appends ` (2)`, or increments the number that is already there.
pub(crate) fn copy_title(title: &str) -> String {
    let numbered = title
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once(" ("))
        .and_then(|(base, number)| Some((base, number.parse::<u32>().ok()?)));
    let (base, number) = numbered.unwrap_or((title, 1));
    let suffix = format!(" ({})", number.saturating_add(1));
    let base_max = TITLE_MAX.saturating_sub(suffix.len());
    format!("{}{suffix}", base.chars().take(base_max).collect::<String>().trim_end())
}

fn one_line(text: &str) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(visible).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_of_1_to_200_characters() {
        assert_eq!(normalize(" Two\n\tlines\0 ").as_deref(), Ok("Two lines"));
        assert_eq!(normalize(&"ñ".repeat(TITLE_MAX)).map(|title| title.chars().count()), Ok(TITLE_MAX));
        assert_eq!(
            (normalize(" \n\0"), normalize(&"x".repeat(TITLE_MAX + 1))),
            (Err(InvalidTitle), Err(InvalidTitle))
        );
    }

    #[test]
    fn a_copy_is_numbered() {
        assert_eq!(copy_title("Health"), "Health (2)");
        assert_eq!(copy_title(&copy_title("Health")), "Health (3)");
        assert_eq!(copy_title("Plans (draft)"), "Plans (draft) (2)");
        let long = copy_title(&"x".repeat(TITLE_MAX));
        assert_eq!(normalize(&long).as_deref(), Ok(long.as_str()));
        assert_eq!(copy_title("Health (4294967295)"), "Health (4294967295)");
    }

    #[test]
    fn a_derived_title_is_the_start_of_the_first_line() {
        assert_eq!(from_message("\n## Health\nof the company"), "Health");
        let long = from_message(&"word ".repeat(40));
        assert!(long.ends_with("word…") && long.chars().count() <= DERIVED_TITLE_MAX + 1, "{long}");
        assert_eq!(from_message(&"x".repeat(80)).chars().count(), DERIVED_TITLE_MAX + 1);
    }
}
