//! Limits on JSON text that are checked before parsing, because parsed JSON can take many times the memory of its
//! text.

use penny_i18n::keys;
use penny_types::{Fault, FaultCode};

/// The maximum number of values in one text, including lists and objects. A parsed value takes about 100 bytes.
pub const VALUES_MAX: usize = 100_000;
/// The maximum nesting depth. The parser has a similar limit, but its error does not name the cause.
pub const DEPTH_MAX: usize = 100;

/// Checks the limits without parsing. Invalid JSON passes and is rejected by the parser.
///
/// # Errors
/// `malformed` if the nesting is too deep, `too_large` if there are too many values.
pub fn check_limits(text: &[u8]) -> Result<(), Fault> {
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
            return Err(
                Fault::with_message(FaultCode::Malformed, keys::JSON_TOO_DEEP).arg("limit", DEPTH_MAX)
            );
        }
        if values > VALUES_MAX {
            return Err(
                Fault::with_message(FaultCode::TooLarge, keys::JSON_TOO_MANY).arg("limit", VALUES_MAX)
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_depth_and_value_count_are_limited_and_string_contents_do_not_count() {
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
            assert_eq!(
                check_limits(text.as_bytes()).err().map(|f| f.message_key).as_deref(),
                expected,
                "{start}"
            );
        }
    }
}
