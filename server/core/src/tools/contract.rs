//! The interface of a tool: its contract, its input and its result.

use async_trait::async_trait;
use penny_kernel::ctx::Ctx;
use penny_types::{Fault, FaultCode, ToolCallId, artifacts::ArtifactKind, tools::Effect};
use serde_json::Value;
use std::{fmt::Debug, time::Duration};

/// Resource limits of a tool.
#[derive(Debug, Clone, Copy)]
pub struct ToolLimits {
    /// Maximum duration of one call.
    pub timeout: Duration,
    /// Maximum number of concurrent calls in a tenant.
    pub concurrency: usize,
    /// Maximum number of calls by one principal in a minute.
    pub per_minute: u32,
    /// Maximum size of a result, in bytes of JSON.
    pub result_bytes: usize,
    /// Maximum number of rows of a table, in the result or in an artifact.
    pub rows: usize,
}

impl Default for ToolLimits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            concurrency: 16,
            per_minute: 120,
            result_bytes: 256 * 1024,
            rows: 10_000,
        }
    }
}

/// Description of a tool.
#[derive(Debug, Clone)]
pub struct ToolContract {
    /// `[a-zA-Z0-9_-]{1,64}`.
    pub name: &'static str,
    /// Incremented when the schema or the semantics change.
    pub version: u32,
    /// Read by models and users.
    pub description: &'static str,
    pub effect: Effect,
    /// JSON Schema (2020-12) of the arguments.
    pub input_schema: Value,
    pub limits: ToolLimits,
}

/// The input of one call. The arguments match the schema.
#[derive(Debug)]
pub struct ToolRun<'a> {
    pub ctx: &'a Ctx,
    /// Also the idempotency key.
    pub call_id: ToolCallId,
    pub arguments: &'a Value,
}

/// A result to store as an artifact.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolArtifact {
    pub kind: ArtifactKind,
    /// In the user's language.
    pub title: String,
    /// As [`penny_types::artifacts`] defines it for the kind.
    pub content: Value,
}

/// The result of a successful call.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolOutcome {
    /// Sent to the model, and returned by REST.
    pub result: Value,
    pub artifacts: Vec<ToolArtifact>,
}

/// Why the execution of a tool failed.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// The arguments match the schema but are not valid.
    #[error("invalid arguments: {0}")]
    Invalid(Fault),
    #[error("not allowed: {0}")]
    Denied(Fault),
    #[error("the tool failed: {0}")]
    Failed(Fault),
}

impl ToolError {
    /// Converts a domain fault, by its code.
    #[must_use]
    pub fn from_fault(fault: Fault) -> Self {
        match fault.code {
            FaultCode::Invalid | FaultCode::NotFound | FaultCode::Malformed => Self::Invalid(fault),
            FaultCode::Forbidden | FaultCode::Unauthenticated => Self::Denied(fault),
            _ => Self::Failed(fault),
        }
    }

    #[must_use]
    pub const fn fault(&self) -> &Fault {
        match self {
            Self::Invalid(fault) | Self::Denied(fault) | Self::Failed(fault) => fault,
        }
    }
}

/// A tool the assistant can call.
#[async_trait]
pub trait Tool: Debug + Send + Sync {
    fn contract(&self) -> &ToolContract;

    /// Describes what the call would change, in the user's language, for approval. A hash of arguments and
    /// plan is stored with the call, so that exactly the approved call runs. Tools that only read need no
    /// plan.
    async fn plan(&self, _run: &ToolRun<'_>) -> Result<Option<String>, ToolError> {
        Ok(None)
    }

    async fn execute(&self, run: ToolRun<'_>) -> Result<ToolOutcome, ToolError>;
}
