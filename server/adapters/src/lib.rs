//! What the embedded installation is made of: a folder for files, an event bus within the process,
//! a key file, the machine's clock and the operating system's randomness.

pub mod blobs;
pub mod bus;
pub mod keys;
pub mod world;
