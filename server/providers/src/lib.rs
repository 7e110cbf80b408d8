//! Model providers.
//!
//! `formats` encodes requests and decodes response streams. `vendors` implements the providers; most
//! vendors are entries of a catalogue file. `demo` is the built-in demo model, which uses neither.

pub mod demo;
mod errors;
mod formats;
mod transport;
pub mod vendors;

pub use transport::ProviderDeps;
pub use vendors::{
    catalogue::{Vendor, VendorCatalogue},
    ollama::OllamaProvider,
    openai_compatible::OpenAiCompatibleProvider,
};
