//! Models: one required method, a stream of typed events.

use async_trait::async_trait;
use futures::stream::BoxStream;
use penny_types::{FaultCode, Locale, artifacts::ArtifactKind, models::UsageView};
use serde_json::Value;
use std::{fmt::Debug, time::Duration};

/// What a model is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRequest {
    /// The provider's own name of the model.
    pub model: String,
    /// Standing instructions.
    pub system: String,
    /// What was said so far, oldest first.
    pub messages: Vec<ModelMessage>,
    /// What it may call.
    pub tools: Vec<ToolSpec>,
    /// Kinds of artifact that the person hopes for; the instructions say so too.
    pub artifacts_expected: Vec<ArtifactKind>,
    /// The most it may say, in tokens.
    pub max_output_tokens: Option<u32>,
    /// The person's language.
    pub locale: Locale,
    /// Whether the last assistant message broke off and is to be gone on with, not begun anew:
    /// what it says already must not be said again.
    pub continues: bool,
}

/// One message as a model reads it.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelMessage {
    /// A person's words.
    User {
        /// The words.
        text: String,
    },
    /// What the model said and called before.
    Assistant {
        /// The words.
        text: String,
        /// The calls, in order.
        tool_calls: Vec<ToolRequest>,
    },
    /// What a tool answered.
    Tool {
        /// The call's id, as the model gave it.
        call_id: String,
        /// The tool's name.
        name: String,
        /// The answer, JSON or words.
        content: String,
        /// Whether the call failed.
        is_error: bool,
    },
}

/// A tool as a model is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSpec {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// JSON Schema of its arguments.
    pub input_schema: Value,
}

/// A call the model asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolRequest {
    /// The model's own id of the call.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments as the model wrote them: JSON, not yet checked.
    pub arguments: String,
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// It had said all.
    Stop,
    /// It reached the most it may say.
    Length,
    /// It waits for the answers of the tools it called.
    ToolCalls,
    /// The provider's filter cut it off.
    Filtered,
}

/// One thing a model streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelEvent {
    /// More words.
    Text(String),
    /// More reasoning.
    Reasoning(String),
    /// A complete tool call.
    ToolCall(ToolRequest),
    /// Tokens used by this call in total; a later one replaces an earlier one.
    Usage(UsageView),
    /// The end; nothing follows.
    Finished(FinishReason),
}

/// Says why a model did not answer, and so what to do.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Our key is wrong or lacks the right.
    #[error("the model provider refused the credentials")]
    Denied,
    /// The account has no credit left.
    #[error("the model provider reports no credit")]
    NoCredit,
    /// Too many requests.
    #[error("the model provider asks to slow down")]
    RateLimited {
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// The provider knows no such model.
    #[error("the model provider has no model of that name")]
    UnknownModel,
    /// The conversation does not fit.
    #[error("the conversation is too long for the model")]
    ContextTooLong,
    /// The model declined.
    #[error("the model refused: {category}")]
    Refused {
        /// The provider's word for why.
        category: String,
    },
    /// The provider found the request wrong.
    #[error("the model provider rejected the request: {detail}")]
    Rejected {
        /// Its own words, at most 500 characters, for the log.
        detail: String,
    },
    /// Not reachable, or a 5xx.
    #[error("the model provider is unavailable: {detail}")]
    Unavailable {
        /// What happened, for the log.
        detail: String,
    },
    /// Nothing came for too long.
    #[error("the model provider went silent for {0:?}")]
    Silent(Duration),
    /// The stream broke off or could not be understood.
    #[error("the model's answer broke off: {detail}")]
    Broken {
        /// What happened, for the log.
        detail: String,
    },
}

impl ModelError {
    /// Returns the code a client is told.
    #[must_use]
    pub const fn code(&self) -> FaultCode {
        match self {
            Self::Denied | Self::NoCredit => FaultCode::ProviderDenied,
            Self::RateLimited { .. } => FaultCode::RateLimited,
            Self::UnknownModel => FaultCode::NotFound,
            Self::ContextTooLong => FaultCode::ContextTooLong,
            Self::Refused { .. } => FaultCode::ModelRefused,
            Self::Rejected { .. } => FaultCode::Invalid,
            Self::Unavailable { .. } | Self::Broken { .. } => FaultCode::Unavailable,
            Self::Silent(_) => FaultCode::Timeout,
        }
    }
}

/// A model's answer as it comes.
pub type ModelStream = BoxStream<'static, Result<ModelEvent, ModelError>>;

/// A model a provider offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelListing {
    /// The provider's own name of it.
    pub id: String,
    /// The name to show.
    pub name: String,
}

/// A vendor of models, or our own.
#[async_trait]
pub trait ModelProvider: Debug + Send + Sync {
    /// Returns the name before the slash in `provider/model`.
    fn name(&self) -> &str;
    /// Says whether it is the built-in demo, which is not a language model.
    fn is_demo(&self) -> bool {
        false
    }
    /// Asks a model. The stream ends after [`ModelEvent::Finished`] or an error; dropping it hangs up.
    async fn stream(&self, request: ModelRequest) -> Result<ModelStream, ModelError>;
    /// Lists the models on offer; any other name is passed through all the same.
    async fn list(&self) -> Result<Vec<ModelListing>, ModelError>;
}
