//! What lies outside the product, as traits: models, files, engines, buses, time, chance and keys.
//!
//! A port says what the services need, never how it is got. Adapters and providers implement it;
//! `server/src/boot.rs` picks one of each.

pub mod analytics;
pub mod blobs;
pub mod bus;
pub mod keys;
pub mod models;
pub mod world;
