//! Artifacts: immutable, content-addressed versions with a lineage. They outlive the conversation in which
//! they were created.
//!
//! The bytes are in the blob store under tenant and BLAKE3 digest. This module stores the rows, validates
//! content and signs content URLs.

mod erase;
mod error;
mod lineage;
mod resource;
mod rules;
mod service;
mod signing;
mod store;

pub use error::ArtifactError;
pub use lineage::Lineage;
pub use resource::ArtifactResource;
pub use service::{ArtifactContent, Artifacts};
pub(crate) use store::latest_view;
