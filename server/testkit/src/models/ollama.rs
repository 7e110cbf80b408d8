//! Ollama's `/api/chat`.

use super::{
    answer::{Asked, Step},
    server::Answer,
};
use serde_json::{Value, json};

const CREATED_AT: &str = "2026-01-01T00:00:00Z";

/// Writes one step as a line.
pub(super) fn step(model: &str, step: &Step) -> String {
    let message = match step {
        Step::Thought(words) => json!({ "role": "assistant", "content": "", "thinking": words }),
        Step::Token(words) => json!({ "role": "assistant", "content": words }),
        Step::Call(_, call) => json!({ "role": "assistant", "content": "", "tool_calls": [
            { "function": { "name": call.name, "arguments": call.arguments } },
        ] }),
    };
    line(&json!({ "model": model, "created_at": CREATED_AT, "message": message, "done": false }))
}

/// Writes the line that ends an answer.
pub(super) fn last(model: &str, answer: &Answer, asked: &Asked) -> String {
    line(&ending(model, "", answer, asked))
}

/// Writes an answer that does not stream.
pub(super) fn whole(model: &str, answer: &Answer, asked: &Asked) -> Value {
    let mut whole = ending(model, &answer.words(), answer, asked);
    let calls: Vec<Value> = answer
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Call(_, call) => {
                Some(json!({ "function": { "name": call.name, "arguments": call.arguments } }))
            }
            _ => None,
        })
        .collect();
    if let (false, Some(Value::Object(message))) = (calls.is_empty(), whole.get_mut("message")) {
        message.insert("tool_calls".to_owned(), calls.into());
    }
    whole
}

fn ending(model: &str, words: &str, answer: &Answer, asked: &Asked) -> Value {
    json!({
        "model": model,
        "created_at": CREATED_AT,
        "message": { "role": "assistant", "content": words },
        "done": true,
        "done_reason": if answer.is_cut { "length" } else { "stop" },
        "total_duration": 1,
        "prompt_eval_count": asked.words,
        "eval_count": answer.steps.len(),
    })
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}
