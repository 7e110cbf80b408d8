//! Encoding of requests.

use penny_ports::models::{ModelMessage, ModelRequest, ToolRequest, ToolSpec};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The name of the request field that limits the length of the response.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MaxTokensField {
    /// `max_tokens`, which most compatible vendors accept.
    #[default]
    MaxTokens,
    /// `max_completion_tokens`, which newer OpenAI models require.
    MaxCompletionTokens,
}

/// The differences between the requests of vendors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestStyle {
    pub(crate) max_tokens_field: MaxTokensField,
    /// Whether the vendor accepts `stream_options`.
    pub(crate) has_stream_options: bool,
}

/// Encodes the request body.
pub(crate) fn body(request: &ModelRequest, style: RequestStyle) -> Value {
    let mut body = Map::new();
    body.insert("model".into(), request.model.as_str().into());
    body.insert("messages".into(), messages(request).into());
    body.insert("stream".into(), true.into());
    if style.has_stream_options {
        body.insert("stream_options".into(), json!({ "include_usage": true }));
    }
    if !request.tools.is_empty() {
        body.insert("tools".into(), request.tools.iter().map(tool_definition).collect());
    }
    if let Some(max_tokens) = request.max_output_tokens {
        let field = match style.max_tokens_field {
            MaxTokensField::MaxTokens => "max_tokens",
            MaxTokensField::MaxCompletionTokens => "max_completion_tokens",
        };
        body.insert(field.into(), max_tokens.into());
    }
    body.into()
}

/// Requests the continuation of an interrupted response. Vendors treat a final assistant message in
/// different ways, but all of them follow an explicit user message.
const CONTINUE_PROMPT: &str = "Your last message broke off. Continue it exactly where it stops, in the same language. \
    Do not repeat anything of it and do not comment on the interruption.";

fn messages(request: &ModelRequest) -> Vec<Value> {
    let system = (!request.system.is_empty()).then(|| json!({ "role": "system", "content": request.system }));
    let continuation = request.is_continuation.then(|| json!({ "role": "user", "content": CONTINUE_PROMPT }));
    system.into_iter().chain(request.messages.iter().map(message)).chain(continuation).collect()
}

fn message(message: &ModelMessage) -> Value {
    match message {
        ModelMessage::User { text } => json!({ "role": "user", "content": text }),
        ModelMessage::Assistant { text, tool_calls } if tool_calls.is_empty() => {
            json!({ "role": "assistant", "content": text })
        }
        ModelMessage::Assistant { text, tool_calls } => json!({
            "role": "assistant",
            "content": (!text.is_empty()).then_some(text),
            "tool_calls": tool_calls.iter().map(tool_call).collect::<Vec<_>>(),
        }),
        ModelMessage::Tool { call_id, content, is_error, .. } => {
            let content = if *is_error { format!("Error: {content}") } else { content.clone() };
            json!({ "role": "tool", "tool_call_id": call_id, "content": content })
        }
    }
}

fn tool_call(call: &ToolRequest) -> Value {
    json!({
        "id": call.id,
        "type": "function",
        "function": { "name": call.name, "arguments": call.arguments },
    })
}

/// Encodes a tool definition; Ollama uses the same format.
pub(crate) fn tool_definition(tool: &ToolSpec) -> Value {
    json!({
        "type": "function",
        "function": { "name": tool.name, "description": tool.description, "parameters": tool.input_schema },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use penny_types::Locale;

    const STYLE: RequestStyle =
        RequestStyle { max_tokens_field: MaxTokensField::MaxTokens, has_stream_options: true };

    #[test]
    fn a_conversation_with_tools_is_encoded() {
        let call = ToolRequest { id: "a1".into(), name: "now".into(), arguments: "{}".into() };
        let request = ModelRequest {
            model: "m".into(),
            system: "Be brief.".into(),
            messages: vec![
                ModelMessage::User { text: "What time is it?".into() },
                ModelMessage::Assistant { text: String::new(), tool_calls: vec![call] },
                ModelMessage::Tool {
                    call_id: "a1".into(),
                    name: "now".into(),
                    content: "noon".into(),
                    is_error: true,
                },
                ModelMessage::Assistant { text: "Noon.".into(), tool_calls: Vec::new() },
            ],
            tools: vec![ToolSpec {
                name: "now".into(),
                description: "Tells the time".into(),
                input_schema: json!({ "type": "object" }),
            }],
            expected_artifacts: Vec::new(),
            max_output_tokens: Some(9),
            locale: Locale::En,
            is_continuation: false,
        };
        assert_eq!(
            body(&request, STYLE),
            json!({
                "model": "m",
                "stream": true,
                "stream_options": { "include_usage": true },
                "max_tokens": 9,
                "messages": [
                    { "role": "system", "content": "Be brief." },
                    { "role": "user", "content": "What time is it?" },
                    { "role": "assistant", "content": null, "tool_calls": [
                        { "id": "a1", "type": "function", "function": { "name": "now", "arguments": "{}" } },
                    ] },
                    { "role": "tool", "tool_call_id": "a1", "content": "Error: noon" },
                    { "role": "assistant", "content": "Noon." },
                ],
                "tools": [{ "type": "function", "function": {
                    "name": "now", "description": "Tells the time", "parameters": { "type": "object" },
                } }],
            })
        );
    }

    #[test]
    fn fields_that_a_vendor_does_not_accept_are_omitted() {
        let request = ModelRequest {
            model: "m".into(),
            system: String::new(),
            messages: Vec::new(),
            tools: Vec::new(),
            expected_artifacts: Vec::new(),
            max_output_tokens: Some(9),
            locale: Locale::En,
            is_continuation: false,
        };
        let style =
            RequestStyle { max_tokens_field: MaxTokensField::MaxCompletionTokens, has_stream_options: false };
        let expected = json!({ "model": "m", "messages": [], "stream": true, "max_completion_tokens": 9 });
        assert_eq!(body(&request, style), expected);
    }

    #[test]
    fn an_interrupted_response_gets_a_continuation_prompt() {
        let request = ModelRequest {
            model: "m".into(),
            system: String::new(),
            messages: vec![ModelMessage::Assistant { text: "Once upon".into(), tool_calls: Vec::new() }],
            tools: Vec::new(),
            expected_artifacts: Vec::new(),
            max_output_tokens: None,
            locale: Locale::En,
            is_continuation: true,
        };
        let encoded = body(&request, STYLE);
        assert_eq!(encoded.pointer("/messages/0/role"), Some(&json!("assistant")));
        assert_eq!(
            encoded.pointer("/messages/1"),
            Some(&json!({ "role": "user", "content": CONTINUE_PROMPT }))
        );
    }
}
