//! Throttling of password guessing, without account lockout.
//!
//! Failed attempts are counted for each (tenant, account, address) and each (tenant, address), so guessing
//! at an account from one address does not delay its owner at another. The counts are kept in memory and
//! bounded: the oldest are evicted first, and a restart clears them.

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use penny_types::TenantId;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
};

/// Failures for one account from one address before waits begin.
const FREE_FAILURES_PER_ACCOUNT: u32 = 5;
/// Failures from one address over all accounts before waits begin; higher, because offices share addresses.
const FREE_FAILURES_PER_ADDRESS: u32 = 50;
const MAX_WAIT_SECONDS: i64 = 300;
/// Minutes without a failure after which a count is reset.
const RESET_AFTER_MINUTES: i64 = 15;
/// Maximum number of counts kept in memory.
const MAX_ENTRIES: usize = 20_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum ThrottleKey {
    Account(TenantId, String, Option<IpAddr>),
    Address(TenantId, IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct AttemptCount {
    failures: u32,
    last: DateTime<Utc>,
    /// Whether an attempt during the current wait is already in the audit log.
    is_recorded: bool,
}

/// Counts failed attempts to sign in.
#[derive(Debug, Default)]
pub struct Throttle {
    counts: Mutex<HashMap<ThrottleKey, AttemptCount>>,
}

/// Returns the seconds to wait after `failures`: 0 below `free`, then 1, 2, 4 and so on.
fn wait_seconds_after(failures: u32, free: u32) -> i64 {
    let Some(beyond) = failures.checked_sub(free) else {
        return 0;
    };
    1_i64.checked_shl(beyond).filter(|wait| *wait > 0).unwrap_or(MAX_WAIT_SECONDS).min(MAX_WAIT_SECONDS)
}

/// Maps the addresses of one subscriber to one: an IPv6 address to its /64 network.
fn subscriber_network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(
            || IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
            IpAddr::V4,
        ),
    }
}

fn throttle_keys(tenant: TenantId, account: &str, address: Option<IpAddr>) -> Vec<(ThrottleKey, u32)> {
    let address = address.map(subscriber_network);
    let account = ThrottleKey::Account(tenant, account.chars().take(254).collect(), address);
    let mut keys = vec![(account, FREE_FAILURES_PER_ACCOUNT)];
    keys.extend(address.map(|address| (ThrottleKey::Address(tenant, address), FREE_FAILURES_PER_ADDRESS)));
    keys
}

impl Throttle {
    /// Returns the seconds to wait before the next attempt, 0 when none.
    pub fn wait_seconds(
        &self,
        tenant: TenantId,
        account: &str,
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> u64 {
        let counts = self.counts.lock();
        throttle_keys(tenant, account, address)
            .into_iter()
            .filter_map(|(key, free)| {
                let count = counts.get(&key).filter(|count| !is_expired(count, now))?;
                let until = count.last + TimeDelta::seconds(wait_seconds_after(count.failures, free));
                u64::try_from((until - now).num_milliseconds()).ok().map(|left| left.div_ceil(1000))
            })
            .max()
            .unwrap_or(0)
    }

    /// Counts an attempt before its outcome is known, so that concurrent attempts count too.
    pub fn record_attempt(
        &self,
        tenant: TenantId,
        account: &str,
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) {
        let mut counts = self.counts.lock();
        if counts.len() >= MAX_ENTRIES {
            evict(&mut counts, now);
        }
        for (key, _) in throttle_keys(tenant, account, address) {
            let count =
                counts.entry(key).or_insert(AttemptCount { failures: 0, last: now, is_recorded: false });
            if is_expired(count, now) {
                count.failures = 0;
            }
            count.failures = count.failures.saturating_add(1);
            count.last = now;
            count.is_recorded = false;
        }
    }

    /// Marks the current wait as audited and returns whether it was not yet. Only the first attempt during
    /// a wait is recorded, so that an attacker cannot fill the audit log.
    pub fn mark_recorded(&self, tenant: TenantId, account: &str, address: Option<IpAddr>) -> bool {
        let mut counts = self.counts.lock();
        let mut is_first = false;
        for (key, _) in throttle_keys(tenant, account, address) {
            if let Some(count) = counts.get_mut(&key) {
                is_first |= !std::mem::replace(&mut count.is_recorded, true);
            }
        }
        is_first
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.counts.lock().len()
    }

    /// Clears the count of an account from an address after a successful sign-in.
    pub fn record_success(&self, tenant: TenantId, account: &str, address: Option<IpAddr>) {
        let mut counts = self.counts.lock();
        for (key, _) in throttle_keys(tenant, account, address) {
            match key {
                ThrottleKey::Account(..) => drop(counts.remove(&key)),
                // One success does not clear failures on other accounts.
                ThrottleKey::Address(..) => {
                    if let Some(count) = counts.get_mut(&key) {
                        count.failures = count.failures.saturating_sub(1);
                    }
                }
            }
        }
    }
}

fn is_expired(count: &AttemptCount, now: DateTime<Utc>) -> bool {
    now - count.last >= TimeDelta::minutes(RESET_AFTER_MINUTES)
}

/// Drops expired counts, and when none are expired the older half.
fn evict(counts: &mut HashMap<ThrottleKey, AttemptCount>, now: DateTime<Utc>) {
    counts.retain(|_, count| !is_expired(count, now));
    if counts.len() >= MAX_ENTRIES {
        let mut times: Vec<DateTime<Utc>> = counts.values().map(|count| count.last).collect();
        let middle = times.len() / 2;
        let (_, median, _) = times.select_nth_unstable(middle);
        let median = *median;
        counts.retain(|_, count| count.last > median);
    }
}
