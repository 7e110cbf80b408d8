//! Field errors with translatable messages, made from serde errors (request bodies, artifact contents) and from
//! JSON Schema errors (tool arguments).

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use penny_i18n::keys;
use penny_types::FieldFault;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// Maximum length of a reported path, in characters.
const PATH_CHARS_MAX: usize = 128;
/// Maximum length of a field name that is appended to a path, in characters.
const NAME_CHARS_MAX: usize = 64;
/// Maximum length of a message argument, in characters.
const ARG_CHARS_MAX: usize = 300;

#[must_use]
pub fn field_fault(path: &str, message_key: &str, args: &[(&str, &str)]) -> FieldFault {
    let args = args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    FieldFault {
        field: path.to_owned(),
        message_key: message_key.to_owned(),
        args: args.collect::<BTreeMap<_, _>>(),
    }
}

/// Deserializes a value.
///
/// # Errors
/// The first invalid field, with its path within the value. An empty path means the value itself.
pub fn deserialize<T: DeserializeOwned>(value: &Value) -> Result<T, FieldFault> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| from_serde_message(&error.path().to_string(), &error.inner().to_string()))
}

/// Parses a serde error message into a field error. An empty path means the value itself.
#[must_use]
pub fn from_serde_message(path: &str, message: &str) -> FieldFault {
    let name_after = |prefix: &str| message.strip_prefix(prefix).and_then(|rest| rest.split('`').next());
    let known = [
        ("unknown field `", keys::FIELD_UNKNOWN),
        ("missing field `", keys::FIELD_MISSING),
        ("duplicate field `", keys::FIELD_TWICE),
    ];
    let known_field = known.iter().find_map(|(prefix, key)| name_after(prefix).map(|name| (name, *key)));
    if let Some((name, key)) = known_field {
        return field_fault(&join_path(path, Some(name)), key, &[]);
    }
    let path = join_path(path, None);
    let expected = message.split_once(", expected ").map(|(_, expected)| expected);
    match expected {
        Some(expected) if message.starts_with("unknown variant `") => {
            field_fault(&path, keys::FIELD_CHOICE, &[("options", &backquoted_names(expected))])
        }
        Some(expected) if message.starts_with("invalid type: ") => match json_type_of(expected) {
            Some(kind) => field_fault(&path, keys::FIELD_KIND, &[("kind", kind)]),
            None => field_fault(&path, keys::FAULT_FIELD, &[]),
        },
        _ => field_fault(&path, keys::FAULT_FIELD, &[]),
    }
}

/// Appends a field name to a path, unless the path already ends with it.
fn join_path(path: &str, leaf: Option<&str>) -> String {
    let path = truncate(path.trim_matches('.').trim_matches('?'), PATH_CHARS_MAX);
    let leaf = leaf.map(|leaf| truncate(leaf, NAME_CHARS_MAX));
    match leaf {
        None => path,
        Some(leaf) if path.is_empty() || path == leaf => leaf,
        Some(leaf) if path.ends_with(&format!(".{leaf}")) => path,
        Some(leaf) => format!("{path}.{leaf}"),
    }
}

/// Returns the names between backquotes, separated by commas.
fn backquoted_names(text: &str) -> String {
    let names: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    truncate(&names.join(", "), ARG_CHARS_MAX)
}

/// Converts the type name in a serde message to its JSON Schema type name.
fn json_type_of(expected: &str) -> Option<&'static str> {
    let type_name = expected.split(" at line ").next().unwrap_or_default();
    Some(match type_name {
        "a string" | "str" | "a borrowed string" => "string",
        "a boolean" => "boolean",
        "f32" | "f64" => "number",
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize" => "integer",
        "a map" => "object",
        "a sequence" => "array",
        other if other.starts_with("struct ") => "object",
        _ => return None,
    })
}

/// Converts a JSON Schema error into a field error. An error without a message of its own keeps the validator's text
/// in the argument `detail`.
#[must_use]
pub fn from_schema_error(error: &ValidationError<'_>) -> FieldFault {
    let path = dotted_path(&error.instance_path().to_string());
    let limit = |key, limit: &dyn ToString| field_fault(&path, key, &[("limit", &limit.to_string())]);
    match error.kind() {
        Kind::Required { property } => {
            field_fault(&join_path(&path, property.as_str()), keys::FIELD_MISSING, &[])
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            field_fault(&join_path(&path, unexpected.first().map(String::as_str)), keys::FIELD_UNKNOWN, &[])
        }
        Kind::Type { kind } => field_fault(&path, keys::FIELD_KIND, &[("kind", &allowed_type(kind))]),
        Kind::Enum { options } => {
            let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
            field_fault(&path, keys::FIELD_CHOICE, &[("options", &comma_separated(options))])
        }
        Kind::Constant { expected_value } => field_fault(
            &path,
            keys::FIELD_CHOICE,
            &[("options", &comma_separated(std::slice::from_ref(expected_value)))],
        ),
        Kind::MinLength { limit: min } => limit(keys::FIELD_SHORT, min),
        Kind::MaxLength { limit: max } => limit(keys::FIELD_LONG, max),
        Kind::MinItems { limit: min } => limit(keys::FIELD_FEW, min),
        Kind::MaxItems { limit: max } => limit(keys::FIELD_MANY, max),
        Kind::Minimum { limit: min } => limit(keys::FIELD_LOW, min),
        Kind::Maximum { limit: max } => limit(keys::FIELD_HIGH, max),
        Kind::ExclusiveMinimum { limit: bound } => limit(keys::FIELD_ABOVE, bound),
        Kind::ExclusiveMaximum { limit: bound } => limit(keys::FIELD_BELOW, bound),
        _ => {
            field_fault(&path, keys::FAULT_FIELD, &[("detail", &truncate(&error.to_string(), ARG_CHARS_MAX))])
        }
    }
}

