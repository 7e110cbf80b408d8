//! Which addresses a text may lead to.

/// Returns the address when it leads to the web or to mail, absolute and without disguise.
///
/// A browser drops tabs and newlines inside an address and ignores leading blanks and control
/// characters, so `java\tscript:` would run; such addresses are refused instead of cleaned.
#[must_use]
pub fn safe(address: &str) -> Option<&str> {
    let address = address.trim_matches(' ');
    if address.chars().any(|letter| letter.is_control() || letter == ' ' || is_bidi_control(letter)) {
        return None;
    }
    let (scheme, rest) = address.split_once(':')?;
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => rest.strip_prefix("//").filter(|host| !host.is_empty()).map(|_| address),
        "mailto" => rest.contains('@').then_some(address),
        _ => None,
    }
}

/// Says whether a character changes the direction of what follows (UAX 9): it can make an address
/// read as another.
const fn is_bidi_control(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
}
