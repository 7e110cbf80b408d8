//! Artifacts: immutable, content-addressed versions with a lineage, an address and a life apart from
//! the chat that made them.
//!
//! Bytes lie in the blob store under their BLAKE3 digest, each tenant's apart; this room keeps the
//! rows, checks what is put in, and signs the addresses by which bytes are read.

mod erase;
mod error;
mod lineage;
mod rules;
mod service;
mod signing;
mod store;

pub use error::Error;
pub use lineage::Lineage;
pub use service::{ArtifactContent, Artifacts};
