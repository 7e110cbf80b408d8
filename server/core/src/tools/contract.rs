//! What a tool promises, and what it is given.

use crate::ctx::Ctx;
use async_trait::async_trait;
use penny_types::{Fault, FaultCode, ToolCallId, artifacts::ArtifactKind, tools::Effect};
use serde_json::Value;
use std::{fmt::Debug, time::Duration};

/// What a call may cost.
#[derive(Debug, Clone, Copy)]
pub struct Caps {
    /// How long one call may run.
    pub timeout: Duration,
    /// How many calls may run at once in a tenant.
    pub concurrency: usize,
    /// How many calls a person may make in a minute.
    pub per_minute: u32,
    /// The largest answer, in bytes of JSON.
    pub result_bytes: usize,
    /// The most rows of a table, in the answer or in what is kept.
    pub rows: usize,
}

impl Default for Caps {
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

/// What a tool promises.
#[derive(Debug, Clone)]
pub struct ToolContract {
    /// Its name, `[a-zA-Z0-9_-]{1,64}`.
    pub name: &'static str,
    /// Rises when the schema or the meaning changes.
    pub version: u32,
    /// What it does, for models and people.
    pub description: &'static str,
    /// What it does to the world.
    pub effect: Effect,
    /// JSON Schema (2020-12) of its arguments.
    pub input_schema: Value,
    /// What a call may cost.
    pub caps: Caps,
}

/// One call, as the tool sees it. Its arguments satisfy the schema.
#[derive(Debug)]
pub struct ToolRun<'a> {
    /// Who calls, with their rights.
    pub ctx: &'a Ctx,
    /// The call, which is also its idempotency key.
    pub call_id: ToolCallId,
    /// The arguments.
    pub arguments: &'a Value,
}

/// A result to be kept as an artifact.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolArtifact {
    /// What it is.
    pub kind: ArtifactKind,
    /// Its title, in the person's language.
    pub title: String,
    /// Its content, as [`penny_types::artifacts`] defines for its kind.
    pub content: Value,
}

/// What a call brought.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolOutcome {
    /// The answer for the model and for REST.
    pub result: Value,
    /// What is kept.
    pub artifacts: Vec<ToolArtifact>,
}

/// Says why a tool could not do it.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// The arguments satisfy the schema and are wrong all the same; the fault says how.
    #[error("the arguments are wrong: {0}")]
    Invalid(Fault),
    /// The person may not.
    #[error("not allowed: {0}")]
    Denied(Fault),
    /// It broke; the fault is for the person, the source for the log.
    #[error("the tool failed: {0}")]
    Failed(Fault),
}

impl ToolError {
    /// Sorts a room's fault into the right kind of failure.
    #[must_use]
    pub fn from_fault(fault: Fault) -> Self {
        match fault.code {
            FaultCode::Invalid | FaultCode::NotFound | FaultCode::Malformed => Self::Invalid(fault),
            FaultCode::Forbidden | FaultCode::Unauthenticated => Self::Denied(fault),
            _ => Self::Failed(fault),
        }
    }

    /// Returns the fault inside.
    #[must_use]
    pub const fn fault(&self) -> &Fault {
        match self {
            Self::Invalid(fault) | Self::Denied(fault) | Self::Failed(fault) => fault,
        }
    }
}

/// Something the assistant may do.
#[async_trait]
pub trait Tool: Debug + Send + Sync {
    /// Returns what it promises.
    fn contract(&self) -> &ToolContract;

    /// Says in words what the call would change, in the person's language. What is shown is what
    /// runs: the plan's hash is kept with the approval. Tools that only read need none.
    async fn plan(&self, _run: &ToolRun<'_>) -> Result<Option<String>, ToolError> {
        Ok(None)
    }

    /// Does it.
    async fn execute(&self, run: ToolRun<'_>) -> Result<ToolOutcome, ToolError>;
}
