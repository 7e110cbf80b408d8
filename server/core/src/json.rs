//! Bounds JSON before it is read: a few bytes of it can become many times as much memory.

use penny_types::{Fault, FaultCode};
use penny_words::keys;

/// The most values one text may hold, lists and objects counted. Each takes some 100 bytes once read.
pub const VALUES_MAX: usize = 100_000;
/// The deepest nesting; what is deeper, the reader refuses too, without saying so.
pub const DEPTH_MAX: usize = 100;

/// Looks over a JSON text without reading it. What is no JSON is refused later, by the reader.
///
/// # Errors
/// `malformed` when it nests too deep, `too_large` when it holds too many values.
pub fn bound(text: &[u8]) -> Result<(), Fault> {
    let (mut values, mut depth) = (0_usize, 0_usize);
    let (mut is_string, mut is_escaped) = (false, false);
    for byte in text {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_string => is_escaped = true,
            b'"' => is_string = !is_string,
            _ if is_string => {}
            b'[' | b'{' => {
                depth = depth.saturating_add(1);
                values = values.saturating_add(1);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values = values.saturating_add(1),
            _ => {}
        }
        if depth > DEPTH_MAX {
            return Err(Fault::keyed(FaultCode::Malformed, keys::JSON_TOO_DEEP).arg("limit", DEPTH_MAX));
        }
        if values > VALUES_MAX {
            return Err(Fault::keyed(FaultCode::TooLarge, keys::JSON_TOO_MANY).arg("limit", VALUES_MAX));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_bounded_in_depth_and_number_and_strings_do_not_count() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        for (text, expected) in [
            (nested(DEPTH_MAX), None),
            (nested(DEPTH_MAX + 1), Some(keys::JSON_TOO_DEEP)),
            ("{\"a\":".repeat(DEPTH_MAX + 1), Some(keys::JSON_TOO_DEEP)),
            (format!("[{}0]", "0,".repeat(VALUES_MAX - 1)), None),
            (format!("[{}0]", "0,".repeat(VALUES_MAX)), Some(keys::JSON_TOO_MANY)),
            (format!("[{}0]", "[],".repeat(VALUES_MAX / 2)), Some(keys::JSON_TOO_MANY)),
            (format!("[\"{}\"]", "[\\\"{,\\\\".repeat(VALUES_MAX)), None),
            ("]".repeat(1_000), None),
            ("\"\\".to_owned(), None),
            (String::new(), None),
        ] {
            let start: String = text.chars().take(40).collect();
            assert_eq!(bound(text.as_bytes()).err().map(|f| f.message_key).as_deref(), expected, "{start}");
        }
    }
}
