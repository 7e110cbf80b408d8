//! Tenants: resolution by host, creation, name and theme.
//!
//! Themes are validated in [`crate::themes`]; accounts are in [`crate::identity`].

mod error;
mod rules;
mod service;
mod store;
#[cfg(test)]
mod tests;

pub use error::TenantError;
pub use rules::{NewTenant, host_name};
pub use service::Tenants;
