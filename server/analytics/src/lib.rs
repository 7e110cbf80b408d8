//! SQL over files by an embedded engine, Apache DataFusion, behind `penny_ports::analytics`.
//!
//! A query sees the tables it was given and nothing else: no files, no addresses, no settings, no
//! schema of ours. It is parsed once, judged by the [firewall](firewall::judge), planned from the very
//! tree that was judged, and run on threads of the engine's own with bounded memory, rows and time.
//! What is not here: where files live, who may read them, what a figure means.

mod cache;
mod engine;
mod failure;
mod firewall;
mod functions;
mod params;
mod render;
mod shape;
mod tables;
#[cfg(test)]
mod tests;

pub use engine::{DataFusionEngine, Limits};
