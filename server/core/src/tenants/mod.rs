//! Companies: which one a host means, what it is called, how it looks, and making another.
//!
//! Their looks are checked in [`crate::themes`]; their people live in [`crate::identity`].

mod error;
mod rules;
mod service;
mod store;
#[cfg(test)]
mod tests;

pub use error::Error;
pub use rules::{NewTenant, host_name};
pub use service::Tenants;
