use penny_i18n::keys;
use penny_kernel::{json, validation};
use penny_types::{FieldFault, tools::Effect};
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// Characters of a result shown in the conversation.
pub(super) const PREVIEW_CHARS: usize = 4_000;
/// Maximum size of the arguments, in bytes of JSON.
pub const ARGUMENTS_MAX: usize = 256 * 1024;
/// Field name of errors that concern the arguments as a whole.
const ROOT_FIELD: &str = "arguments";
const MINUTE: Duration = Duration::from_secs(60);

/// Returns whether every model provider accepts a name.
pub(super) fn is_valid_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// Returns whether an effect always requires a user's approval.
pub(super) const fn needs_approval(effect: Effect) -> bool {
    matches!(effect, Effect::Irreversible)
}

/// Parses a model's arguments; an empty text means no arguments.
pub(super) fn parse(arguments: &str) -> Result<Value, FieldFault> {
    if arguments.len() > ARGUMENTS_MAX {
        let limit = ARGUMENTS_MAX.to_string();
        return Err(validation::field_fault(ROOT_FIELD, keys::FAULT_MESSAGE_TOO_LARGE, &[("max", &limit)]));
    }
    if arguments.trim().is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    json::check_limits(arguments.as_bytes()).map_err(|fault| FieldFault {
        field: ROOT_FIELD.to_owned(),
        message_key: fault.message_key,
        args: fault.args,
    })?;
    serde_json::from_str(arguments).map_err(|error| {
        validation::field_fault(ROOT_FIELD, keys::FIELD_NO_JSON, &[("detail", &error.to_string())])
    })
}

/// Sets the field name of an error that concerns the arguments as a whole.
pub(super) fn name_root_field(mut field: FieldFault) -> FieldFault {
    if field.field.is_empty() {
        ROOT_FIELD.clone_into(&mut field.field);
    }
    field
}

/// Unwraps `{"arguments": {...}}`, unless the tool has a property named `arguments`.
pub(super) fn unwrap_arguments(schema: &Value, mut body: Value) -> Value {
    let has_arguments_property =
        schema.get("properties").is_some_and(|fields| fields.get("arguments").is_some());
    let Some(fields) = body.as_object_mut().filter(|fields| fields.len() == 1 && !has_arguments_property)
    else {
        return body;
    };
    match fields.get_mut("arguments") {
        Some(inner) if inner.is_object() => inner.take(),
        _ => body,
    }
}

/// Serialises JSON canonically. Databases may reorder keys and drop the fraction of a whole number, so the
/// stored text cannot be hashed directly.
pub(super) fn canonical_json(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            let fields: Vec<String> = fields
                .into_iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical_json(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical_json).collect::<Vec<_>>().join(","))
        }
        Value::Number(number) if number.is_f64() => number.as_f64().unwrap_or_default().to_string(),
        other => other.to_string(),
    }
}

/// Counts the rows of a table, or of the table inside a chart; 0 when there is no table.
pub(super) fn count_rows(value: &Value) -> usize {
    let table = value.get("table").unwrap_or(value);
    table.get("rows").and_then(Value::as_array).map_or(0, Vec::len)
}

/// Truncates a result to the part shown in the conversation.
pub(super) fn preview(result: &str) -> String {
    match result.char_indices().nth(PREVIEW_CHARS) {
        Some((end, _)) => format!("{}…", result.get(..end).unwrap_or_default()),
        None => result.to_owned(),
    }
}

/// Number of calls by one principal within a fixed window of one minute.
#[derive(Debug)]
pub(super) struct RateWindow {
    since: Instant,
    calls: u32,
}

impl RateWindow {
    pub(super) const fn new(now: Instant) -> Self {
        Self { since: now, calls: 0 }
    }

    pub(super) fn is_expired(&self, now: Instant) -> bool {
        now.duration_since(self.since) >= MINUTE
    }

    /// Counts a call, or returns the seconds to wait when the limit is reached.
    pub(super) fn count(&mut self, limit: u32, now: Instant) -> Option<u64> {
        if self.calls >= limit {
            return Some(MINUTE.saturating_sub(now.duration_since(self.since)).as_secs().max(1));
        }
        self.calls += 1;
        None
    }
}
