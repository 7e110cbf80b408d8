//! The real world: the machine's clock, fresh identifiers, the operating system's randomness.

use chrono::{DateTime, Utc};
use penny_ports::world::{Clock, Entropy, IdSource};
use rand::{TryRngCore, rngs::OsRng};
use uuid::Uuid;

/// Tells the machine's time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine for the time")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// Mints UUIDv7s that rise within the process, also inside one millisecond.
#[derive(Debug, Clone, Copy, Default)]
pub struct UuidV7Ids;

impl IdSource for UuidV7Ids {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that mints identifiers")]
    fn mint(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Gives the operating system's random bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    /// Fills the buffer. Ends the process when the operating system has no randomness: every
    /// secret made after that would be guessable.
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(error) = OsRng.try_fill_bytes(buffer) {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "The operating system gives no random bytes; stopping."
            );
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let minted: Vec<Uuid> = (0..10_000).map(|_| UuidV7Ids.mint()).collect();
        assert!(minted.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn random_bytes_differ() {
        let (mut one, mut other) = ([0_u8; 32], [0_u8; 32]);
        OsEntropy.fill(&mut one);
        OsEntropy.fill(&mut other);
        assert_ne!(one, other);
    }
}
