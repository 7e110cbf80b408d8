//! The built-in demo model, which is not a language model and says so in its responses.
//!
//! It recognises questions in English and Spanish, calls tools for them, and renders their results with
//! prepared texts. Responses are deterministic. `abilities` defines the questions it can reply to.

mod abilities;
mod dashboard_summary;
mod kpi_summary;
mod language;
mod normalized_text;
mod question;
mod reply;
mod responder;
mod scope;
#[cfg(test)]
mod tests;
mod topics;

use async_stream::stream;
use async_trait::async_trait;
use futures::StreamExt;
use penny_i18n::{keys, text};
use penny_ports::models::{
    FinishReason, ModelError, ModelEvent, ModelListing, ModelMessage, ModelProvider, ModelRequest,
    ModelStream, ToolRequest,
};
use penny_types::{Locale, models::UsageView};
use responder::DemoResponse;
use std::time::Duration;

/// Name of the provider.
pub const PROVIDER: &str = penny_types::models::DEMO_PROVIDER;
/// Id of the model.
pub const MODEL: &str = "penny-demo";

/// Time between two words: about 60 words per second, faster than reading speed and visibly streamed.
const DEFAULT_WORD_INTERVAL: Duration = Duration::from_millis(16);

/// Responds with prepared texts and the results of tools.
#[derive(Debug, Clone)]
pub struct DemoModel {
    word_interval: Duration,
}

impl Default for DemoModel {
    fn default() -> Self {
        Self::new()
    }
}

impl DemoModel {
    /// Creates a demo model that streams about 60 words per second.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_word_interval(DEFAULT_WORD_INTERVAL)
    }

    /// Creates a demo model with the given time between two words.
    #[must_use]
    pub const fn with_word_interval(word_interval: Duration) -> Self {
        Self { word_interval }
    }
}

#[async_trait]
impl ModelProvider for DemoModel {
    fn name(&self) -> &str {
        PROVIDER
    }

    fn is_demo(&self) -> bool {
        true
    }

    async fn stream(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        if request.model != MODEL {
            return Err(ModelError::UnknownModel);
        }
        let response = responder::respond(&request);
        Ok(stream_response(response, &request, self.word_interval))
    }

    async fn list(&self) -> Result<Vec<ModelListing>, ModelError> {
        Ok(vec![ModelListing { id: MODEL.to_owned(), name: text(Locale::En, keys::DEMO_MODEL_NAME, &[]) }])
    }
}

/// Streams the text word by word, then the tool calls. Each word counts as one token.
fn stream_response(response: DemoResponse, request: &ModelRequest, word_interval: Duration) -> ModelStream {
    let input_words = count_input_words(request);
    let max_words =
        request.max_output_tokens.map_or(usize::MAX, |tokens| usize::try_from(tokens).unwrap_or(usize::MAX));
    stream! {
        let mut output_words = 0;
        let mut due = tokio::time::Instant::now();
        for word in response.text.split_inclusive(char::is_whitespace) {
            if output_words == max_words {
                yield Ok(ModelEvent::Usage(usage(input_words, output_words)));
                yield Ok(ModelEvent::Finished(FinishReason::Length));
                return;
            }
            if !word_interval.is_zero() && output_words > 0 {
                // Absolute deadlines, so that scheduling delays do not add up.
                due += word_interval;
                tokio::time::sleep_until(due).await;
            }
            output_words += 1;
            yield Ok(ModelEvent::Text(word.to_owned()));
        }
        let reason = if response.calls.is_empty() { FinishReason::Stop } else { FinishReason::ToolCalls };
        for call in response.calls {
            yield Ok(ModelEvent::ToolCall(call));
        }
        yield Ok(ModelEvent::Usage(usage(input_words, output_words)));
        yield Ok(ModelEvent::Finished(reason));
    }
    .boxed()
}

fn usage(input_words: usize, output_words: usize) -> UsageView {
    UsageView { input_tokens: input_words as u64, output_tokens: output_words as u64, ..UsageView::default() }
}

fn count_input_words(request: &ModelRequest) -> usize {
    let count = |text: &str| text.split_whitespace().count();
    let messages = request.messages.iter().map(|message| match message {
        ModelMessage::User { text } | ModelMessage::Assistant { text, .. } => count(text),
        ModelMessage::Tool { content, .. } => count(content),
    });
    count(&request.system) + messages.sum::<usize>()
}

/// Creates a tool call. `number` is the position of the call in the conversation, for a unique id.
fn tool_request(number: usize, name: &str, arguments: &serde_json::Value) -> ToolRequest {
    ToolRequest { id: format!("demo_{number}"), name: name.to_owned(), arguments: arguments.to_string() }
}
