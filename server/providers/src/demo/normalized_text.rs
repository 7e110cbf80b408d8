//! Messages in a normalized form for phrase matching.

/// Maximum number of characters of a message that are examined.
pub(super) const MAX_CHARS: usize = 2000;

/// A message in lower case, without accents and punctuation, with single spaces between words and one
/// space at each end. Attachments are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NormalizedText(String);

impl NormalizedText {
    pub(super) fn new(message: &str) -> Self {
        let mut normalized = String::from(" ");
        for letter in without_attachments(message).chars().take(MAX_CHARS).flat_map(char::to_lowercase) {
            let letter = without_accent(letter);
            if letter.is_alphanumeric() {
                normalized.push(letter);
            } else if !normalized.ends_with(' ') {
                normalized.push(' ');
            }
        }
        if !normalized.ends_with(' ') {
            normalized.push(' ');
        }
        Self(normalized)
    }

    /// Returns whether the text contains the phrase as whole words.
    pub(super) fn contains(&self, phrase: &str) -> bool {
        self.0.contains(&format!(" {phrase} "))
    }

    /// Returns whether the text contains one of the phrases as whole words.
    pub(super) fn contains_any(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.contains(phrase))
    }

    pub(super) fn words(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split_whitespace()
    }

    /// Returns the text after the first occurrence of the phrase.
    pub(super) fn after(&self, phrase: &str) -> Option<&str> {
        self.0.split_once(&format!(" {phrase} ")).map(|(_, after)| after)
    }

    /// Returns the text before the first occurrence of the phrase.
    pub(super) fn before(&self, phrase: &str) -> Option<&str> {
        self.0.split_once(&format!(" {phrase} ")).map(|(before, _)| before)
    }
}

/// Removes attached files, which precede the user's own text.
pub(super) fn without_attachments(message: &str) -> &str {
    message.rsplit_once("</attachment>").map_or(message, |(_, text)| text)
}

const fn without_accent(letter: char) -> char {
    match letter {
        'á' | 'à' | 'ä' => 'a',
        'é' | 'è' | 'ë' => 'e',
        'í' | 'ì' | 'ï' => 'i',
        'ó' | 'ò' | 'ö' => 'o',
        'ú' | 'ù' | 'ü' => 'u',
        'ñ' => 'n',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_matched_as_whole_words() {
        let text = NormalizedText::new("¿Qué TAL, «Año» nuevo?\n\tMTD.");
        assert!(text.contains("que tal") && text.contains("ano") && text.contains_any(&["x", "mtd"]));
        assert!(!text.contains("nue"));
        assert_eq!(text.after("ano"), Some("nuevo mtd "));
    }
}
