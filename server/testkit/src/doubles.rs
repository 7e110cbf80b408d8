//! Stand-ins for the world outside that do the same thing every time.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, stream, stream::BoxStream};
use penny_core::ctx::World;
use penny_ports::{
    blobs::{BlobError, BlobKey, BlobStore},
    bus::{BusError, EventBus, Notice, TurnTail},
    keys::Keyring,
    world::{Clock, Entropy, IdSource},
};
use penny_types::{PrincipalId, TurnId, events::TurnEvent};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};
use uuid::Uuid;

/// Milliseconds since 1970 of 2 March 2026, 09:00 UTC, a Monday: when every test begins.
const BEGINNING_MS: i64 = 1_772_442_000_000;

/// Makes a world that begins on the same Monday with the same ids.
#[must_use]
pub fn test_world() -> World {
    World {
        clock: Arc::new(TestClock::default()),
        ids: Arc::new(TestIds::default()),
        entropy: Arc::new(TestEntropy::default()),
    }
}

/// A clock that goes on by a millisecond each time it is read, and by more when told to.
#[derive(Debug, Default)]
pub struct TestClock {
    elapsed_ms: AtomicI64,
}

impl TestClock {
    /// Lets time pass.
    pub fn advance(&self, by: TimeDelta) {
        self.elapsed_ms.fetch_add(by.num_milliseconds(), Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        let elapsed = self.elapsed_ms.fetch_add(1, Ordering::Relaxed);
        DateTime::from_timestamp_millis(BEGINNING_MS + elapsed).unwrap_or_default()
    }
}

/// Mints 1, 2, 3, ... in the shape of UUIDv7s, so that they sort as they were minted.
#[derive(Debug, Default)]
pub struct TestIds {
    minted: AtomicU64,
}

impl IdSource for TestIds {
    fn mint(&self) -> Uuid {
        let number = u128::from(self.minted.fetch_add(1, Ordering::Relaxed) + 1);
        let time = u128::from(BEGINNING_MS.unsigned_abs()) << 80;
        Uuid::from_u128(time | (0x7 << 76) | (0x8 << 60) | number)
    }
}

/// Gives bytes everybody can guess, never the same twice.
#[derive(Debug, Default)]
pub struct TestEntropy {
    given: AtomicU64,
}

impl Entropy for TestEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        let number = self.given.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (slot, byte) in buffer.iter_mut().zip(number.iter().cycle()) {
            *slot = *byte;
        }
    }
}

/// A bus nobody listens to; it remembers what was announced.
#[derive(Debug, Default)]
pub struct QuietBus {
    notices: Mutex<Vec<(PrincipalId, Notice)>>,
}

impl QuietBus {
    /// Returns what was announced so far, in order.
    #[must_use]
    pub fn announced(&self) -> Vec<(PrincipalId, Notice)> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl EventBus for QuietBus {
    async fn open_turn(&self, _: TurnId, _: u64) -> Result<(), BusError> {
        Ok(())
    }
    async fn publish_turn(&self, _: Arc<TurnEvent>) -> Result<(), BusError> {
        Ok(())
    }
    async fn checkpointed(&self, _: TurnId, _: u64) -> Result<(), BusError> {
        Ok(())
    }
    async fn close_turn(&self, _: TurnId) -> Result<(), BusError> {
        Ok(())
    }
    async fn tail_turn(&self, _: TurnId, _: u64) -> Result<Option<TurnTail>, BusError> {
        Ok(None)
    }
    async fn notify(&self, to: PrincipalId, notice: Notice) -> Result<(), BusError> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).push((to, notice));
        Ok(())
    }
    async fn notices(&self, _: PrincipalId) -> Result<BoxStream<'static, Notice>, BusError> {
        Ok(stream::pending().boxed())
    }
    async fn ask_stop(&self, _: TurnId) -> Result<(), BusError> {
        Ok(())
    }
    async fn stop_asked(&self, _: TurnId) -> Result<BoxStream<'static, ()>, BusError> {
        Ok(stream::pending().boxed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_as_they_were_minted_and_are_of_the_seventh_version() {
        let ids = TestIds::default();
        let minted: Vec<Uuid> = (0..100).map(|_| ids.mint()).collect();
        assert!(minted.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(minted.iter().all(|id| id.get_version_num() == 7));
    }

    #[test]
    fn two_worlds_are_alike() {
        let (one, other) = (test_world(), test_world());
        assert_eq!(one.now(), other.now());
        assert_eq!(one.mint::<Uuid>(), other.mint::<Uuid>());
        assert_eq!(one.secret::<32>(), other.secret::<32>());
        assert_ne!(one.secret::<32>(), one.secret::<32>());
    }

    #[test]
    fn time_passes_as_it_is_told() {
        let clock = TestClock::default();
        let before = clock.now();
        clock.advance(TimeDelta::hours(1));
        assert!(clock.now() - before >= TimeDelta::hours(1));
    }
}

/// Files in memory; they can be lost.
#[derive(Debug, Default)]
pub struct MemoryBlobs(Mutex<HashMap<BlobKey, Bytes>>);

impl MemoryBlobs {
    fn files(&self) -> MutexGuard<'_, HashMap<BlobKey, Bytes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files().len()
    }

    /// Says whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files().is_empty()
    }

    /// Loses all of them.
    pub fn clear(&self) {
        self.files().clear();
    }
}

#[async_trait]
impl BlobStore for MemoryBlobs {
    async fn put(&self, key: BlobKey, bytes: Bytes) -> Result<(), BlobError> {
        if blake3::hash(&bytes).as_bytes() != &key.digest {
            return Err(BlobError::Damaged);
        }
        self.files().insert(key, bytes);
        Ok(())
    }
    async fn get(&self, key: BlobKey) -> Result<Bytes, BlobError> {
        self.files().get(&key).cloned().ok_or(BlobError::NotFound)
    }
    async fn delete(&self, key: BlobKey) -> Result<(), BlobError> {
        self.files().remove(&key);
        Ok(())
    }
    async fn check(&self) -> Result<(), BlobError> {
        Ok(())
    }
}

/// The same key for every purpose.
#[derive(Debug)]
pub struct FixedKeys;

impl Keyring for FixedKeys {
    fn derive(&self, _: &'static str) -> [u8; 32] {
        [7; 32]
    }
}
