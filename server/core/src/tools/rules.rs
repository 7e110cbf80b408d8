use crate::{json, misfit};
use penny_types::{FieldFault, tools::Effect};
use penny_words::keys;
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// How much of an answer stands in the conversation, in characters.
pub(super) const SHOWN: usize = 4_000;
/// The largest arguments, in bytes of JSON.
pub const ARGUMENTS_MAX: usize = 256 * 1024;
/// What the arguments are called where all of them are wrong.
const WHOLE: &str = "arguments";
const MINUTE: Duration = Duration::from_secs(60);

/// Says whether a name is one that every model provider accepts.
pub(super) fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// Says whether an effect needs a person's approval whatever the policy: what cannot be taken back does.
pub(super) const fn needs_approval(effect: Effect) -> bool {
    matches!(effect, Effect::Irreversible)
}

/// Reads a model's arguments: an empty text means none.
pub(super) fn parse(arguments: &str) -> Result<Value, FieldFault> {
    if arguments.len() > ARGUMENTS_MAX {
        let limit = ARGUMENTS_MAX.to_string();
        return Err(misfit::field(WHOLE, keys::FAULT_MESSAGE_TOO_LARGE, &[("max", &limit)]));
    }
    if arguments.trim().is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    json::bound(arguments.as_bytes()).map_err(|fault| FieldFault {
        field: WHOLE.to_owned(),
        message_key: fault.message_key,
        args: fault.args,
    })?;
    serde_json::from_str(arguments)
        .map_err(|error| misfit::field(WHOLE, keys::FIELD_NO_JSON, &[("detail", &error.to_string())]))
}

/// Gives what is wrong with the arguments as a whole their name.
pub(super) fn named(mut field: FieldFault) -> FieldFault {
    if field.field.is_empty() {
        WHOLE.clone_into(&mut field.field);
    }
    field
}

/// Takes the arguments out of a body that holds nothing else, unless `arguments` is what the tool itself
/// calls one of them.
pub(super) fn unwrapped(schema: &Value, mut body: Value) -> Value {
    let has_its_own = schema.get("properties").is_some_and(|fields| fields.get("arguments").is_some());
    let Some(fields) = body.as_object_mut().filter(|fields| fields.len() == 1 && !has_its_own) else {
        return body;
    };
    match fields.get_mut("arguments") {
        Some(inner) if inner.is_object() => inner.take(),
        _ => body,
    }
}

/// Writes JSON in the one way that survives a database, which may turn keys round and write a whole
/// number without its fraction.
pub(super) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            let fields: Vec<String> = fields
                .into_iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        Value::Number(number) if number.is_f64() => number.as_f64().unwrap_or_default().to_string(),
        other => other.to_string(),
    }
}

/// Counts the rows of the table that a value is, or has, as a chart does; none when there is no table.
pub(super) fn rows(value: &Value) -> usize {
    let table = value.get("table").unwrap_or(value);
    table.get("rows").and_then(Value::as_array).map_or(0, Vec::len)
}

/// Cuts an answer to what is shown in the conversation.
pub(super) fn shown(result: &str) -> String {
    match result.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", result.get(..end).unwrap_or_default()),
        None => result.to_owned(),
    }
}

/// Calls of one person within one minute.
#[derive(Debug)]
pub(super) struct Window {
    since: Instant,
    calls: u32,
}

impl Window {
    pub(super) const fn starting(now: Instant) -> Self {
        Self { since: now, calls: 0 }
    }

    pub(super) fn is_over(&self, now: Instant) -> bool {
        now.duration_since(self.since) >= MINUTE
    }

    /// Counts a call; returns the seconds to wait when there are none left.
    pub(super) fn count(&mut self, limit: u32, now: Instant) -> Option<u64> {
        if self.calls >= limit {
            return Some(MINUTE.saturating_sub(now.duration_since(self.since)).as_secs().max(1));
        }
        self.calls += 1;
        None
    }
}
