//! OpenAI's chat completions.

use super::{
    answer::{Asked, Step},
    server::Answer,
};
use serde_json::{Value, json};

/// Writes the events of a streamed answer, one a step, and those that end it.
pub(super) struct Events<'a> {
    model: &'a str,
    has_usage: bool,
    /// What every token's event begins with, written once: under load nothing else costs as much.
    head: String,
}

impl<'a> Events<'a> {
    pub(super) fn new(model: &'a str, has_usage: bool) -> Self {
        let model_text = Value::from(model);
        let head = format!(
            r#"data: {{"id":"mock","object":"chat.completion.chunk","created":0,"model":{model_text},"choices":[{{"index":0,"delta":{{"#
        );
        Self { model, has_usage, head }
    }

    pub(super) fn first(&self) -> String {
        self.chunk(&json!({ "role": "assistant", "content": "" }), None)
    }

    pub(super) fn step(&self, step: &Step, position: usize) -> String {
        match step {
            Step::Thought(words) => self.words("reasoning_content", words),
            Step::Token(words) => self.words("content", words),
            Step::Call(number, call) => self.chunk(
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

    /// Writes words that need no escaping: all that scripts say.
    fn words(&self, field: &str, words: &str) -> String {
        let head = &self.head;
        format!("{head}\"{field}\":\"{words}\"}},\"finish_reason\":null}}]}}\n\n")
    }

    pub(super) fn last(&self, answer: &Answer, asked: &Asked) -> String {
        let mut events = self.chunk(&json!({}), Some(reason(answer)));
        if self.has_usage {
            let chunk = json!({ "id": "mock", "object": "chat.completion.chunk", "created": 0, "model": self.model,
                "choices": [], "usage": usage(answer, asked) });
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

/// Writes an answer that does not stream.
pub(super) fn whole(model: &str, answer: &Answer, asked: &Asked) -> Value {
    let calls: Vec<Value> = answer
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Call(number, call) => Some(json!({
                "id": format!("call_mock_{number}"),
                "type": "function",
                "function": { "name": call.name, "arguments": call.arguments.to_string() },
            })),
            _ => None,
        })
        .collect();
    let mut message = json!({ "role": "assistant", "content": answer.words(), "refusal": null });
    if let (false, Some(fields)) = (calls.is_empty(), message.as_object_mut()) {
        fields.insert("tool_calls".to_owned(), calls.into());
    }
    json!({
        "id": "mock",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{ "index": 0, "message": message, "logprobs": null, "finish_reason": reason(answer) }],
        "usage": usage(answer, asked),
    })
}

fn reason(answer: &Answer) -> &'static str {
    if answer.has_calls() {
        "tool_calls"
    } else if answer.is_cut {
        "length"
    } else {
        "stop"
    }
}

fn usage(answer: &Answer, asked: &Asked) -> Value {
    let (said, thought) = (answer.steps.len(), answer.thoughts());
    json!({
        "prompt_tokens": asked.words,
        "completion_tokens": said,
        "total_tokens": asked.words + said,
        "prompt_tokens_details": { "cached_tokens": 0 },
        "completion_tokens_details": { "reasoning_tokens": thought },
    })
}

/// Writes an error as the vendor does.
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
