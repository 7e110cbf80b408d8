//! Clock, identifiers and randomness, injected so that tests are deterministic.

use chrono::{DateTime, Utc};
use std::fmt::Debug;
use uuid::Uuid;

/// Provides the current time.
pub trait Clock: Debug + Send + Sync {
    fn now(&self) -> DateTime<Utc>;
}

/// Generates identifiers.
pub trait IdGenerator: Debug + Send + Sync {
    /// Returns a new UUIDv7; later ones sort after earlier ones.
    fn new_id(&self) -> Uuid;
}

/// Provides cryptographically secure random bytes.
pub trait RandomSource: Debug + Send + Sync {
    fn fill_bytes(&self, buffer: &mut [u8]);
}
