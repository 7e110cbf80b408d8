//! Validation of link URLs.

/// Returns the URL if it is an absolute `http`, `https` or `mailto` URL without control characters.
///
/// Browsers drop tabs and newlines inside a URL and ignore leading spaces and control characters, so
/// `java\tscript:` would run; such URLs are rejected instead of cleaned.
#[must_use]
pub fn safe_url(url: &str) -> Option<&str> {
    let url = url.trim_matches(' ');
    if url.chars().any(|character| character.is_control() || character == ' ' || is_bidi_control(character)) {
        return None;
    }
    let (scheme, rest) = url.split_once(':')?;
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => rest.strip_prefix("//").filter(|host| !host.is_empty()).map(|_| url),
        "mailto" => rest.contains('@').then_some(url),
        _ => None,
    }
}

/// Returns whether a character changes the text direction (UAX 9), which can make a URL look like another one.
const fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
}
