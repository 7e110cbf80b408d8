//! When a failed job is tried again.

use std::time::Duration;

/// How often a job is tried and how long it waits in between: the wait grows fourfold up to a maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    pub attempts_max: u32,
    pub first_wait: Duration,
    pub longest_wait: Duration,
}

impl RetryPolicy {
    pub const DEFAULT: Self = Self {
        attempts_max: 8,
        first_wait: Duration::from_secs(10),
        longest_wait: Duration::from_secs(60 * 60),
    };
    /// One attempt.
    pub const NONE: Self = Self { attempts_max: 1, first_wait: Duration::ZERO, longest_wait: Duration::ZERO };

    /// Returns how long to wait after `attempts` failed attempts; `None` when no further one is made.
    #[must_use]
    pub fn wait_after(self, attempts: u32) -> Option<Duration> {
        if attempts >= self.attempts_max {
            return None;
        }
        let factor = 4_u32.saturating_pow(attempts.saturating_sub(1));
        Some(self.first_wait.saturating_mul(factor).min(self.longest_wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_job_waits_longer_each_time_and_is_not_tried_for_ever() {
        let policy = RetryPolicy::DEFAULT;
        let waits: Vec<Option<u64>> =
            (1..=8).map(|attempts| policy.wait_after(attempts).map(|wait| wait.as_secs())).collect();
        let expected =
            [Some(10), Some(40), Some(160), Some(640), Some(2_560), Some(3_600), Some(3_600), None];
        assert_eq!(waits, expected);
        assert_eq!(RetryPolicy::NONE.wait_after(1), None);
    }
}
