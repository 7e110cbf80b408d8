//! One event of a streamed chat completion, read leniently: vendors add, omit and null as they like.

use crate::formats::tool_calls::Piece;
use penny_types::models::UsageView;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;

#[derive(Debug, Deserialize)]
pub(super) struct Chunk {
    #[serde(default)]
    pub(super) choices: Option<Vec<Choice>>,
    #[serde(default)]
    usage: Option<Value>,
    #[serde(default)]
    x_groq: Option<Value>,
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    object: Option<String>,
}

impl Chunk {
    /// Says whether it is an error instead of an answer.
    pub(super) fn is_error(&self) -> bool {
        self.error.is_some() || self.object.as_deref() == Some("error")
    }

    /// Returns the tokens counted, where they can be read: a strange count must not cost the answer.
    pub(super) fn usage(&self) -> Option<UsageView> {
        let groq = self.x_groq.as_ref().and_then(|groq| groq.get("usage"));
        let usage = Usage::deserialize(self.usage.as_ref().or(groq)?).ok()?;
        Some(usage.view())
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    pub(super) index: Option<u64>,
    #[serde(default)]
    pub(super) delta: Option<Delta>,
    /// In place of `delta` when the vendor does not stream.
    #[serde(default)]
    pub(super) message: Option<Delta>,
    #[serde(default)]
    pub(super) finish_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Delta {
    #[serde(default)]
    pub(super) content: Option<Content>,
    #[serde(default)]
    pub(super) refusal: Option<String>,
    #[serde(default)]
    reasoning_content: Option<String>,
    #[serde(default)]
    reasoning: Option<Value>,
    #[serde(default)]
    pub(super) tool_calls: Option<Vec<CallPiece>>,
}

impl Delta {
    /// Returns the reasoning under whichever of its two names; some vendors send the same under both.
    pub(super) fn reasoning(&self) -> String {
        match self.reasoning_content.as_deref() {
            Some(text) if !text.is_empty() => text.to_owned(),
            _ => self.reasoning.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned(),
        }
    }
}

/// A text, or (Mistral) a list of parts.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Content {
    Text(String),
    Parts(Vec<Part>),
}

impl Content {
    pub(super) fn read(&self, text: &mut String, reasoning: &mut String) {
        match self {
            Self::Text(words) => text.push_str(words),
            Self::Parts(parts) => parts.iter().for_each(|part| part.read(text, reasoning)),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Part {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    thinking: Option<Value>,
}

impl Part {
    fn read(&self, text: &mut String, reasoning: &mut String) {
        text.push_str(self.text.as_deref().unwrap_or_default());
        match &self.thinking {
            Some(Value::String(words)) => reasoning.push_str(words),
            Some(Value::Array(parts)) => {
                let words = parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str));
                reasoning.extend(words);
            }
            _ => {}
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct CallPiece {
    #[serde(default)]
    index: Option<u64>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    function: Option<FunctionPiece>,
}

#[derive(Debug, Deserialize)]
struct FunctionPiece {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<Value>,
}

impl CallPiece {
    /// Returns the arguments as text; some vendors send an object at once.
    pub(super) fn arguments(&self) -> Cow<'_, str> {
        match self.function.as_ref().and_then(|function| function.arguments.as_ref()) {
            None | Some(Value::Null) => Cow::Borrowed(""),
            Some(Value::String(text)) => Cow::Borrowed(text),
            Some(other) => Cow::Owned(other.to_string()),
        }
    }

    pub(super) fn as_piece<'b>(&'b self, arguments: &'b str) -> Piece<'b> {
        let name = self.function.as_ref().and_then(|function| function.name.as_deref());
        Piece { index: self.index, id: self.id.as_deref(), name, arguments }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Usage {
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

impl Usage {
    fn view(&self) -> UsageView {
        let input = self.prompt_tokens.unwrap_or(0);
        let said = self.completion_tokens.unwrap_or(0);
        let details = self.completion_tokens_details.as_ref();
        let reasoning =
            details.and_then(|details| details.reasoning_tokens).or(self.reasoning_tokens).unwrap_or(0);
        // xAI counts reasoning beside the completion, the others within it; the total tells.
        let is_beside = self.total_tokens == Some(input + said + reasoning);
        let output = if is_beside { said + reasoning } else { said };
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
