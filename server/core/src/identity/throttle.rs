//! Slows down guessing without locking anybody out.
//!
//! Failures are counted for an account *from an address*, and for an address alone, in each company by
//! itself. Somebody who guesses at alice's account slows down themselves, not alice. Kept in memory and bounded: the
//! oldest are forgotten first, and a restart forgives.

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use penny_types::TenantId;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
};

/// Failures an account may have from one address before a wait.
const FREE_PER_ACCOUNT: u32 = 5;
/// Failures an address may have over all accounts before a wait. Offices share addresses.
const FREE_PER_ADDRESS: u32 = 50;
/// The longest wait, in seconds.
const LONGEST_WAIT: i64 = 300;
/// After this many minutes without a failure all is forgiven.
const FORGIVEN_AFTER_MINUTES: i64 = 15;
/// The most counts kept.
const MOST: usize = 20_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Account(TenantId, String, Option<IpAddr>),
    Address(TenantId, IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Count {
    failures: u32,
    last: DateTime<Utc>,
    /// Whether it is on record that the present wait was not kept.
    is_told: bool,
}

/// Counts failed attempts to sign in.
#[derive(Debug, Default)]
pub struct Throttle {
    counts: Mutex<HashMap<Key, Count>>,
}

/// Returns the seconds to wait after so many failures: 1, 2, 4 and so on beyond the free ones.
fn wait_after(failures: u32, free: u32) -> i64 {
    let Some(beyond) = failures.checked_sub(free) else {
        return 0;
    };
    1_i64.checked_shl(beyond).filter(|wait| *wait > 0).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)
}

/// Makes one address of what one subscriber holds: a /64 of IPv6 is one household.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(
            || IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
            IpAddr::V4,
        ),
    }
}

fn keys(tenant: TenantId, account: &str, address: Option<IpAddr>) -> Vec<(Key, u32)> {
    let address = address.map(household);
    let account = Key::Account(tenant, account.chars().take(254).collect(), address);
    let mut keys = vec![(account, FREE_PER_ACCOUNT)];
    keys.extend(address.map(|address| (Key::Address(tenant, address), FREE_PER_ADDRESS)));
    keys
}

impl Throttle {
    /// Returns the seconds to wait before the next attempt, zero when it may be made now.
    pub fn wait_seconds(
        &self,
        tenant: TenantId,
        account: &str,
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> u64 {
        let counts = self.counts.lock();
        keys(tenant, account, address)
            .into_iter()
            .filter_map(|(key, free)| {
                let count = counts.get(&key).filter(|count| !is_forgiven(count, now))?;
                let until = count.last + TimeDelta::seconds(wait_after(count.failures, free));
                u64::try_from((until - now).num_milliseconds()).ok().map(|left| left.div_ceil(1000))
            })
            .max()
            .unwrap_or(0)
    }

    /// Counts an attempt before its outcome is known, so that many at once count too.
    pub fn attempt(&self, tenant: TenantId, account: &str, address: Option<IpAddr>, now: DateTime<Utc>) {
        let mut counts = self.counts.lock();
        if counts.len() >= MOST {
            make_room(&mut counts, now);
        }
        for (key, _) in keys(tenant, account, address) {
            let count = counts.entry(key).or_insert(Count { failures: 0, last: now, is_told: false });
            if is_forgiven(count, now) {
                count.failures = 0;
            }
            count.failures = count.failures.saturating_add(1);
            count.last = now;
            count.is_told = false;
        }
    }

    /// Says whether an attempt during a wait is the first one: that one is worth a record, and more would
    /// let whoever guesses fill the trail.
    pub fn is_news(&self, tenant: TenantId, account: &str, address: Option<IpAddr>) -> bool {
        let mut counts = self.counts.lock();
        let mut is_news = false;
        for (key, _) in keys(tenant, account, address) {
            if let Some(count) = counts.get_mut(&key) {
                is_news |= !std::mem::replace(&mut count.is_told, true);
            }
        }
        is_news
    }

    /// Returns how many counts are kept.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.counts.lock().len()
    }

    /// Forgives an account at an address after the right password.
    pub fn succeeded(&self, tenant: TenantId, account: &str, address: Option<IpAddr>) {
        let mut counts = self.counts.lock();
        for (key, _) in keys(tenant, account, address) {
            match key {
                Key::Account(..) => drop(counts.remove(&key)),
                // One right password does not excuse guessing at others.
                Key::Address(..) => {
                    if let Some(count) = counts.get_mut(&key) {
                        count.failures = count.failures.saturating_sub(1);
                    }
                }
            }
        }
    }
}

fn is_forgiven(count: &Count, now: DateTime<Utc>) -> bool {
    now - count.last >= TimeDelta::minutes(FORGIVEN_AFTER_MINUTES)
}

/// Forgets what is forgiven, else the older half.
fn make_room(counts: &mut HashMap<Key, Count>, now: DateTime<Utc>) {
    counts.retain(|_, count| !is_forgiven(count, now));
    if counts.len() >= MOST {
        let mut times: Vec<DateTime<Utc>> = counts.values().map(|count| count.last).collect();
        let middle = times.len() / 2;
        let (_, median, _) = times.select_nth_unstable(middle);
        let median = *median;
        counts.retain(|_, count| count.last > median);
    }
}
