//! Who may do what: Cedar policies over actors, actions and resources.
//!
//! Services ask here, beside the write. A decision names the policies that made it, and the audit
//! trail keeps them. Cedar decides one resource; for lists the same policies are
//! compiled to SQL, and a test proves that the two agree. The same question is put to Cedar once.

mod engine;
mod question;
mod reach;
mod request;
#[cfg(test)]
mod tests;

pub use engine::{Access, Denied, Permit, PolicyError};
pub(crate) use reach::Reach;
pub use request::{Action, Resource};
