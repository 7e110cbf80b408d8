//! Encoding of requests.

use crate::formats::openai_chat::tool_definition;
use penny_ports::models::{ModelMessage, ModelRequest, ToolRequest};
use serde_json::{Map, Value, json};

/// Encodes the request body. Ollama continues a final assistant message by itself, so the continuation
/// of an interrupted response needs no further prompt.
pub(crate) fn body(request: &ModelRequest) -> Value {
    let mut body = Map::new();
    body.insert("model".into(), request.model.as_str().into());
    let system = (!request.system.is_empty()).then(|| json!({ "role": "system", "content": request.system }));
    body.insert("messages".into(), system.into_iter().chain(request.messages.iter().map(message)).collect());
    body.insert("stream".into(), true.into());
    if !request.tools.is_empty() {
        body.insert("tools".into(), request.tools.iter().map(tool_definition).collect());
    }
    if let Some(max_tokens) = request.max_output_tokens {
        body.insert("options".into(), json!({ "num_predict": max_tokens }));
    }
    body.into()
}

fn message(message: &ModelMessage) -> Value {
    match message {
        ModelMessage::User { text } => json!({ "role": "user", "content": text }),
        ModelMessage::Assistant { text, tool_calls } if tool_calls.is_empty() => {
            json!({ "role": "assistant", "content": text })
        }
        ModelMessage::Assistant { text, tool_calls } => json!({
            "role": "assistant",
            "content": text,
            "tool_calls": tool_calls.iter().map(tool_call).collect::<Vec<_>>(),
        }),
        ModelMessage::Tool { name, content, is_error, .. } => {
            let content = if *is_error { format!("Error: {content}") } else { content.clone() };
            json!({ "role": "tool", "tool_name": name, "content": content })
        }
    }
}

/// Encodes a tool call. Ollama accepts only an object as arguments.
fn tool_call(call: &ToolRequest) -> Value {
    let arguments = serde_json::from_str::<Value>(&call.arguments).ok().filter(Value::is_object);
    json!({ "function": { "name": call.name, "arguments": arguments.unwrap_or_else(|| json!({})) } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use penny_ports::models::ToolSpec;
    use penny_types::Locale;

    #[test]
    fn a_conversation_with_tools_is_encoded() {
        let calls = vec![
            ToolRequest { id: "call_0".into(), name: "now".into(), arguments: r#"{"zone":"UTC"}"#.into() },
            ToolRequest { id: "call_1".into(), name: "now".into(), arguments: "not json".into() },
        ];
        let request = ModelRequest {
            model: "llama3.1".into(),
            system: "Be brief.".into(),
            messages: vec![
                ModelMessage::User { text: "What time is it?".into() },
                ModelMessage::Assistant { text: String::new(), tool_calls: calls },
                ModelMessage::Tool {
                    call_id: "call_0".into(),
                    name: "now".into(),
                    content: "noon".into(),
                    is_error: false,
                },
            ],
            tools: vec![ToolSpec {
                name: "now".into(),
                description: "Tells".into(),
                input_schema: json!({}),
            }],
            expected_artifacts: Vec::new(),
            max_output_tokens: Some(9),
            locale: Locale::En,
            is_continuation: false,
        };
        assert_eq!(
            body(&request),
            json!({
                "model": "llama3.1",
                "stream": true,
                "options": { "num_predict": 9 },
                "messages": [
                    { "role": "system", "content": "Be brief." },
                    { "role": "user", "content": "What time is it?" },
                    { "role": "assistant", "content": "", "tool_calls": [
                        { "function": { "name": "now", "arguments": { "zone": "UTC" } } },
                        { "function": { "name": "now", "arguments": {} } },
                    ] },
                    { "role": "tool", "tool_name": "now", "content": "noon" },
                ],
                "tools": [{ "type": "function", "function": {
                    "name": "now", "description": "Tells", "parameters": {},
                } }],
            })
        );
    }
}
