//! System clock, UUIDv7 identifiers and the operating system's random bytes.

use chrono::{DateTime, Utc};
use penny_ports::system::{Clock, IdGenerator, RandomSource};
use rand::{TryRngCore, rngs::OsRng};
use uuid::Uuid;

/// Reads the system clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the only place that reads the system clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// Generates UUIDv7s that increase within the process, also within one millisecond.
#[derive(Debug, Clone, Copy, Default)]
pub struct UuidV7Generator;

impl IdGenerator for UuidV7Generator {
    #[expect(clippy::disallowed_methods, reason = "the only place that generates identifiers")]
    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Reads random bytes from the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandom;

impl RandomSource for OsRandom {
    /// Fills the buffer. Aborts the process when the operating system provides no random bytes,
    /// because secrets generated without them would be predictable.
    fn fill_bytes(&self, buffer: &mut [u8]) {
        if let Err(error) = OsRng.try_fill_bytes(buffer) {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the operating system provides no random bytes, aborting"
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
        let ids: Vec<Uuid> = (0..10_000).map(|_| UuidV7Generator.new_id()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn random_bytes_differ() {
        let (mut one, mut other) = ([0_u8; 32], [0_u8; 32]);
        OsRandom.fill_bytes(&mut one);
        OsRandom.fill_bytes(&mut other);
        assert_ne!(one, other);
    }
}
