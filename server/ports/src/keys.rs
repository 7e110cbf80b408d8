//! Keys derived from the installation's master key.

use std::fmt::Debug;

/// Derives keys by purpose; the master key is never exposed.
pub trait Keyring: Debug + Send + Sync {
    /// Returns the 256-bit key for `purpose`; the result is the same after every restart.
    fn derive(&self, purpose: &'static str) -> [u8; 32];
}
