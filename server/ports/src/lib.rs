//! Ports: the traits through which the services reach models, blob storage, the analytics engine,
//! the event bus, derived keys, the clock, identifiers and randomness.
//!
//! The adapters and providers implement them; `server/src/boot.rs` chooses the implementations.

pub mod analytics;
pub mod blobs;
pub mod bus;
pub mod keys;
pub mod models;
pub mod system;
