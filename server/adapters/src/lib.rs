//! Port implementations for the embedded (single-process) installation: blobs in a directory, an
//! in-process event bus, a key file, and the system's clock, ids and randomness.

pub mod blobs;
pub mod bus;
pub mod keys;
pub mod system;
