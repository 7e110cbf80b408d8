//! Tools: contracts the assistant may call under a person's own rights.
//!
//! A tool is a JSON-Schema contract with caps, an effect and a life: validate, plan, approve where
//! the policy says so, execute. This room keeps the registry and runs calls; what a tool *does*
//! lives with the tool, in `builtin/` or behind a port.

pub mod builtin;
mod contract;
mod error;
mod registry;
mod rules;
mod run;
mod service;
mod store;
#[cfg(test)]
mod tests;

pub use contract::{Caps, Tool, ToolArtifact, ToolContract, ToolError, ToolOutcome, ToolRun};
pub use error::Error;
pub use registry::{BadContract, Registry};
pub use rules::ARGUMENTS_MAX;
pub(crate) use run::{Done, Origin, Prepared, in_doubt, shown};
pub use service::Tools;
