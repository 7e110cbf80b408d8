//! One writer that saves what all live turns have said, together, several times a second, and keeps
//! their leases and event numbers reserved. What a crash can lose is what came since its last pass.

use super::{record::merge, store};
use crate::{ctx::Ctx, db::StoreError, foundation::Shared};
use parking_lot::Mutex;
use penny_types::{TenantId, TurnId, events::TurnEvent};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// Time between passes: what a crash loses is at most this and the pass itself.
const EVERY: Duration = Duration::from_millis(250);
/// Event numbers reserved ahead.
pub(super) const RESERVE: u64 = 512;
/// How long a lease lasts, and how often it is renewed.
pub(super) const LEASE: Duration = Duration::from_secs(8);
const RENEW: Duration = Duration::from_secs(2);

/// What a turn's runner may know of its standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Event numbers up to this one may be used.
    Reserved(u64),
    /// Another process has taken the turn over.
    Lost,
}

/// A live turn, as the writer sees it.
#[derive(Debug)]
pub(super) struct Slot {
    ctx: Ctx,
    turn: TurnId,
    fence: i64,
    pending: Mutex<Vec<Arc<TurnEvent>>>,
    standing: watch::Sender<Standing>,
}

impl Slot {
    /// Hands over an event that has been published.
    pub(super) fn push(&self, event: Arc<TurnEvent>) {
        self.pending.lock().push(event);
    }

    /// Follows the turn's standing.
    pub(super) fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.subscribe()
    }

    fn wants_numbers(&self) -> Option<u64> {
        let Standing::Reserved(reserved) = *self.standing.borrow() else { return None };
        let last = self.pending.lock().last().map(|event| event.seq)?;
        (last + RESERVE / 2 > reserved).then_some(last + RESERVE)
    }
}

/// The writer. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Checkpointer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shared: Shared,
    owner: String,
    slots: Mutex<HashMap<TurnId, Arc<Slot>>>,
    /// Held while a pass writes, so that a turn can be detached between passes only.
    pass: tokio::sync::Mutex<()>,
}

impl Checkpointer {
    pub(super) fn new(shared: Shared, owner: String) -> Self {
        Self(Arc::new(Inner { shared, owner, slots: Mutex::default(), pass: tokio::sync::Mutex::default() }))
    }

    /// Returns the name under which this process leases turns.
    pub(super) fn owner(&self) -> &str {
        &self.0.owner
    }

    /// Takes a turn into the passes.
    pub(super) fn attach(&self, ctx: Ctx, turn: TurnId, fence: i64, reserved: u64) -> Arc<Slot> {
        let slot = Arc::new(Slot {
            ctx,
            turn,
            fence,
            pending: Mutex::default(),
            standing: watch::Sender::new(Standing::Reserved(reserved)),
        });
        self.0.slots.lock().insert(turn, Arc::clone(&slot));
        slot
    }

    /// Takes a turn out; returns what has not been written yet, which is now the caller's to write.
    pub(super) async fn detach(&self, turn: TurnId) -> Vec<Arc<TurnEvent>> {
        let slot = self.0.slots.lock().remove(&turn);
        let _between_passes = self.0.pass.lock().await;
        slot.map(|slot| std::mem::take(&mut *slot.pending.lock())).unwrap_or_default()
    }

    /// Runs passes until the server has stopped and no turn is live.
    pub(super) async fn run(self) {
        let stopping = self.0.shared.tasks.stopping();
        let mut renewed_at = Instant::now();
        loop {
            tokio::time::sleep(EVERY).await;
            if stopping.is_cancelled() && self.0.slots.lock().is_empty() {
                return;
            }
            let renews = renewed_at.elapsed() >= RENEW;
            if renews {
                renewed_at = Instant::now();
            }
            self.pass(renews).await;
        }
    }

    /// Writes once what all live turns have to be written.
    async fn pass(&self, renews: bool) {
        let _gate = self.0.pass.lock().await;
        let mut by_tenant: HashMap<TenantId, Vec<Arc<Slot>>> = HashMap::new();
        for slot in self.0.slots.lock().values() {
            if renews || !slot.pending.lock().is_empty() {
                by_tenant.entry(slot.ctx.tenant).or_default().push(Arc::clone(slot));
            }
        }
        for slots in by_tenant.values() {
            if let Err(error) = self.write(slots, renews).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    turns = slots.len(),
                    "live turns could not be checkpointed; they will be at the next pass"
                );
            }
        }
    }

    /// Writes a tenant's live turns in one transaction.
    async fn write(&self, slots: &[Arc<Slot>], renews: bool) -> Result<(), StoreError> {
        let Some(ctx) = slots.first().map(|slot| &slot.ctx) else { return Ok(()) };
        let ctx = Ctx::system(ctx.tenant, ctx.world.clone());
        let tx = self.0.shared.db.begin(&ctx).await?;
        let fences: Vec<(TurnId, i64)> = slots.iter().map(|slot| (slot.turn, slot.fence)).collect();
        let mine: HashSet<TurnId> = store::still_owned(tx.conn(), &ctx, &fences).await?;
        let mut rows = Vec::with_capacity(slots.len());
        let mut written = Vec::with_capacity(slots.len());
        for slot in slots.iter().filter(|slot| mine.contains(&slot.turn)) {
            let events = slot.pending.lock().clone();
            let wanted = slot.wants_numbers();
            if let Some(wanted) = wanted {
                store::reserve(tx.conn(), &ctx, slot.turn, wanted).await?;
            }
            if !events.is_empty() {
                rows.push((slot.turn, merge(events.iter().map(AsRef::as_ref))));
            }
            written.push((slot, events.len(), events.last().map(|event| event.seq), wanted));
        }
        store::append(tx.conn(), &ctx, &rows).await?;
        if renews {
            let turns: Vec<TurnId> = mine.iter().copied().collect();
            store::renew(tx.conn(), &ctx, &turns, ctx.now() + LEASE).await?;
        }
        tx.commit().await?;

        for (slot, count, last, wanted) in written {
            slot.pending.lock().drain(..count);
            if let Some(wanted) = wanted {
                slot.standing.send_replace(Standing::Reserved(wanted));
            }
            if let Some(last) = last {
                // A bus that is away keeps more than it must; nothing is lost.
                drop(self.0.shared.bus.checkpointed(slot.turn, last).await);
            }
        }
        for slot in slots.iter().filter(|slot| !mine.contains(&slot.turn)) {
            slot.standing.send_replace(Standing::Lost);
        }
        Ok(())
    }
}
