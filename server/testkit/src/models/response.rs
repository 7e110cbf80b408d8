//! The steps of a scripted response: reasoning, tool calls and text.

use super::script::{ModelScript, ToolCallPlan};
use serde_json::{Map, Value, json};

/// Returns the text of a response of `tokens` tokens: `token 1 token 2 ...`.
#[must_use]
pub fn text(tokens: usize) -> String {
    (1..=tokens).map(token).collect()
}

/// Returns the reasoning of `tokens` tokens: `thought 1 thought 2 ...`.
#[must_use]
pub fn reasoning(tokens: usize) -> String {
    (1..=tokens).map(reasoning_token).collect()
}

pub(super) fn token(number: usize) -> String {
    format!("token {number} ")
}

fn reasoning_token(number: usize) -> String {
    format!("thought {number} ")
}

/// A tool call of a response.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ScriptedCall {
    pub(super) name: String,
    pub(super) arguments: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum ScriptedStep {
    Reasoning(String),
    Token(String),
    /// The call's number within the conversation, and the call.
    ToolCall(usize, ScriptedCall),
}

/// The parts of a request that a script depends on.
#[derive(Debug, Clone, Default)]
pub(super) struct RequestSummary {
    /// The offered tools: name and schema.
    pub(super) tools: Vec<(String, Value)>,
    pub(super) user_message: String,
    /// Whether a tool result follows the last user message.
    pub(super) has_results: bool,
    /// Number of tool calls in the request's messages.
    pub(super) previous_calls: usize,
    /// Number of words in all messages, reported as prompt tokens.
    pub(super) prompt_tokens: usize,
    pub(super) max_tokens: Option<usize>,
}

impl RequestSummary {
    /// Reads the fields that the OpenAI and the Ollama format share.
    pub(super) fn read(body: &Value) -> Self {
        let list = |key: &str| body.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let role =
            |message: &Value| message.get("role").and_then(Value::as_str).unwrap_or_default().to_owned();
        let words = |message: &Value| content(message).split_whitespace().count();
        let messages = list("messages");
        let last_user = messages.iter().rposition(|message| role(message) == "user");
        let since = messages.get(last_user.map_or(0, |index| index + 1)..).unwrap_or_default();
        let tools = list("tools").iter().filter_map(|tool| {
            let function = tool.get("function")?;
            let schema = function.get("parameters").cloned().unwrap_or_default();
            Some((function.get("name")?.as_str()?.to_owned(), schema))
        });
        let calls = messages.iter().filter_map(|message| message.get("tool_calls")?.as_array().map(Vec::len));
        Self {
            tools: tools.collect(),
            user_message: last_user.and_then(|index| messages.get(index)).map(content).unwrap_or_default(),
            has_results: since.iter().any(|message| role(message) == "tool"),
            previous_calls: calls.sum(),
            prompt_tokens: messages.iter().map(words).sum(),
            max_tokens: None,
        }
    }
}

fn content(message: &Value) -> String {
    match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        _ => String::new(),
    }
}

/// Returns the steps of the response: reasoning, then the planned tool calls, or text when there are none or
/// a tool result follows the last user message.
pub(super) fn steps(script: &ModelScript, request: &RequestSummary) -> Vec<ScriptedStep> {
    let reasoning = (1..=script.reasoning).map(|number| ScriptedStep::Reasoning(reasoning_token(number)));
    let calls = if request.has_results { Vec::new() } else { calls(&script.calls, request) };
    if calls.is_empty() {
        let len = request.max_tokens.map_or(script.len, |limit| limit.min(script.len));
        reasoning.chain((1..=len).map(|number| ScriptedStep::Token(token(number)))).collect()
    } else {
        let calls =
            (request.previous_calls..).zip(calls).map(|(number, call)| ScriptedStep::ToolCall(number, call));
        reasoning.chain(calls).collect()
    }
}

fn calls(calls: &ToolCallPlan, request: &RequestSummary) -> Vec<ScriptedCall> {
    let named = |name: &str, arguments| vec![ScriptedCall { name: name.to_owned(), arguments }];
    match calls {
        ToolCallPlan::None => Vec::new(),
        ToolCallPlan::Offered(count) => {
            let offered =
                request.tools.iter().cycle().take(if request.tools.is_empty() { 0 } else { *count });
            offered
                .map(|(name, schema)| ScriptedCall { name: name.clone(), arguments: sample(schema) })
                .collect()
        }
        ToolCallPlan::Named(name) => {
            let arguments =
                serde_json::from_str::<Value>(request.user_message.trim()).ok().filter(Value::is_object);
            let schema = request.tools.iter().find(|(offered, _)| offered == name).map(|(_, schema)| schema);
            named(name, arguments.unwrap_or_else(|| schema.map_or_else(|| json!({}), sample)))
        }
        ToolCallPlan::BadArguments => match request.tools.first() {
            Some((name, _)) => named(name, json!({ "bad": true })),
            None => Vec::new(),
        },
        ToolCallPlan::Unknown => named("no_such_tool", json!({})),
    }
}

/// Returns a small value that satisfies `schema`; supports the keywords that tool schemas use.
fn sample(schema: &Value) -> Value {
    let first = |key: &str| schema.get(key).and_then(|list| list.get(0)).cloned();
    if let Some(constant) = schema.get("const").cloned().or_else(|| first("enum")) {
        return constant;
    }
    if let Some(choice) = first("anyOf").or_else(|| first("oneOf")) {
        return sample(&choice);
    }
    let kind = schema.get("type").and_then(|kind| kind.as_str().or_else(|| kind.get(0)?.as_str()));
    match kind {
        Some("string") => json!("text"),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        Some("boolean") => json!(true),
        Some("array") => json!([]),
        Some("null") => Value::Null,
        _ => {
            let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            let properties = required.filter_map(Value::as_str).map(|name| {
                let property = schema.get("properties").and_then(|properties| properties.get(name));
                (name.to_owned(), property.map_or_else(|| json!("text"), sample))
            });
            Value::Object(properties.collect::<Map<_, _>>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_follow_the_schema() {
        let schema = json!({
            "type": "object",
            "required": ["period", "count", "tags"],
            "properties": {
                "period": { "type": "string", "enum": ["MTD", "QTD"] },
                "count": { "type": "integer", "minimum": 3 },
                "tags": { "type": "array", "items": { "type": "string" } },
                "id": { "type": "string" },
            },
        });
        assert_eq!(sample(&schema), json!({ "period": "MTD", "count": 3, "tags": [] }));
    }

    #[test]
    fn a_named_tool_gets_the_user_message_as_arguments() {
        let request =
            RequestSummary { user_message: r#" {"slug":"x"} "#.into(), ..RequestSummary::default() };
        let script = ModelScript::parse("mock-tool-load_dashboard").unwrap();
        let call = ScriptedCall { name: "load_dashboard".into(), arguments: json!({ "slug": "x" }) };
        assert_eq!(steps(&script, &request), [ScriptedStep::ToolCall(0, call)]);
        let answered = RequestSummary { has_results: true, ..request };
        assert_eq!(steps(&script, &answered).len(), 20);
    }
}
