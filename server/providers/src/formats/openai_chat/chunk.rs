//! An event of a streamed chat completion. All fields are optional, because vendors add, omit and null
//! fields.

use crate::formats::tool_calls::ToolCallFragment;
use penny_types::models::UsageView;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;

#[derive(Debug, Deserialize)]
pub(super) struct ChatChunk {
    #[serde(default)]
    pub(super) choices: Option<Vec<ChatChoice>>,
    #[serde(default)]
    usage: Option<Value>,
    #[serde(default)]
    x_groq: Option<Value>,
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    object: Option<String>,
}

impl ChatChunk {
    /// Returns whether the event is an error.
    pub(super) fn is_error(&self) -> bool {
        self.error.is_some() || self.object.as_deref() == Some("error")
    }

    /// Returns the token usage. Ignores a malformed one, which must not fail the response.
    pub(super) fn usage(&self) -> Option<UsageView> {
        let groq = self.x_groq.as_ref().and_then(|groq| groq.get("usage"));
        let usage = ChatUsage::deserialize(self.usage.as_ref().or(groq)?).ok()?;
        Some(usage.view())
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ChatChoice {
    #[serde(default)]
    pub(super) index: Option<u64>,
    #[serde(default)]
    pub(super) delta: Option<ChatDelta>,
    /// Replaces `delta` in a response that is not streamed.
    #[serde(default)]
    pub(super) message: Option<ChatDelta>,
    #[serde(default)]
    pub(super) finish_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ChatDelta {
    #[serde(default)]
    pub(super) content: Option<ChatContent>,
    #[serde(default)]
    pub(super) refusal: Option<String>,
    #[serde(default)]
    reasoning_content: Option<String>,
    #[serde(default)]
    reasoning: Option<Value>,
    #[serde(default)]
    pub(super) tool_calls: Option<Vec<ToolCallDelta>>,
}

impl ChatDelta {
    /// Returns the reasoning from either of its two fields; some vendors send the same text in both.
    pub(super) fn reasoning(&self) -> String {
        match self.reasoning_content.as_deref() {
            Some(text) if !text.is_empty() => text.to_owned(),
            _ => self.reasoning.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned(),
        }
    }
}

/// Plain text, or a list of parts (Mistral).
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum ChatContent {
    Text(String),
    Parts(Vec<ChatContentPart>),
}

impl ChatContent {
    pub(super) fn append_to(&self, text: &mut String, reasoning: &mut String) {
        match self {
            Self::Text(content) => text.push_str(content),
            Self::Parts(parts) => parts.iter().for_each(|part| part.append_to(text, reasoning)),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ChatContentPart {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    thinking: Option<Value>,
}

impl ChatContentPart {
    fn append_to(&self, text: &mut String, reasoning: &mut String) {
        text.push_str(self.text.as_deref().unwrap_or_default());
        match &self.thinking {
            Some(Value::String(thinking)) => reasoning.push_str(thinking),
            Some(Value::Array(parts)) => {
                let texts = parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str));
                reasoning.extend(texts);
            }
            _ => {}
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ToolCallDelta {
    #[serde(default)]
    index: Option<u64>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    function: Option<FunctionDelta>,
}

#[derive(Debug, Deserialize)]
struct FunctionDelta {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<Value>,
}

impl ToolCallDelta {
    /// Returns the arguments as JSON text; some vendors send an object instead of a string.
    pub(super) fn arguments(&self) -> Cow<'_, str> {
        match self.function.as_ref().and_then(|function| function.arguments.as_ref()) {
            None | Some(Value::Null) => Cow::Borrowed(""),
            Some(Value::String(text)) => Cow::Borrowed(text),
            Some(other) => Cow::Owned(other.to_string()),
        }
    }

    pub(super) fn as_fragment<'b>(&'b self, arguments: &'b str) -> ToolCallFragment<'b> {
        let name = self.function.as_ref().and_then(|function| function.name.as_deref());
        ToolCallFragment { index: self.index, id: self.id.as_deref(), name, arguments }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ChatUsage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    total_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
    prompt_cache_hit_tokens: Option<u64>,
    reasoning_tokens: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PromptDetails {
    cached_tokens: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CompletionDetails {
    reasoning_tokens: Option<u64>,
}

impl ChatUsage {
    fn view(&self) -> UsageView {
        let input = self.prompt_tokens.unwrap_or(0);
        let completion = self.completion_tokens.unwrap_or(0);
        let details = self.completion_tokens_details.as_ref();
        let reasoning =
            details.and_then(|details| details.reasoning_tokens).or(self.reasoning_tokens).unwrap_or(0);
        // xAI does not include the reasoning tokens in the completion tokens; other vendors do.
        let is_separate = self.total_tokens == Some(input + completion + reasoning);
        let output = if is_separate { completion + reasoning } else { completion };
        let cached = self.prompt_tokens_details.as_ref().and_then(|details| details.cached_tokens);
        UsageView {
            input_tokens: input,
            output_tokens: output,
            cached_tokens: cached.or(self.prompt_cache_hit_tokens).unwrap_or(0),
            reasoning_tokens: reasoning,
            cost_micros: 0,
        }
    }
}