/// Converts a JSON pointer (RFC 6901) to a dotted path such as `filters.units[0]`.
fn dotted_path(pointer: &str) -> String {
    let mut path = String::new();
    for segment in pointer.split('/').skip(1) {
        let name = segment.replace("~1", "/").replace("~0", "~");
        if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str(&format!("[{name}]"));
        } else {
            path = if path.is_empty() { name } else { format!("{path}.{name}") };
        }
    }
    truncate(&path, PATH_CHARS_MAX)
}

/// Returns the allowed JSON type, or `other` if several are allowed.
fn allowed_type(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(single) => single.to_string(),
        TypeKind::Multiple(_) => "other".to_owned(),
    }
}

fn comma_separated(options: &[Value]) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    truncate(&options.iter().map(text).collect::<Vec<_>>().join(", "), ARG_CHARS_MAX)
}

fn truncate(text: &str, max_chars: usize) -> String {
    text.chars().take(max_chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use penny_types::dashboards::Period;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only deserialization is tested")]
    struct SampleRequest {
        period: Period,
        inner: Option<SampleInner>,
        list: Option<Vec<u32>>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only deserialization is tested")]
    struct SampleInner {
        text: String,
    }

    #[test]
    fn serde_errors_become_field_errors() {
        for (value, path, key, arg) in [
            (json!({}), "period", keys::FIELD_MISSING, None),
            (json!({ "period": "MTD", "colour": 1 }), "colour", keys::FIELD_UNKNOWN, None),
            (json!({ "period": "x" }), "period", keys::FIELD_CHOICE, Some("MTD, QTD, YTD")),
            (json!({ "period": "MTD", "inner": {} }), "inner.text", keys::FIELD_MISSING, None),
            (
                json!({ "period": "MTD", "inner": { "text": 1 } }),
                "inner.text",
                keys::FIELD_KIND,
                Some("string"),
            ),
            (json!({ "period": "MTD", "inner": 7 }), "inner", keys::FIELD_KIND, Some("object")),
            (json!({ "period": "MTD", "list": {} }), "list", keys::FIELD_KIND, Some("array")),
            (json!({ "period": "MTD", "list": ["a"] }), "list[0]", keys::FIELD_KIND, Some("integer")),
            (json!({ "period": "MTD", "list": [-1] }), "list[0]", keys::FAULT_FIELD, None),
            (json!("words"), "", keys::FIELD_KIND, Some("object")),
        ] {
            let fault = deserialize::<SampleRequest>(&value).unwrap_err();
            let arg_value = fault.args.values().next().map(String::as_str);
            assert_eq!(
                (fault.field.as_str(), fault.message_key.as_str(), arg_value),
                (path, key, arg),
                "{value}"
            );
        }
    }

    #[test]
    fn schema_errors_become_field_errors() {
        let schema = json!({
            "type": "object",
            "properties": {
                "word": { "type": "string", "minLength": 2, "maxLength": 3 },
                "pick": { "enum": ["a", "b", null] },
                "one": { "const": 1 },
                "number": { "type": "number", "minimum": 0, "exclusiveMaximum": 9.5 },
                "list": { "type": "array", "minItems": 1, "maxItems": 2, "items": { "type": "integer" } },
                "mixed": { "type": ["string", "null"] },
                "even": { "multipleOf": 2 },
            },
            "required": ["word"],
            "additionalProperties": false,
        });
        let schema = jsonschema::draft202012::new(&schema).unwrap();
        for (extra, path, key, arg) in [
            (json!({ "word": null }), "word", keys::FIELD_KIND, Some("string")),
            (json!({ "word": "a" }), "word", keys::FIELD_SHORT, Some("2")),
            (json!({ "word": "abcd" }), "word", keys::FIELD_LONG, Some("3")),
            (json!({ "pick": "c" }), "pick", keys::FIELD_CHOICE, Some("a, b, null")),
            (json!({ "one": 2 }), "one", keys::FIELD_CHOICE, Some("1")),
            (json!({ "number": -1 }), "number", keys::FIELD_LOW, Some("0")),
            (json!({ "number": 9.5 }), "number", keys::FIELD_BELOW, Some("9.5")),
            (json!({ "list": [] }), "list", keys::FIELD_FEW, Some("1")),
            (json!({ "list": [1, 2, 3] }), "list", keys::FIELD_MANY, Some("2")),
            (json!({ "list": [1, "a"] }), "list[1]", keys::FIELD_KIND, Some("integer")),
            (json!({ "mixed": 1 }), "mixed", keys::FIELD_KIND, Some("other")),
            (json!({ "even": 3 }), "even", keys::FAULT_FIELD, Some("3 is not a multiple of 2")),
            (json!({ "colour": 1 }), "colour", keys::FIELD_UNKNOWN, None),
        ] {
            let mut value = json!({ "word": "ab" });
            value.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            let fault = from_schema_error(&schema.iter_errors(&value).next().unwrap());
            let arg_value = fault.args.values().next().map(String::as_str);
            assert_eq!(
                (fault.field.as_str(), fault.message_key.as_str(), arg_value),
                (path, key, arg),
                "{value}"
            );
        }
        let missing = from_schema_error(&schema.iter_errors(&json!({})).next().unwrap());
        assert_eq!((missing.field.as_str(), missing.message_key.as_str()), ("word", keys::FIELD_MISSING));
    }
}
