//! What does not fit its description, field by field and in our own sentences: out of the words of
//! serde, which reads requests and contents, and out of the errors of JSON Schema, which describes
//! tools' arguments.

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use penny_types::FieldFault;
use penny_words::keys;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// The longest path told, in characters, and the longest name within it.
const PATH_MAX: usize = 128;
const NAME_MAX: usize = 64;
/// The most of what may be chosen, and of what an engine says, in characters.
const WORDS_MAX: usize = 300;

/// Makes a fault of a field.
#[must_use]
pub fn field(path: &str, message_key: &str, args: &[(&str, &str)]) -> FieldFault {
    let args = args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    FieldFault {
        field: path.to_owned(),
        message_key: message_key.to_owned(),
        args: args.collect::<BTreeMap<_, _>>(),
    }
}

/// Reads a value as a type.
///
/// # Errors
/// The field that does not fit, by its path within the value; an empty path is the value itself.
pub fn read<T: DeserializeOwned>(value: &Value) -> Result<T, FieldFault> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| of_serde(&error.path().to_string(), &error.inner().to_string()))
}

/// Says what is wrong at a path in the words of serde; an empty path is the value itself.
#[must_use]
pub fn of_serde(path: &str, message: &str) -> FieldFault {
    let named = |prefix: &str| message.strip_prefix(prefix).and_then(|rest| rest.split('`').next());
    let known = [
        ("unknown field `", keys::FIELD_UNKNOWN),
        ("missing field `", keys::FIELD_MISSING),
        ("duplicate field `", keys::FIELD_TWICE),
    ];
    let leaf = known.iter().find_map(|(prefix, key)| named(prefix).map(|name| (name, *key)));
    if let Some((name, key)) = leaf {
        return field(&join(path, Some(name)), key, &[]);
    }
    let path = join(path, None);
    let expected = message.split_once(", expected ").map(|(_, expected)| expected);
    match expected {
        Some(words) if message.starts_with("unknown variant `") => {
            field(&path, keys::FIELD_CHOICE, &[("options", &quoted(words))])
        }
        Some(words) if message.starts_with("invalid type: ") => match type_in(words) {
            Some(kind) => field(&path, keys::FIELD_KIND, &[("kind", kind)]),
            None => field(&path, keys::FAULT_FIELD, &[]),
        },
        _ => field(&path, keys::FAULT_FIELD, &[]),
    }
}

/// Joins the path serde was at with the name it speaks of; they may overlap.
fn join(path: &str, leaf: Option<&str>) -> String {
    let path = cut(path.trim_matches('.').trim_matches('?'), PATH_MAX);
    let leaf = leaf.map(|leaf| cut(leaf, NAME_MAX));
    match leaf {
        None => path,
        Some(leaf) if path.is_empty() || path == leaf => leaf,
        Some(leaf) if path.ends_with(&format!(".{leaf}")) => path,
        Some(leaf) => format!("{path}.{leaf}"),
    }
}

/// Lists what stands between backquotes.
fn quoted(words: &str) -> String {
    let names: Vec<&str> = words.split('`').skip(1).step_by(2).collect();
    cut(&names.join(", "), WORDS_MAX)
}

/// Names the type serde expected as JSON Schema does.
fn type_in(expected: &str) -> Option<&'static str> {
    let words = expected.split(" at line ").next().unwrap_or_default();
    Some(match words {
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

/// Says what is wrong with a tool's argument. What has no sentence of its own keeps the engine's words in
/// `detail`.
#[must_use]
pub fn of_schema(error: &ValidationError<'_>) -> FieldFault {
    let path = dotted(&error.instance_path().to_string());
    let limit = |key, limit: &dyn ToString| field(&path, key, &[("limit", &limit.to_string())]);
    match error.kind() {
        Kind::Required { property } => field(&join(&path, property.as_str()), keys::FIELD_MISSING, &[]),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            field(&join(&path, unexpected.first().map(String::as_str)), keys::FIELD_UNKNOWN, &[])
        }
        Kind::Type { kind } => field(&path, keys::FIELD_KIND, &[("kind", &type_of(kind))]),
        Kind::Enum { options } => {
            let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
            field(&path, keys::FIELD_CHOICE, &[("options", &listed(options))])
        }
        Kind::Constant { expected_value } => {
            field(&path, keys::FIELD_CHOICE, &[("options", &listed(std::slice::from_ref(expected_value)))])
        }
        Kind::MinLength { limit: least } => limit(keys::FIELD_SHORT, least),
        Kind::MaxLength { limit: most } => limit(keys::FIELD_LONG, most),
        Kind::MinItems { limit: least } => limit(keys::FIELD_FEW, least),
        Kind::MaxItems { limit: most } => limit(keys::FIELD_MANY, most),
        Kind::Minimum { limit: least } => limit(keys::FIELD_LOW, least),
        Kind::Maximum { limit: most } => limit(keys::FIELD_HIGH, most),
        Kind::ExclusiveMinimum { limit: bound } => limit(keys::FIELD_ABOVE, bound),
        Kind::ExclusiveMaximum { limit: bound } => limit(keys::FIELD_BELOW, bound),
        _ => field(&path, keys::FAULT_FIELD, &[("detail", &cut(&error.to_string(), WORDS_MAX))]),
    }
}

/// Writes a JSON pointer (RFC 6901) as clients write paths: `filters.units[0]`.
fn dotted(pointer: &str) -> String {
    let mut path = String::new();
    for segment in pointer.split('/').skip(1) {
        let name = segment.replace("~1", "/").replace("~0", "~");
        if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str(&format!("[{name}]"));
        } else {
            path = if path.is_empty() { name } else { format!("{path}.{name}") };
        }
    }
    cut(&path, PATH_MAX)
}

/// Names the one type a value may have; `other` when it may have several.
fn type_of(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(single) => single.to_string(),
        TypeKind::Multiple(_) => "other".to_owned(),
    }
}

fn listed(options: &[Value]) -> String {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    cut(&options.iter().map(word).collect::<Vec<_>>().join(", "), WORDS_MAX)
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use penny_types::dashboards::Period;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only reading it matters")]
    struct Wanted {
        period: Period,
        inner: Option<Inner>,
        list: Option<Vec<u32>>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only reading it matters")]
    struct Inner {
        text: String,
    }

    #[test]
    fn what_serde_says_becomes_a_sentence_about_a_field() {
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
            let wrong = read::<Wanted>(&value).unwrap_err();
            let told = wrong.args.values().next().map(String::as_str);
            assert_eq!((wrong.field.as_str(), wrong.message_key.as_str(), told), (path, key, arg), "{value}");
        }
    }

    #[test]
    fn what_breaks_a_schema_becomes_a_sentence_about_a_field() {
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
            let wrong = of_schema(&schema.iter_errors(&value).next().unwrap());
            let told = wrong.args.values().next().map(String::as_str);
            assert_eq!((wrong.field.as_str(), wrong.message_key.as_str(), told), (path, key, arg), "{value}");
        }
        let missing = of_schema(&schema.iter_errors(&json!({})).next().unwrap());
        assert_eq!((missing.field.as_str(), missing.message_key.as_str()), ("word", keys::FIELD_MISSING));
    }
}
