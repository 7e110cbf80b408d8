//! The built-in demo model: no language model, and it says so.
//!
//! It recognises a handful of requests in English and Spanish, calls real tools for them, and puts
//! what they answer into prepared sentences. The same request always gives the same answer.

mod intent;
mod language;
mod report;
mod script;
#[cfg(test)]
mod tests;

use async_stream::stream;
use async_trait::async_trait;
use futures::StreamExt;
use penny_ports::models::{
    FinishReason, ModelError, ModelEvent, ModelListing, ModelMessage, ModelProvider, ModelRequest,
    ModelStream, ToolRequest,
};
use penny_types::{Locale, models::UsageView};
use penny_words::{keys, text};
use script::Script;
use std::time::Duration;

/// The provider's name.
pub const PROVIDER: &str = penny_types::models::DEMO_PROVIDER;
/// The model's name.
pub const MODEL: &str = "penny-demo";

/// Between two words: about sixty a second, quicker than one reads and slow enough to see.
const NATURAL_PACE: Duration = Duration::from_millis(16);

/// Answers from prepared sentences and the tools it is given.
#[derive(Debug, Clone)]
pub struct DemoModel {
    pace: Duration,
}

impl Default for DemoModel {
    fn default() -> Self {
        Self::new()
    }
}

impl DemoModel {
    /// Makes a demo model that speaks at a natural pace.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_pace(NATURAL_PACE)
    }

    /// Makes a demo model that waits this long between two words.
    #[must_use]
    pub const fn with_pace(pace: Duration) -> Self {
        Self { pace }
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
        let script = script::write(&request);
        Ok(speak(script, &request, self.pace))
    }

    async fn list(&self) -> Result<Vec<ModelListing>, ModelError> {
        Ok(vec![ModelListing { id: MODEL.to_owned(), name: text(Locale::En, keys::DEMO_MODEL_NAME, &[]) }])
    }
}

/// Says the words one by one, then makes the calls. A word counts as a token.
fn speak(script: Script, request: &ModelRequest, pace: Duration) -> ModelStream {
    let read = words_read(request);
    let limit =
        request.max_output_tokens.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    stream! {
        let mut said = 0;
        let mut due = tokio::time::Instant::now();
        for word in script.words.split_inclusive(char::is_whitespace) {
            if said == limit {
                yield Ok(ModelEvent::Usage(usage(read, said)));
                yield Ok(ModelEvent::Finished(FinishReason::Length));
                return;
            }
            if !pace.is_zero() && said > 0 {
                // By the clock, not by the pause: a busy machine does not slow the speech down.
                due += pace;
                tokio::time::sleep_until(due).await;
            }
            said += 1;
            yield Ok(ModelEvent::Text(word.to_owned()));
        }
        let reason = if script.calls.is_empty() { FinishReason::Stop } else { FinishReason::ToolCalls };
        for call in script.calls {
            yield Ok(ModelEvent::ToolCall(call));
        }
        yield Ok(ModelEvent::Usage(usage(read, said)));
        yield Ok(ModelEvent::Finished(reason));
    }
    .boxed()
}

fn usage(read: usize, said: usize) -> UsageView {
    UsageView { input_tokens: read as u64, output_tokens: said as u64, ..UsageView::default() }
}

fn words_read(request: &ModelRequest) -> usize {
    let words = |text: &str| text.split_whitespace().count();
    let messages = request.messages.iter().map(|message| match message {
        ModelMessage::User { text } | ModelMessage::Assistant { text, .. } => words(text),
        ModelMessage::Tool { content, .. } => words(content),
    });
    words(&request.system) + messages.sum::<usize>()
}

/// Makes a call; `number` counts the conversation's calls, so that ids never repeat in it.
fn tool_request(number: usize, name: &str, arguments: &serde_json::Value) -> ToolRequest {
    ToolRequest { id: format!("demo_{number}"), name: name.to_owned(), arguments: arguments.to_string() }
}
