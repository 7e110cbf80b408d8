//! Resolves model names such as `provider/model` to a provider and the model name that it uses.

mod error;
mod provider;
mod service;
#[cfg(test)]
mod tests;

pub use error::RoutingError;
pub use provider::{ProviderEntry, ProviderOrigin};
pub use service::{Route, Routing};
