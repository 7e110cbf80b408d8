//! Tools that the assistant calls with the user's rights: the registry and the execution of calls.
//!
//! A tool has a JSON Schema for its arguments, limits and an effect. A call is validated, planned, approved
//! where required, and executed. Tools are implemented in `builtin/` or injected through
//! [`Tool`].

pub mod builtin;
mod contract;
mod error;
#[cfg(test)]
mod golden_vectors;
mod registry;
mod rules;
mod run;
mod service;
mod store;
#[cfg(test)]
mod tests;

pub use contract::{Tool, ToolArtifact, ToolContract, ToolError, ToolLimits, ToolOutcome, ToolRun};
pub use error::ToolCallError;
pub use registry::{InvalidToolContract, ToolRegistry};
pub use rules::ARGUMENTS_MAX;
pub(crate) use run::{CompletedCall, PreparedCall, ToolCallOrigin, in_doubt_error, preview};
pub use service::Tools;
