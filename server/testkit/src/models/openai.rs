//! Response format of OpenAI's chat completions.

use super::{
    response::{RequestSummary, ScriptedStep},
    server::ScriptedResponse,
};
use serde_json::{Value, json};

/// Formats the server-sent events of a streamed response.
pub(super) struct EventWriter<'a> {
    model: &'a str,
    has_usage: bool,
    /// Common prefix of all text events, formatted once because formatting dominates the cost under load.
    prefix: String,
}

impl<'a> EventWriter<'a> {
    pub(super) fn new(model: &'a str, has_usage: bool) -> Self {
        let model_text = Value::from(model);
        let prefix = format!(
            r#"data: {{"id":"mock","object":"chat.completion.chunk","created":0,"model":{model_text},"choices":[{{"index":0,"delta":{{"#
        );
        Self { model, has_usage, prefix }
    }

    pub(super) fn first(&self) -> String {
        self.chunk(&json!({ "role": "assistant", "content": "" }), None)
    }

    pub(super) fn step(&self, step: &ScriptedStep, position: usize) -> String {
        match step {
            ScriptedStep::Reasoning(text) => self.text_event("reasoning_content", text),
            ScriptedStep::Token(text) => self.text_event("content", text),
            ScriptedStep::ToolCall(number, call) => self.chunk(
                &json!({ "tool_calls": [{
                    "index": position,
                    "id": format!("call_mock_{number}"),
                    "type": "function",
                    "function": { "name": call.name, "arguments": call.arguments.to_string() },
                }] }),
                None,
            ),
        }
    }

    /// Formats a text event without JSON escaping, which scripted text never needs.
    fn text_event(&self, field: &str, text: &str) -> String {
        let prefix = &self.prefix;
        format!("{prefix}\"{field}\":\"{text}\"}},\"finish_reason\":null}}]}}\n\n")
    }

    pub(super) fn last(&self, response: &ScriptedResponse, request: &RequestSummary) -> String {
        let mut events = self.chunk(&json!({}), Some(finish_reason(response)));
        if self.has_usage {
            let chunk = json!({ "id": "mock", "object": "chat.completion.chunk", "created": 0, "model": self.model,
                "choices": [], "usage": usage(response, request) });
            events.push_str(&event(&chunk));
        }
        events.push_str("data: [DONE]\n\n");
        events
    }

    fn chunk(&self, delta: &Value, finish_reason: Option<&str>) -> String {
        event(&json!({
            "id": "mock",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": self.model,
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish_reason }],
        }))
    }
}

fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}

/// Formats a response without streaming.
pub(super) fn completion(model: &str, response: &ScriptedResponse, request: &RequestSummary) -> Value {
    let calls: Vec<Value> = response
        .steps
        .iter()
        .filter_map(|step| match step {
            ScriptedStep::ToolCall(number, call) => Some(json!({
                "id": format!("call_mock_{number}"),
                "type": "function",
                "function": { "name": call.name, "arguments": call.arguments.to_string() },
            })),
            _ => None,
        })
        .collect();
    let mut message = json!({ "role": "assistant", "content": response.text(), "refusal": null });
    if let (false, Some(fields)) = (calls.is_empty(), message.as_object_mut()) {
        fields.insert("tool_calls".to_owned(), calls.into());
    }
    json!({
        "id": "mock",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{ "index": 0, "message": message, "logprobs": null, "finish_reason": finish_reason(response) }],
        "usage": usage(response, request),
    })
}

fn finish_reason(response: &ScriptedResponse) -> &'static str {
    if response.has_tool_calls() {
        "tool_calls"
    } else if response.is_truncated {
        "length"
    } else {
        "stop"
    }
}

fn usage(response: &ScriptedResponse, request: &RequestSummary) -> Value {
    let (completion_tokens, reasoning_tokens) = (response.steps.len(), response.reasoning_tokens());
    json!({
        "prompt_tokens": request.prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": request.prompt_tokens + completion_tokens,
        "prompt_tokens_details": { "cached_tokens": 0 },
        "completion_tokens_details": { "reasoning_tokens": reasoning_tokens },
    })
}

/// Formats an error response body.
pub(super) fn error(status: u16, message: &str) -> Value {
    let (kind, code) = match status {
        401 => ("invalid_request_error", "invalid_api_key"),
        402 => ("insufficient_quota", "insufficient_quota"),
        404 => ("invalid_request_error", "model_not_found"),
        413 => ("invalid_request_error", "context_length_exceeded"),
        429 => ("requests", "rate_limit_exceeded"),
        500.. => ("server_error", "server_error"),
        _ => ("invalid_request_error", "invalid_request"),
    };
    json!({ "error": { "message": message, "type": kind, "param": null, "code": code } })
}
