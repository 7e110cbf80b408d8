//! Ollama's `/api/chat`: a JSON object a line.

mod request;

pub(crate) use request::body;

use super::{Decoder, MAX_EVENT_BYTES, broken, lines::Lines, tool_calls::Piece, tool_calls::ToolCalls};
use crate::errors::VendorError;
use penny_ports::models::{FinishReason, ModelError, ModelEvent};
use penny_types::models::UsageView;
use serde::Deserialize;
use serde_json::Value;

/// Decodes a streamed answer.
#[derive(Debug)]
pub(crate) struct OllamaDecoder {
    lines: Lines,
    answer: Answer,
}

#[derive(Debug)]
struct Answer {
    calls: ToolCalls,
    has_calls: bool,
    is_done: bool,
}

#[derive(Debug, Deserialize)]
struct Line {
    #[serde(default)]
    message: Option<Message>,
    #[serde(default)]
    done: Option<bool>,
    #[serde(default)]
    done_reason: Option<String>,
    #[serde(default)]
    prompt_eval_count: Option<u64>,
    #[serde(default)]
    eval_count: Option<u64>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Message {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    thinking: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<Call>>,
}

#[derive(Debug, Deserialize)]
struct Call {
    #[serde(default)]
    id: Option<String>,
    function: Function,
}

#[derive(Debug, Deserialize)]
struct Function {
    name: String,
    #[serde(default)]
    arguments: Value,
}

impl OllamaDecoder {
    /// Makes a decoder; `earlier_calls` is how many tool calls the conversation has already.
    pub(crate) fn new(earlier_calls: usize) -> Self {
        let answer = Answer { calls: ToolCalls::new(earlier_calls), has_calls: false, is_done: false };
        Self { lines: Lines::new(MAX_EVENT_BYTES), answer }
    }
}

impl Decoder for OllamaDecoder {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        self.lines.push(bytes, |line| self.answer.take(line, out))
    }

    fn end(&mut self, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        if let Some(line) = self.lines.end() {
            self.answer.take(&line, out)?;
        }
        if self.answer.is_done { Ok(()) } else { Err(broken("the body ended before the answer did")) }
    }
}

impl Answer {
    fn take(&mut self, line: &str, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        if self.is_done || line.trim().is_empty() {
            return Ok(());
        }
        let read: Line = serde_json::from_str(line)
            .map_err(|error| broken(format!("a line of {} bytes is not a chunk: {error}", line.len())))?;
        if read.error.is_some() {
            return Err(VendorError::read(line).classify(None, None));
        }
        let is_done = read.done == Some(true);
        let usage = read.usage();
        if let Some(message) = read.message {
            self.say(message, out)?;
        }
        if is_done {
            self.is_done = true;
            out.push(ModelEvent::Usage(usage));
            out.push(ModelEvent::Finished(match read.done_reason.as_deref() {
                Some("length") => FinishReason::Length,
                _ if self.has_calls => FinishReason::ToolCalls,
                _ => FinishReason::Stop,
            }));
        }
        Ok(())
    }

    fn say(&mut self, message: Message, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        out.extend(message.thinking.filter(|words| !words.is_empty()).map(ModelEvent::Reasoning));
        out.extend(message.content.filter(|words| !words.is_empty()).map(ModelEvent::Text));
        // Each call comes whole.
        for call in message.tool_calls.unwrap_or_default() {
            let arguments = match call.function.arguments {
                Value::Null => String::new(),
                Value::String(text) => text,
                object => object.to_string(),
            };
            let name = Some(call.function.name.as_str());
            self.calls.add(&Piece { index: None, id: call.id.as_deref(), name, arguments: &arguments })?;
        }
        let calls = self.calls.take();
        self.has_calls |= !calls.is_empty();
        out.extend(calls.into_iter().map(ModelEvent::ToolCall));
        Ok(())
    }
}

impl Line {
    fn usage(&self) -> UsageView {
        UsageView {
            // Absent when the whole prompt came from the cache.
            input_tokens: self.prompt_eval_count.unwrap_or(0),
            output_tokens: self.eval_count.unwrap_or(0),
            ..UsageView::default()
        }
    }
}
