//! Removal of NUL characters, which PostgreSQL cannot store in text or JSON.

use serde_json::Value;

/// Replaces NUL characters, which models and tools may produce, with U+FFFD.
#[must_use]
pub fn storable_text(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// Replaces NUL characters in all strings and field names of a JSON value.
#[must_use]
pub fn storable_json(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(storable_text(text)),
        Value::Array(items) => Value::Array(items.into_iter().map(storable_json).collect()),
        Value::Object(fields) => Value::Object(
            fields.into_iter().map(|(name, value)| (storable_text(name), storable_json(value))).collect(),
        ),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nul_characters_are_replaced_at_any_depth() {
        let value = storable_json(json!({"a\0": ["\0x", {"b": "y\0"}, 1, null]}));
        assert_eq!(value, json!({"a\u{fffd}": ["\u{fffd}x", {"b": "y\u{fffd}"}, 1, null]}));
    }
}
