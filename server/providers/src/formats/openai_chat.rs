//! OpenAI's chat completions, as OpenAI and those who copy it stream them.

mod chunk;
mod request;

pub(crate) use request::{MaxTokensField, RequestStyle, body, tool};

use super::{Decoder, broken, sse::EventData, tool_calls::ToolCalls};
use crate::errors::VendorError;
use chunk::{Chunk, Delta};
use penny_ports::models::{FinishReason, ModelError, ModelEvent};
use penny_types::models::UsageView;

/// Decodes a streamed answer.
#[derive(Debug)]
pub(crate) struct ChatDecoder {
    events: EventData,
    answer: Answer,
}

/// What of the answer is known so far.
#[derive(Debug)]
struct Answer {
    calls: ToolCalls,
    usage: Option<UsageView>,
    reason: Option<FinishReason>,
    is_done: bool,
}

impl ChatDecoder {
    /// Makes a decoder; `earlier_calls` is how many tool calls the conversation has already.
    pub(crate) fn new(earlier_calls: usize) -> Self {
        let answer =
            Answer { calls: ToolCalls::new(earlier_calls), usage: None, reason: None, is_done: false };
        Self { events: EventData::new(), answer }
    }

    /// Decodes an answer that came as one document, from a vendor that does not stream; or a stream
    /// that its vendor called one.
    pub(crate) fn whole(&mut self, body: &str, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        if ["data:", "event:", ":"].iter().any(|start| body.trim_start().starts_with(start)) {
            self.push(body.as_bytes(), out)?;
            return self.end(out);
        }
        self.answer.take(body, out)?;
        self.answer.close(out)
    }
}

impl Decoder for ChatDecoder {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        self.events.push(bytes, |data| self.answer.take(data, out))
    }

    fn end(&mut self, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        // Once the model has said why it stopped, a cut in what follows costs the usage, not the answer.
        match self.events.end(|data| self.answer.take(data, out)) {
            Err(error) if self.answer.reason.is_none() => return Err(error),
            _ => {}
        }
        self.answer.close(out)
    }
}

impl Answer {
    /// Takes the data of one event.
    fn take(&mut self, data: &str, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        let data = data.trim();
        if self.is_done || data.is_empty() {
            return Ok(());
        }
        if data == "[DONE]" {
            // Without a reason, the marker is the only word on how it ended.
            self.reason.get_or_insert(FinishReason::Stop);
            return self.close(out);
        }
        let chunk: Chunk = serde_json::from_str(data)
            .map_err(|error| broken(format!("an event of {} bytes is not a chunk: {error}", data.len())))?;
        if chunk.is_error() {
            return Err(VendorError::read(data).classify(None, None));
        }
        if let Some(usage) = chunk.usage() {
            self.count(usage, out);
        }
        for choice in
            chunk.choices.unwrap_or_default().into_iter().filter(|choice| choice.index.unwrap_or(0) == 0)
        {
            if let Some(delta) = choice.delta.or(choice.message) {
                self.say(&delta, out)?;
            }
            match choice.finish_reason.as_deref() {
                None | Some("") => {}
                Some(word) => self.stop(word, out)?,
            }
        }
        Ok(())
    }

    fn say(&mut self, delta: &Delta, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        let (mut reasoning, mut text) = (delta.reasoning(), String::new());
        if let Some(content) = &delta.content {
            content.read(&mut text, &mut reasoning);
        }
        text.push_str(delta.refusal.as_deref().unwrap_or_default());
        if !reasoning.is_empty() {
            out.push(ModelEvent::Reasoning(reasoning));
        }
        if !text.is_empty() {
            out.push(ModelEvent::Text(text));
        }
        delta.tool_calls.iter().flatten().try_for_each(|piece| {
            let arguments = piece.arguments();
            self.calls.add(&piece.as_piece(&arguments))
        })
    }

    /// Hears why the model stopped. The calls are whole now; usage may still follow.
    fn stop(&mut self, word: &str, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        let has_calls = !self.calls.is_empty();
        out.extend(self.calls.take().into_iter().map(ModelEvent::ToolCall));
        let reason = match word.to_ascii_lowercase().as_str() {
            "tool_calls" | "function_call" | "tool_use" => FinishReason::ToolCalls,
            "length" | "max_tokens" | "model_length" => FinishReason::Length,
            "content_filter" | "safety" => FinishReason::Filtered,
            "error" | "abort" => return Err(broken(format!("the vendor ended the answer with {word}"))),
            "insufficient_system_resource" => {
                return Err(ModelError::Unavailable { detail: word.to_owned() });
            }
            // Some vendors say "stop" though they ask for tools.
            _ if has_calls => FinishReason::ToolCalls,
            _ => FinishReason::Stop,
        };
        // A word that comes after the calls were given out does not take them back.
        if self.reason != Some(FinishReason::ToolCalls) {
            self.reason = Some(reason);
        }
        Ok(())
    }

    fn count(&mut self, usage: UsageView, out: &mut Vec<ModelEvent>) {
        if self.usage != Some(usage) {
            self.usage = Some(usage);
            out.push(ModelEvent::Usage(usage));
        }
    }

    fn close(&mut self, out: &mut Vec<ModelEvent>) -> Result<(), ModelError> {
        if std::mem::replace(&mut self.is_done, true) {
            return Ok(());
        }
        let Some(mut reason) = self.reason else {
            return Err(broken("the body ended before the answer did"));
        };
        if !self.calls.is_empty() {
            out.extend(self.calls.take().into_iter().map(ModelEvent::ToolCall));
            reason = FinishReason::ToolCalls;
        }
        out.push(ModelEvent::Finished(reason));
        Ok(())
    }
}
