//! Keys derived from the installation's master key.

use std::fmt::Debug;

/// Derives keys by purpose; the master key itself never leaves the adapter.
pub trait Keyring: Debug + Send + Sync {
    /// Returns the 256-bit key for `purpose`, the same at every start.
    fn derive(&self, purpose: &'static str) -> [u8; 32];
}
