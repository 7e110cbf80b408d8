//! Test support: fresh databases, a deterministic clock, ids and entropy, test doubles of the ports and a
//! scripted model server.

pub mod databases;
pub mod doubles;
pub mod models;
pub mod postgres;
pub mod stored;
