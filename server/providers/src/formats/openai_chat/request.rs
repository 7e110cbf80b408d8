//! How a request is written.

use penny_ports::models::{ModelMessage, ModelRequest, ToolRequest, ToolSpec};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What vendors call the most a model may say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MaxTokensField {
    /// What everyone took over from OpenAI.
    #[default]
    MaxTokens,
    /// What OpenAI's newer models insist on.
    MaxCompletionTokens,
}

/// In what a vendor's requests differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestStyle {
    pub(crate) max_tokens_field: MaxTokensField,
    /// Whether `stream_options` is understood rather than refused.
    pub(crate) has_stream_options: bool,
}

/// Writes the request's body.
pub(crate) fn body(request: &ModelRequest, style: RequestStyle) -> Value {
    let mut body = Map::new();
    body.insert("model".into(), request.model.as_str().into());
    body.insert("messages".into(), messages(request).into());
    body.insert("stream".into(), true.into());
    if style.has_stream_options {
        body.insert("stream_options".into(), json!({ "include_usage": true }));
    }
    if !request.tools.is_empty() {
        body.insert("tools".into(), request.tools.iter().map(tool).collect());
    }
    if let Some(most) = request.max_output_tokens {
        let field = match style.max_tokens_field {
            MaxTokensField::MaxTokens => "max_tokens",
            MaxTokensField::MaxCompletionTokens => "max_completion_tokens",
        };
        body.insert(field.into(), most.into());
    }
    body.into()
}

/// Asks to go on with an answer that broke off. Vendors differ in what they make of a last message
/// of their own; all of them understand a plain request.
const GO_ON: &str = "Your last message broke off. Continue it exactly where it stops, in the same language. \
    Do not repeat anything of it and do not comment on the interruption.";

fn messages(request: &ModelRequest) -> Vec<Value> {
    let system = (!request.system.is_empty()).then(|| json!({ "role": "system", "content": request.system }));
    let go_on = request.continues.then(|| json!({ "role": "user", "content": GO_ON }));
    system.into_iter().chain(request.messages.iter().map(message)).chain(go_on).collect()
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
            "tool_calls": tool_calls.iter().map(call).collect::<Vec<_>>(),
        }),
        ModelMessage::Tool { call_id, content, is_error, .. } => {
            let content = if *is_error { format!("Error: {content}") } else { content.clone() };
            json!({ "role": "tool", "tool_call_id": call_id, "content": content })
        }
    }
}

fn call(call: &ToolRequest) -> Value {
    json!({
        "id": call.id,
        "type": "function",
        "function": { "name": call.name, "arguments": call.arguments },
    })
}

/// Writes a tool as both this format and Ollama's take it.
pub(crate) fn tool(tool: &ToolSpec) -> Value {
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
    fn a_conversation_with_tools_is_written_whole() {
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
            artifacts_expected: Vec::new(),
            max_output_tokens: Some(9),
            locale: Locale::En,
            continues: false,
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
    fn what_a_vendor_does_not_understand_is_left_out() {
        let request = ModelRequest {
            model: "m".into(),
            system: String::new(),
            messages: Vec::new(),
            tools: Vec::new(),
            artifacts_expected: Vec::new(),
            max_output_tokens: Some(9),
            locale: Locale::En,
            continues: false,
        };
        let style =
            RequestStyle { max_tokens_field: MaxTokensField::MaxCompletionTokens, has_stream_options: false };
        let expected = json!({ "model": "m", "messages": [], "stream": true, "max_completion_tokens": 9 });
        assert_eq!(body(&request, style), expected);
    }

    #[test]
    fn an_answer_that_broke_off_is_asked_to_go_on() {
        let request = ModelRequest {
            model: "m".into(),
            system: String::new(),
            messages: vec![ModelMessage::Assistant { text: "Once upon".into(), tool_calls: Vec::new() }],
            tools: Vec::new(),
            artifacts_expected: Vec::new(),
            max_output_tokens: None,
            locale: Locale::En,
            continues: true,
        };
        let written = body(&request, STYLE);
        assert_eq!(written.pointer("/messages/0/role"), Some(&json!("assistant")));
        assert_eq!(written.pointer("/messages/1"), Some(&json!({ "role": "user", "content": GO_ON })));
    }
}
