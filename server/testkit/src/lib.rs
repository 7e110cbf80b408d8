//! What tests stand on: fresh databases, a repeatable world, and stand-ins for what lies outside.

pub mod databases;
pub mod doubles;
pub mod models;
pub mod postgres;
