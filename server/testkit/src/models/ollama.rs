//! Response format of Ollama's `/api/chat`.

use super::{
    response::{RequestSummary, ScriptedStep},
    server::ScriptedResponse,
};
use serde_json::{Value, json};

const CREATED_AT: &str = "2026-01-01T00:00:00Z";

/// Formats one step as an NDJSON line.
pub(super) fn chunk(model: &str, step: &ScriptedStep) -> String {
    let message = match step {
        ScriptedStep::Reasoning(text) => json!({ "role": "assistant", "content": "", "thinking": text }),
        ScriptedStep::Token(text) => json!({ "role": "assistant", "content": text }),
        ScriptedStep::ToolCall(_, call) => json!({ "role": "assistant", "content": "", "tool_calls": [
            { "function": { "name": call.name, "arguments": call.arguments } },
        ] }),
    };
    line(&json!({ "model": model, "created_at": CREATED_AT, "message": message, "done": false }))
}

/// Formats the line that ends a stream.
pub(super) fn last_chunk(model: &str, response: &ScriptedResponse, request: &RequestSummary) -> String {
    line(&final_message(model, "", response, request))
}

/// Formats a response without streaming.
pub(super) fn completion(model: &str, response: &ScriptedResponse, request: &RequestSummary) -> Value {
    let mut completion = final_message(model, &response.text(), response, request);
    let calls: Vec<Value> = response
        .steps
        .iter()
        .filter_map(|step| match step {
            ScriptedStep::ToolCall(_, call) => {
                Some(json!({ "function": { "name": call.name, "arguments": call.arguments } }))
            }
            _ => None,
        })
        .collect();
    if let (false, Some(Value::Object(message))) = (calls.is_empty(), completion.get_mut("message")) {
        message.insert("tool_calls".to_owned(), calls.into());
    }
    completion
}

fn final_message(model: &str, text: &str, response: &ScriptedResponse, request: &RequestSummary) -> Value {
    json!({
        "model": model,
        "created_at": CREATED_AT,
        "message": { "role": "assistant", "content": text },
        "done": true,
        "done_reason": if response.is_truncated { "length" } else { "stop" },
        "total_duration": 1,
        "prompt_eval_count": request.prompt_tokens,
        "eval_count": response.steps.len(),
    })
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}
