//! Refuses what a vendor would refuse.

use serde_json::{Value, json};
use std::{collections::HashSet, path::Path, sync::Arc};

/// Checks a chat completions request by hand; the words say what is wrong.
pub(super) fn chat(body: &Value) -> Vec<String> {
    let mut wrong = common(body);
    let mut called = HashSet::new();
    for (at, message) in messages(body).iter().enumerate() {
        match message.get("role").and_then(Value::as_str) {
            Some("system" | "developer" | "user") => {
                if !message.get("content").is_some_and(|content| content.is_string() || content.is_array()) {
                    wrong.push(format!("messages[{at}].content is neither text nor parts"));
                }
            }
            Some("assistant") => {
                let calls = message.get("tool_calls").and_then(Value::as_array);
                if calls.is_none() && !message.get("content").is_some_and(Value::is_string) {
                    wrong.push(format!("messages[{at}] has neither content nor tool_calls"));
                }
                for call in calls.into_iter().flatten() {
                    let text = |pointer: &str| call.pointer(pointer).and_then(Value::as_str);
                    let (Some(id), Some("function"), Some(_), Some(_)) =
                        (text("/id"), text("/type"), text("/function/name"), text("/function/arguments"))
                    else {
                        wrong.push(format!("messages[{at}].tool_calls holds what is no call"));
                        continue;
                    };
                    called.insert(id.to_owned());
                }
            }
            Some("tool") => {
                let id = message.get("tool_call_id").and_then(Value::as_str).unwrap_or_default();
                if !called.remove(id) {
                    wrong.push(format!("messages[{at}] answers a tool call nobody made"));
                }
                if !message.get("content").is_some_and(Value::is_string) {
                    wrong.push(format!("messages[{at}].content is missing"));
                }
            }
            role => wrong.push(format!("messages[{at}].role is {role:?}")),
        }
        // Vendors insist that answers follow their calls at once.
        if !called.is_empty()
            && matches!(message.get("role").and_then(Value::as_str), Some("user" | "system"))
        {
            wrong.push(format!("messages[{at}] comes before the answers to {} tool calls", called.len()));
        }
    }
    if !called.is_empty() {
        wrong.push(format!("{} tool calls have no answer", called.len()));
    }
    wrong
}

/// Checks a request to Ollama by hand.
pub(super) fn ollama(body: &Value) -> Vec<String> {
    let mut wrong = common(body);
    for (at, message) in messages(body).iter().enumerate() {
        if !message.get("content").is_some_and(Value::is_string) {
            wrong.push(format!("messages[{at}].content is not text"));
        }
        if !matches!(
            message.get("role").and_then(Value::as_str),
            Some("system" | "user" | "assistant" | "tool")
        ) {
            wrong.push(format!("messages[{at}].role is unknown"));
        }
        let calls = message.get("tool_calls").and_then(Value::as_array);
        for call in calls.into_iter().flatten() {
            if !call.pointer("/function/arguments").is_some_and(Value::is_object) {
                wrong.push(format!("messages[{at}].tool_calls has arguments that are no object"));
            }
        }
    }
    wrong
}

fn common(body: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    if !body.get("model").is_some_and(Value::is_string) {
        wrong.push("model is missing".to_owned());
    }
    if messages(body).is_empty() {
        wrong.push("messages is missing or empty".to_owned());
    }
    let tools = body.get("tools").and_then(Value::as_array);
    if tools.is_some_and(Vec::is_empty) {
        wrong.push("tools is empty".to_owned());
    }
    for (at, tool) in tools.into_iter().flatten().enumerate() {
        let name = tool.pointer("/function/name").and_then(Value::as_str).unwrap_or_default();
        let is_named = (1..=64).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        if !is_named || tool.get("type") != Some(&json!("function")) {
            wrong.push(format!("tools[{at}] is not a function with a proper name"));
        }
        if !tool.pointer("/function/parameters").is_some_and(Value::is_object) {
            wrong.push(format!("tools[{at}].function.parameters is no schema"));
        }
    }
    wrong
}

fn messages(body: &Value) -> &[Value] {
    body.get("messages").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The vendor's own published description, to check requests against.
#[derive(Debug, Clone)]
pub struct OpenApi {
    chat: Arc<jsonschema::Validator>,
}

impl OpenApi {
    /// Reads a description; `None` when there is no such file.
    ///
    /// # Panics
    /// When the file is there and is not such a description.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test with a broken description must not pass")]
    pub fn read(path: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(path).ok()?;
        let mut description: Value = serde_json::from_str(&text).expect("the description is JSON");
        let mut components = taken(&mut description, "components");
        make_null_a_type(&mut components);
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$ref": "#/components/schemas/CreateChatCompletionRequest",
            "components": { "schemas": taken(&mut components, "schemas") },
        });
        let chat = jsonschema::options()
            .should_validate_formats(false)
            .build(&schema)
            .expect("the description holds a usable schema");
        Some(Self { chat: Arc::new(chat) })
    }

    /// Says what of a chat completions request the description does not allow.
    #[must_use]
    pub fn check_chat(&self, body: &Value) -> Vec<String> {
        self.chat
            .iter_errors(body)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .take(10)
            .collect()
    }
}

fn taken(value: &mut Value, key: &str) -> Value {
    value.get_mut(key).map(Value::take).unwrap_or_default()
}

/// Rewrites `nullable: true`, which the description uses though its version dropped it.
fn make_null_a_type(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(make_null_a_type);
            if fields.get("nullable") == Some(&Value::Bool(true)) {
                fields.remove("nullable");
                let original = Value::Object(std::mem::take(fields));
                *value = json!({ "anyOf": [original, { "type": "null" }] });
            }
        }
        Value::Array(items) => items.iter_mut().for_each(make_null_a_type),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_request_passes_and_each_fault_is_named() {
        let good = json!({ "model": "m", "messages": [
            { "role": "user", "content": "hi" },
            { "role": "assistant", "content": null, "tool_calls": [
                { "id": "a", "type": "function", "function": { "name": "now", "arguments": "{}" } },
            ] },
            { "role": "tool", "tool_call_id": "a", "content": "noon" },
        ] });
        assert_eq!(chat(&good), Vec::<String>::new());
        for (pointer, value) in [
            ("/model", json!(null)),
            ("/messages", json!([])),
            ("/messages/0/role", json!("person")),
            ("/messages/0/content", json!(7)),
            ("/messages/1/tool_calls/0/function/arguments", json!({})),
            ("/messages/2/tool_call_id", json!("b")),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(pointer).unwrap() = value;
            assert!(!chat(&bad).is_empty(), "{pointer}");
        }
    }
}
