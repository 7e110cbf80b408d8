//! Who may do what: Cedar policies over actors, actions and resources.
//!
//! Services ask here, beside the write. A decision names the policies that made it, and the audit
//! trail keeps them. Cedar decides one resource; lists are narrowed by the same rule as SQL, and a
//! test proves that the two agree.

mod engine;
mod request;
#[cfg(test)]
mod tests;

pub use engine::{Access, Denied, Permit, PolicyError};
pub use request::{Action, Resource};
