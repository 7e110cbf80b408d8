//! OpenAI's chat completions format, including the variations of compatible vendors.

mod chunk;
mod request;

pub(crate) use request::{MaxTokensField, RequestStyle, body, tool_definition};

use super::{StreamDecoder, sse::SseDecoder, stream_failed, tool_calls::ToolCallAssembler};
use crate::errors::VendorError;
use chunk::{ChatChunk, ChatDelta};
use penny_ports::models::{FinishReason, ModelError, ModelEvent};
use penny_types::models::UsageView;

/// Decodes a streamed response.
#[derive(Debug)]
pub(crate) struct ChatDecoder {
    events: SseDecoder,
    response: ChatResponse,
}

/// The state of the response so far.
#[derive(Debug)]
struct ChatResponse {
    calls: ToolCallAssembler,
    usage: Option<UsageView>,
    reason: Option<FinishReason>,
    is_done: bool,
}

impl ChatDecoder {
    /// Creates a decoder; `earlier_calls` is the number of tool calls that the conversation already has.
    pub(crate) fn new(earlier_calls: usize) -> Self {
        let response = ChatResponse {
            calls: ToolCallAssembler::new(earlier_calls),
            usage: None,
            reason: None,
            is_done: false,
        };
        Self { events: SseDecoder::new(), response }
    }

    /// Decodes a response that was received as one JSON document, or an event stream with the content
    /// type `application/json`.
    pub(crate) fn decode_document(
        &mut self,
        body: &str,
        out: &mut Vec<ModelEvent>,
    ) -> Result<(), ModelError> {
        if ["data:", "event:", ":"].iter().any(|start| body.trim_start().starts_with(start)) {
            self.push(body.as_bytes(), out)?;
            return self.end(out);
        }
        self.response.decode_event(body, out)?;
        self.response.finish(out)
    }
}

impl StreamDecoder for ChatDecoder {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        self.events.push(bytes, |data| self.response.decode_event(data, out))
    }

    fn end(&mut self, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        // After the finish reason, an incomplete event can only lose the usage: ignore it.
        match self.events.end(|data| self.response.decode_event(data, out)) {
            Err(error) if self.response.reason.is_none() => return Err(error),
            _ => {}
        }
        self.response.finish(out)
    }
}

impl ChatResponse {
    /// Decodes the data of one event.
    fn decode_event(&mut self, data: &str, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        let data = data.trim();
        if self.is_done || data.is_empty() {
            return Ok(());
        }
        if data == "[DONE]" {
            // Some vendors send no finish reason, only the end marker.
            self.reason.get_or_insert(FinishReason::Stop);
            return self.finish(out);
        }
        let chunk: ChatChunk = serde_json::from_str(data).map_err(|error| {
            stream_failed(format!("an event of {} bytes is not a chunk: {error}", data.len()))
        })?;
        if chunk.is_error() {
            return Err(VendorError::parse(data).classify(None, None));
        }
        if let Some(usage) = chunk.usage() {
            self.push_usage(usage, out);
        }
        for choice in
            chunk.choices.unwrap_or_default().into_iter().filter(|choice| choice.index.unwrap_or(0) == 0)
        {
            if let Some(delta) = choice.delta.or(choice.message) {
                self.push_delta(&delta, out)?;
            }
            match choice.finish_reason.as_deref() {
                None | Some("") => {}
                Some(reason) => self.set_finish_reason(reason, out)?,
            }
        }
        Ok(())
    }

    fn push_delta(&mut self, delta: &ChatDelta, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        let (mut reasoning, mut text) = (delta.reasoning(), String::new());
        if let Some(content) = &delta.content {
            content.append_to(&mut text, &mut reasoning);
        }
        text.push_str(delta.refusal.as_deref().unwrap_or_default());
        if !reasoning.is_empty() {
            out.push(ModelEvent::Reasoning(reasoning));
        }
        if !text.is_empty() {
            out.push(ModelEvent::Text(text));
        }
        delta.tool_calls.iter().flatten().try_for_each(|call| {
            let arguments = call.arguments();
            self.calls.add(&call.as_fragment(&arguments))
        })
    }

    /// Records the finish reason and emits the tool calls, which are complete now; usage may follow.
    fn set_finish_reason(&mut self, text: &str, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        let has_calls = !self.calls.is_empty();
        out.extend(self.calls.take().into_iter().map(ModelEvent::ToolCall));
        let reason = match text.to_ascii_lowercase().as_str() {
            "tool_calls" | "function_call" | "tool_use" => FinishReason::ToolCalls,
            "length" | "max_tokens" | "model_length" => FinishReason::Length,
            "content_filter" | "safety" => FinishReason::Filtered,
            "error" | "abort" => {
                return Err(stream_failed(format!("the vendor ended the response with {text}")));
            }
            "insufficient_system_resource" => {
                return Err(ModelError::Unavailable { detail: text.to_owned() });
            }
            // Some vendors send "stop" although the response has tool calls.
            _ if has_calls => FinishReason::ToolCalls,
            _ => FinishReason::Stop,
        };
        // A later reason does not replace `ToolCalls`: the calls have been emitted.
        if self.reason != Some(FinishReason::ToolCalls) {
            self.reason = Some(reason);
        }
        Ok(())
    }

    fn push_usage(&mut self, usage: UsageView, out: &mut Vec<ModelEvent>) {
        if self.usage != Some(usage) {
            self.usage = Some(usage);
            out.push(ModelEvent::Usage(usage));
        }
    }

    fn finish(&mut self, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        if std::mem::replace(&mut self.is_done, true) {
            return Ok(());
        }
        let Some(mut reason) = self.reason else {
            return Err(stream_failed("the body ended before the response was complete"));
        };
        if !self.calls.is_empty() {
            out.extend(self.calls.take().into_iter().map(ModelEvent::ToolCall));
            reason = FinishReason::ToolCalls;
        }
        out.push(ModelEvent::Finished(reason));
        Ok(())
    }
}
