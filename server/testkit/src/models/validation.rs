//! Validation of requests, as strict as the vendors'.

use serde_json::{Value, json};
use std::{collections::HashSet, path::Path, sync::Arc};

/// Validates a chat completions request and returns the errors.
pub(super) fn chat(body: &Value) -> Vec<String> {
    let mut errors = common(body);
    let mut open_calls = HashSet::new();
    for (index, message) in messages(body).iter().enumerate() {
        match message.get("role").and_then(Value::as_str) {
            Some("system" | "developer" | "user") => {
                if !message.get("content").is_some_and(|content| content.is_string() || content.is_array()) {
                    errors.push(format!("messages[{index}].content is neither a string nor an array"));
                }
            }
            Some("assistant") => {
                let calls = message.get("tool_calls").and_then(Value::as_array);
                if calls.is_none() && !message.get("content").is_some_and(Value::is_string) {
                    errors.push(format!("messages[{index}] has neither content nor tool_calls"));
                }
                for call in calls.into_iter().flatten() {
                    let text = |pointer: &str| call.pointer(pointer).and_then(Value::as_str);
                    let (Some(id), Some("function"), Some(_), Some(_)) =
                        (text("/id"), text("/type"), text("/function/name"), text("/function/arguments"))
                    else {
                        errors.push(format!("messages[{index}].tool_calls contains an invalid call"));
                        continue;
                    };
                    open_calls.insert(id.to_owned());
                }
            }
            Some("tool") => {
                let id = message.get("tool_call_id").and_then(Value::as_str).unwrap_or_default();
                if !open_calls.remove(id) {
                    errors.push(format!("messages[{index}] answers an unknown tool call"));
                }
                if !message.get("content").is_some_and(Value::is_string) {
                    errors.push(format!("messages[{index}].content is missing"));
                }
            }
            role => errors.push(format!("messages[{index}].role is {role:?}")),
        }
        // Vendors require tool results directly after the calls.
        if !open_calls.is_empty()
            && matches!(message.get("role").and_then(Value::as_str), Some("user" | "system"))
        {
            errors.push(format!(
                "messages[{index}] comes before the results of {} tool calls",
                open_calls.len()
            ));
        }
    }
    if !open_calls.is_empty() {
        errors.push(format!("{} tool calls have no result", open_calls.len()));
    }
    errors
}

/// Validates a request to Ollama and returns the errors.
pub(super) fn ollama(body: &Value) -> Vec<String> {
    let mut errors = common(body);
    for (index, message) in messages(body).iter().enumerate() {
        if !message.get("content").is_some_and(Value::is_string) {
            errors.push(format!("messages[{index}].content is not a string"));
        }
        if !matches!(
            message.get("role").and_then(Value::as_str),
            Some("system" | "user" | "assistant" | "tool")
        ) {
            errors.push(format!("messages[{index}].role is unknown"));
        }
        let calls = message.get("tool_calls").and_then(Value::as_array);
        for call in calls.into_iter().flatten() {
            if !call.pointer("/function/arguments").is_some_and(Value::is_object) {
                errors.push(format!("messages[{index}].tool_calls has arguments that are not an object"));
            }
        }
    }
    errors
}

fn common(body: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    if !body.get("model").is_some_and(Value::is_string) {
        errors.push("model is missing".to_owned());
    }
    if messages(body).is_empty() {
        errors.push("messages is missing or empty".to_owned());
    }
    let tools = body.get("tools").and_then(Value::as_array);
    if tools.is_some_and(Vec::is_empty) {
        errors.push("tools is empty".to_owned());
    }
    for (index, tool) in tools.into_iter().flatten().enumerate() {
        let name = tool.pointer("/function/name").and_then(Value::as_str).unwrap_or_default();
        let is_named = (1..=64).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        if !is_named || tool.get("type") != Some(&json!("function")) {
            errors.push(format!("tools[{index}] is not a function with a valid name"));
        }
        if !tool.pointer("/function/parameters").is_some_and(Value::is_object) {
            errors.push(format!("tools[{index}].function.parameters is not an object"));
        }
    }
    errors
}

fn messages(body: &Value) -> &[Value] {
    body.get("messages").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The OpenAPI description that OpenAI publishes, to validate requests against.
#[derive(Debug, Clone)]
pub struct OpenAiSpec {
    chat: Arc<jsonschema::Validator>,
}

impl OpenAiSpec {
    /// Reads a description; `None` when the file does not exist.
    ///
    /// # Panics
    /// When the file is not a valid description.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test must fail when the description is invalid")]
    pub fn read(path: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(path).ok()?;
        let mut description: Value = serde_json::from_str(&text).expect("the description is not JSON");
        let mut components = take_field(&mut description, "components");
        rewrite_nullable(&mut components);
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$ref": "#/components/schemas/CreateChatCompletionRequest",
            "components": { "schemas": take_field(&mut components, "schemas") },
        });
        let chat = jsonschema::options()
            .should_validate_formats(false)
            .build(&schema)
            .expect("the description holds no usable schema");
        Some(Self { chat: Arc::new(chat) })
    }

    /// Validates a chat completions request and returns at most 10 errors.
    #[must_use]
    pub fn check_chat(&self, body: &Value) -> Vec<String> {
        self.chat
            .iter_errors(body)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .take(10)
            .collect()
    }
}

fn take_field(value: &mut Value, key: &str) -> Value {
    value.get_mut(key).map(Value::take).unwrap_or_default()
}

/// Rewrites `nullable: true` of OpenAPI 3.0, which the description uses although it declares version 3.1.
fn rewrite_nullable(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(rewrite_nullable);
            if fields.get("nullable") == Some(&Value::Bool(true)) {
                fields.remove("nullable");
                let original = Value::Object(std::mem::take(fields));
                *value = json!({ "anyOf": [original, { "type": "null" }] });
            }
        }
        Value::Array(items) => items.iter_mut().for_each(rewrite_nullable),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valid_request_passes_and_each_error_is_reported() {
        let valid = json!({ "model": "m", "messages": [
            { "role": "user", "content": "hi" },
            { "role": "assistant", "content": null, "tool_calls": [
                { "id": "a", "type": "function", "function": { "name": "now", "arguments": "{}" } },
            ] },
            { "role": "tool", "tool_call_id": "a", "content": "noon" },
        ] });
        assert_eq!(chat(&valid), Vec::<String>::new());
        for (pointer, value) in [
            ("/model", json!(null)),
            ("/messages", json!([])),
            ("/messages/0/role", json!("person")),
            ("/messages/0/content", json!(7)),
            ("/messages/1/tool_calls/0/function/arguments", json!({})),
            ("/messages/2/tool_call_id", json!("b")),
        ] {
            let mut invalid = valid.clone();
            *invalid.pointer_mut(pointer).unwrap() = value;
            assert!(!chat(&invalid).is_empty(), "{pointer}");
        }
    }
}
