use std::time::Duration;

/// How often a job is tried before it is given up.
pub(super) const TRIES_MAX: i32 = 8;
const FIRST_WAIT: Duration = Duration::from_secs(10);
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// Says how long to wait before a job is tried again that has now failed so often; `None` when it is
/// given up.
pub(super) fn wait(tries: i32) -> Option<Duration> {
    if tries >= TRIES_MAX {
        return None;
    }
    let factor = 4_u32.saturating_pow(u32::try_from(tries - 1).unwrap_or(0));
    Some(FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_fails_waits_longer_each_time_and_is_given_up_in_the_end() {
        let waits: Vec<Option<u64>> = (1..=TRIES_MAX).map(|tries| wait(tries).map(|w| w.as_secs())).collect();
        let expected =
            [Some(10), Some(40), Some(160), Some(640), Some(2_560), Some(3_600), Some(3_600), None];
        assert_eq!(waits, expected);
    }
}
