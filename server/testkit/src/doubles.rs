//! Deterministic test doubles of the ports.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, stream, stream::BoxStream};
use penny_kernel::ctx::SystemPorts;
use penny_ports::{
    blobs::{BlobError, BlobKey, BlobStore},
    bus::{BusError, EventBus, LiveTurnEvents, UserEvent},
    keys::Keyring,
    system::{Clock, IdGenerator, RandomSource},
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

/// Start of every test's clock: Monday 2 March 2026, 09:00 UTC, in milliseconds since 1970.
const START_MS: i64 = 1_772_442_000_000;

/// Returns a clock, ids and entropy that produce the same values in every test.
#[must_use]
pub fn test_system_ports() -> SystemPorts {
    SystemPorts {
        clock: Arc::new(TestClock::default()),
        ids: Arc::new(TestIds::default()),
        random: Arc::new(TestEntropy::default()),
    }
}

/// A clock that advances by 1 ms each time it is read, and by more with [`Self::advance`].
#[derive(Debug, Default)]
pub struct TestClock {
    elapsed_ms: AtomicI64,
}

impl TestClock {
    pub fn advance(&self, by: TimeDelta) {
        self.elapsed_ms.fetch_add(by.num_milliseconds(), Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        let elapsed = self.elapsed_ms.fetch_add(1, Ordering::Relaxed);
        DateTime::from_timestamp_millis(START_MS + elapsed).unwrap_or_default()
    }
}

/// Issues 1, 2, 3, ... as UUIDv7s of one timestamp, so that they sort in the order of issue.
#[derive(Debug, Default)]
pub struct TestIds {
    issued: AtomicU64,
}

impl IdGenerator for TestIds {
    fn new_id(&self) -> Uuid {
        let number = u128::from(self.issued.fetch_add(1, Ordering::Relaxed) + 1);
        let time = u128::from(START_MS.unsigned_abs()) << 80;
        Uuid::from_u128(time | (0x7 << 76) | (0x8 << 60) | number)
    }
}

/// Fills buffers with a counter: predictable, and different in every call.
#[derive(Debug, Default)]
pub struct TestEntropy {
    fills: AtomicU64,
}

impl RandomSource for TestEntropy {
    fn fill_bytes(&self, buffer: &mut [u8]) {
        let number = self.fills.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (slot, byte) in buffer.iter_mut().zip(number.iter().cycle()) {
            *slot = *byte;
        }
    }
}

/// An event bus without subscribers that records the published user events.
#[derive(Debug, Default)]
pub struct RecordingBus {
    user_events: Mutex<Vec<(PrincipalId, UserEvent)>>,
}

impl RecordingBus {
    /// Returns the user events published so far, oldest first.
    #[must_use]
    pub fn published_user_events(&self) -> Vec<(PrincipalId, UserEvent)> {
        self.user_events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl EventBus for RecordingBus {
    async fn open_turn(&self, _: TurnId, _: u64) -> Result<(), BusError> {
        Ok(())
    }
    async fn publish_turn_event(&self, _: Arc<TurnEvent>) -> Result<(), BusError> {
        Ok(())
    }
    async fn mark_checkpointed(&self, _: TurnId, _: u64) -> Result<(), BusError> {
        Ok(())
    }
    async fn close_turn(&self, _: TurnId) -> Result<(), BusError> {
        Ok(())
    }
    async fn subscribe_turn(&self, _: TurnId, _: u64) -> Result<Option<LiveTurnEvents>, BusError> {
        Ok(None)
    }
    async fn publish_user_event(&self, to: PrincipalId, event: UserEvent) -> Result<(), BusError> {
        self.user_events.lock().unwrap_or_else(PoisonError::into_inner).push((to, event));
        Ok(())
    }
    async fn subscribe_user_events(&self, _: PrincipalId) -> Result<BoxStream<'static, UserEvent>, BusError> {
        Ok(stream::pending().boxed())
    }
    async fn request_stop(&self, _: TurnId) -> Result<(), BusError> {
        Ok(())
    }
    async fn stop_requests(&self, _: TurnId) -> Result<BoxStream<'static, ()>, BusError> {
        Ok(stream::pending().boxed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_in_the_order_of_issue_and_are_uuid_version_7() {
        let ids = TestIds::default();
        let issued: Vec<Uuid> = (0..100).map(|_| ids.new_id()).collect();
        assert!(issued.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(issued.iter().all(|id| id.get_version_num() == 7));
    }

    #[test]
    fn system_ports_of_two_tests_produce_the_same_values() {
        let (one, other) = (test_system_ports(), test_system_ports());
        assert_eq!(one.now(), other.now());
        assert_eq!(one.new_id::<Uuid>(), other.new_id::<Uuid>());
        assert_eq!(one.secret::<32>(), other.secret::<32>());
        assert_ne!(one.secret::<32>(), one.secret::<32>());
    }

    #[test]
    fn the_clock_advances_by_the_given_duration() {
        let clock = TestClock::default();
        let before = clock.now();
        clock.advance(TimeDelta::hours(1));
        assert!(clock.now() - before >= TimeDelta::hours(1));
    }
}

/// A blob store in memory, whose content can be cleared to simulate lost files.
#[derive(Debug, Default)]
pub struct MemoryBlobStore(Mutex<HashMap<BlobKey, Bytes>>);

impl MemoryBlobStore {
    fn files(&self) -> MutexGuard<'_, HashMap<BlobKey, Bytes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.files().len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files().is_empty()
    }

    pub fn clear(&self) {
        self.files().clear();
    }
}

#[async_trait]
impl BlobStore for MemoryBlobStore {
    async fn put(&self, key: BlobKey, bytes: Bytes) -> Result<(), BlobError> {
        if blake3::hash(&bytes).as_bytes() != &key.digest {
            return Err(BlobError::Corrupt);
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

/// A keyring that derives the same key for every purpose.
#[derive(Debug)]
pub struct FixedKeyring;

impl Keyring for FixedKeyring {
    fn derive(&self, _: &'static str) -> [u8; 32] {
        [7; 32]
    }
}
