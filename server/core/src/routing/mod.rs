//! Which model answers: names like `provider/model` to a provider and the name it knows.

mod error;
mod service;
mod source;
#[cfg(test)]
mod tests;

pub use error::Error;
pub use service::{Route, Routing};
pub use source::{Source, Standing};
