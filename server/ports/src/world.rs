//! Time, identity and chance: the three things a rule must never take from the air.

use chrono::{DateTime, Utc};
use std::fmt::Debug;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Debug + Send + Sync {
    /// Returns the present moment.
    fn now(&self) -> DateTime<Utc>;
}

/// Mints identifiers.
pub trait IdSource: Debug + Send + Sync {
    /// Returns a fresh UUIDv7: later ones sort after earlier ones.
    fn mint(&self) -> Uuid;
}

/// Gives bytes nobody can guess.
pub trait Entropy: Debug + Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}
