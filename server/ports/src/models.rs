//! Language models: requests, streamed events and the provider trait.

use async_trait::async_trait;
use futures::stream::BoxStream;
use penny_types::{FaultCode, Locale, artifacts::ArtifactKind, models::UsageView};
use serde_json::Value;
use std::{fmt::Debug, time::Duration};

/// A request to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRequest {
    /// The provider's model id.
    pub model: String,
    /// The system prompt; empty for none.
    pub system: String,
    /// The conversation so far, oldest message first.
    pub messages: Vec<ModelMessage>,
    /// The tools that the model may call.
    pub tools: Vec<ToolSpec>,
    /// Kinds of artifact that the user requested; the system prompt states them too.
    pub expected_artifacts: Vec<ArtifactKind>,
    /// Maximum length of the response, in tokens.
    pub max_output_tokens: Option<u32>,
    /// The user's locale.
    pub locale: Locale,
    /// Whether the last assistant message was interrupted and the model should continue it without
    /// repeating its text.
    pub is_continuation: bool,
}

/// A message of the conversation, as sent to a model.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelMessage {
    User {
        text: String,
    },
    Assistant {
        text: String,
        tool_calls: Vec<ToolRequest>,
    },
    /// The result of a tool call.
    Tool {
        /// The id of the [`ToolRequest`].
        call_id: String,
        /// The name of the tool.
        name: String,
        /// The result, JSON or plain text.
        content: String,
        is_error: bool,
    },
}

/// The description of a tool for a model.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSpec {
    pub name: String,
    pub description: String,
    /// JSON Schema of the arguments.
    pub input_schema: Value,
}

/// A tool call requested by a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolRequest {
    /// The id that the model gave the call.
    pub id: String,
    /// The name of the tool.
    pub name: String,
    /// The arguments as JSON text, not yet validated.
    pub arguments: String,
}

/// The reason why a model stopped generating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// The response is complete.
    Stop,
    /// The response reached its maximum length.
    Length,
    /// The model waits for the results of its tool calls.
    ToolCalls,
    /// The provider's content filter ended the response.
    Filtered,
}

/// An event of a model's streamed response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelEvent {
    /// Text to append.
    Text(String),
    /// Reasoning text to append.
    Reasoning(String),
    /// A complete tool call.
    ToolCall(ToolRequest),
    /// Total token usage of this request; a later event replaces an earlier one.
    Usage(UsageView),
    /// The end of the response; no event follows.
    Finished(FinishReason),
}

/// Failure of a model request; each variant calls for a different reaction.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The API key is invalid or lacks a permission.
    #[error("the model provider refused the credentials")]
    Unauthorized,
    #[error("the account at the model provider has no credit left")]
    NoCredit,
    #[error("the model provider limits the request rate")]
    RateLimited {
        /// How long to wait before the next request.
        retry_after: Option<Duration>,
    },
    #[error("the model provider has no model of that name")]
    UnknownModel,
    #[error("the conversation is too long for the model")]
    ContextTooLong,
    /// A safety filter of the provider or model rejected the request.
    #[error("the model refused: {category}")]
    Refused {
        /// The provider's name for the reason.
        category: String,
    },
    /// The provider considers the request invalid.
    #[error("the model provider rejected the request: {detail}")]
    Rejected {
        /// The provider's message, at most 500 characters, for the log.
        detail: String,
    },
    /// The provider is unreachable or responded with a 5xx status.
    #[error("the model provider is unavailable: {detail}")]
    Unavailable {
        /// The cause, for the log.
        detail: String,
    },
    /// The provider sent nothing for this long.
    #[error("the model provider sent nothing for {0:?}")]
    Timeout(Duration),
    /// The response stream ended early or could not be decoded.
    #[error("the response stream of the model failed: {detail}")]
    StreamFailed {
        /// The cause, for the log.
        detail: String,
    },
}

impl ModelError {
    /// Returns the fault code reported to clients.
    #[must_use]
    pub const fn code(&self) -> FaultCode {
        match self {
            Self::Unauthorized | Self::NoCredit => FaultCode::ProviderDenied,
            Self::RateLimited { .. } => FaultCode::RateLimited,
            Self::UnknownModel => FaultCode::NotFound,
            Self::ContextTooLong => FaultCode::ContextTooLong,
            Self::Refused { .. } => FaultCode::ModelRefused,
            Self::Rejected { .. } => FaultCode::Invalid,
            Self::Unavailable { .. } | Self::StreamFailed { .. } => FaultCode::Unavailable,
            Self::Timeout(_) => FaultCode::Timeout,
        }
    }
}

/// A model's response as a stream of events.
pub type ModelStream = BoxStream<'static, Result<ModelEvent, ModelError>>;

/// A model offered by a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelListing {
    /// The provider's model id.
    pub id: String,
    /// Display name.
    pub name: String,
}

/// A provider of language models.
#[async_trait]
pub trait ModelProvider: Debug + Send + Sync {
    /// Returns the provider name: the part before the slash in `provider/model`.
    fn name(&self) -> &str;
    /// Returns whether this is the built-in demo model, which is not a language model.
    fn is_demo(&self) -> bool {
        false
    }
    /// Sends a request. The stream ends after [`ModelEvent::Finished`] or an error; dropping it
    /// cancels the request.
    async fn stream(&self, request: ModelRequest) -> Result<ModelStream, ModelError>;
    /// Lists the offered models. `stream` accepts model ids that are not listed.
    async fn list(&self) -> Result<Vec<ModelListing>, ModelError>;
}
