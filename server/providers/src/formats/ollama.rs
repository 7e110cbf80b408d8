//! Ollama's `/api/chat` format: one JSON object per line.

mod request;

pub(crate) use request::body;

use super::{
    MAX_EVENT_BYTES, StreamDecoder, line_splitter::LineSplitter, stream_failed,
    tool_calls::ToolCallAssembler, tool_calls::ToolCallFragment,
};
use crate::errors::VendorError;
use penny_ports::models::{FinishReason, ModelError, ModelEvent};
use penny_types::models::UsageView;
use serde::Deserialize;
use serde_json::Value;

/// Decodes a streamed response.
#[derive(Debug)]
pub(crate) struct OllamaDecoder {
    lines: LineSplitter,
    response: OllamaResponse,
}

#[derive(Debug)]
struct OllamaResponse {
    calls: ToolCallAssembler,
    has_calls: bool,
    is_done: bool,
}

#[derive(Debug, Deserialize)]
struct OllamaChunk {
    #[serde(default)]
    message: Option<OllamaMessage>,
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
struct OllamaMessage {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    thinking: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<OllamaToolCall>>,
}

#[derive(Debug, Deserialize)]
struct OllamaToolCall {
    #[serde(default)]
    id: Option<String>,
    function: OllamaFunction,
}

#[derive(Debug, Deserialize)]
struct OllamaFunction {
    name: String,
    #[serde(default)]
    arguments: Value,
}

impl OllamaDecoder {
    /// Creates a decoder; `earlier_calls` is the number of tool calls that the conversation already has.
    pub(crate) fn new(earlier_calls: usize) -> Self {
        let response =
            OllamaResponse { calls: ToolCallAssembler::new(earlier_calls), has_calls: false, is_done: false };
        Self { lines: LineSplitter::new(MAX_EVENT_BYTES), response }
    }
}

impl StreamDecoder for OllamaDecoder {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        self.lines.push(bytes, |line| self.response.decode_line(line, out))
    }

    fn end(&mut self, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        if let Some(line) = self.lines.end() {
            self.response.decode_line(&line, out)?;
        }
        if self.response.is_done {
            Ok(())
        } else {
            Err(stream_failed("the body ended before the response was complete"))
        }
    }
}

impl OllamaResponse {
    fn decode_line(&mut self, line: &str, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        if self.is_done || line.trim().is_empty() {
            return Ok(());
        }
        let chunk: OllamaChunk = serde_json::from_str(line).map_err(|error| {
            stream_failed(format!("a line of {} bytes is not a chunk: {error}", line.len()))
        })?;
        if chunk.error.is_some() {
            return Err(VendorError::parse(line).classify(None, None));
        }
        let is_done = chunk.done == Some(true);
        let usage = chunk.usage();
        if let Some(message) = chunk.message {
            self.push_message(message, out)?;
        }
        if is_done {
            self.is_done = true;
            out.push(ModelEvent::Usage(usage));
            out.push(ModelEvent::Finished(match chunk.done_reason.as_deref() {
                Some("length") => FinishReason::Length,
                _ if self.has_calls => FinishReason::ToolCalls,
                _ => FinishReason::Stop,
            }));
        }
        Ok(())
    }

    fn push_message(&mut self, message: OllamaMessage, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        out.extend(message.thinking.filter(|text| !text.is_empty()).map(ModelEvent::Reasoning));
        out.extend(message.content.filter(|text| !text.is_empty()).map(ModelEvent::Text));
        // Ollama sends each call in one piece.
        for call in message.tool_calls.unwrap_or_default() {
            let arguments = match call.function.arguments {
                Value::Null => String::new(),
                Value::String(text) => text,
                object => object.to_string(),
            };
            let name = Some(call.function.name.as_str());
            self.calls.add(&ToolCallFragment {
                index: None,
                id: call.id.as_deref(),
                name,
                arguments: &arguments,
            })?;
        }
        let calls = self.calls.take();
        self.has_calls |= !calls.is_empty();
        out.extend(calls.into_iter().map(ModelEvent::ToolCall));
        Ok(())
    }
}

impl OllamaChunk {
    fn usage(&self) -> UsageView {
        UsageView {
            // Absent when the whole prompt was cached.
            input_tokens: self.prompt_eval_count.unwrap_or(0),
            output_tokens: self.eval_count.unwrap_or(0),
            ..UsageView::default()
        }
    }
}
