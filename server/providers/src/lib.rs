//! Model vendors.
//!
//! A *format* is how a model is spoken to over the wire (`formats`), a *vendor* is who answers
//! (`vendors`, most of them lines of a catalogue). The built-in demo model (`demo`) needs neither.

pub mod demo;
mod errors;
mod formats;
mod transport;
pub mod vendors;

pub use transport::Wiring;
pub use vendors::{
    catalogue::{Catalogue, Vendor},
    ollama::Ollama,
    openai_compatible::OpenAiCompatible,
};
