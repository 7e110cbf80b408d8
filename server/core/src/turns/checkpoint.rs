//! One writer that saves what all live turns have said, together, several times a second, and keeps
//! their leases and event numbers reserved. What a crash can lose is what came since its last pass.

use super::{record::merge, store};
use crate::{
    ctx::Ctx,
    db::{StoreError, WriteTx},
    foundation::Shared,
};
use parking_lot::Mutex;
use penny_types::{PrincipalId, TenantId, TurnId, events::TurnEvent};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

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
    /// Cancelled when the turn's row says that a person asked it to stop, by whichever process.
    stop: CancellationToken,
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

    /// Tells when the turn's row says that a person asked it to stop.
    pub(super) fn stop_asked(&self) -> CancellationToken {
        self.stop.clone()
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
    /// Turns of this process whose end is still to be written.
    ending: Mutex<HashSet<TurnId>>,
    /// Held while a pass writes, so that a turn can be detached between passes only.
    pass: tokio::sync::Mutex<()>,
}

impl Checkpointer {
    pub(super) fn new(shared: Shared, owner: String) -> Self {
        Self(Arc::new(Inner {
            shared,
            owner,
            slots: Mutex::default(),
            ending: Mutex::default(),
            pass: tokio::sync::Mutex::default(),
        }))
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
            stop: CancellationToken::new(),
        });
        self.0.slots.lock().insert(turn, Arc::clone(&slot));
        slot
    }

    /// Counts the live turns of a person in this process.
    pub(super) fn live_of(&self, who: PrincipalId) -> usize {
        self.0.slots.lock().values().filter(|slot| slot.ctx.subject() == who).count()
    }

    /// Says whether a turn is this process's own: live, or with its end still to be written. Such a
    /// turn is no orphan, however long the database was away.
    pub(super) fn holds(&self, turn: TurnId) -> bool {
        self.0.ending.lock().contains(&turn) || self.0.slots.lock().contains_key(&turn)
    }

    /// Lets go of a turn whose run broke off without an end.
    pub(super) fn abandon(&self, turn: TurnId) {
        self.0.slots.lock().remove(&turn);
        self.forget(turn);
    }

    /// Lets go of a turn whose end is written, or is somebody else's to write.
    pub(super) fn forget(&self, turn: TurnId) {
        self.0.ending.lock().remove(&turn);
    }

    /// Takes a turn out; returns what has not been written yet, which is now the caller's to write,
    /// who says [`Self::forget`] afterwards.
    pub(super) async fn detach(&self, turn: TurnId) -> Vec<Arc<TurnEvent>> {
        self.0.ending.lock().insert(turn);
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

    /// Writes what one turn has said so far, ahead of the next pass.
    pub(super) async fn save(&self, slot: &Arc<Slot>) {
        let _gate = self.0.pass.lock().await;
        if slot.pending.lock().is_empty() {
            return;
        }
        let groups = [vec![Arc::clone(slot)]];
        if let Err(error) = self.write(&groups, false).await {
            warn(&error, &groups);
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
        let groups: Vec<Vec<Arc<Slot>>> = by_tenant.into_values().collect();
        let Err(error) = self.write(&groups, renews).await else { return };
        if groups.len() < 2 || matches!(error, StoreError::Unavailable(_)) {
            return warn(&error, &groups);
        }
        // What one tenant's rows suffer from must not cost the others theirs.
        for group in &groups {
            let group = std::slice::from_ref(group);
            if let Err(error) = self.write(group, renews).await {
                warn(&error, group);
            }
        }
    }

    /// Writes the live turns of several tenants in one transaction.
    async fn write(&self, groups: &[Vec<Arc<Slot>>], renews: bool) -> Result<(), StoreError> {
        let system = |slots: &[Arc<Slot>]| {
            slots.first().map(|slot| Ctx::system(slot.ctx.tenant, slot.ctx.world.clone()))
        };
        let Some(first) = groups.first().and_then(|slots| system(slots)) else { return Ok(()) };
        let tx = self.0.shared.db.begin(&first).await?;
        let mut written = Vec::new();
        for slots in groups {
            let Some(ctx) = system(slots) else { continue };
            if ctx.tenant != first.tenant {
                tx.enter(&ctx).await?;
            }
            written.extend(write_tenant(&tx, &ctx, slots, renews).await?);
        }
        tx.commit().await?;

        for Written { slot, standing } in written {
            let Some(Saved { events, last, wanted, is_stop_asked }) = standing else {
                slot.standing.send_replace(Standing::Lost);
                continue;
            };
            slot.pending.lock().drain(..events);
            if let Some(wanted) = wanted {
                slot.standing.send_replace(Standing::Reserved(wanted));
            }
            if is_stop_asked {
                slot.stop.cancel();
            }
            if let Some(last) = last {
                // A bus that is away keeps more than it must; nothing is lost.
                drop(self.0.shared.bus.checkpointed(slot.turn, last).await);
            }
        }
        Ok(())
    }
}

/// What a pass did for a turn.
struct Written {
    slot: Arc<Slot>,
    /// Absent when another process has the turn.
    standing: Option<Saved>,
}

struct Saved {
    /// How many of the pending events are saved now.
    events: usize,
    last: Option<u64>,
    /// Up to which number events are reserved now, when that changed.
    wanted: Option<u64>,
    is_stop_asked: bool,
}

/// Writes a tenant's live turns.
async fn write_tenant(
    tx: &WriteTx,
    ctx: &Ctx,
    slots: &[Arc<Slot>],
    renews: bool,
) -> Result<Vec<Written>, StoreError> {
    let fences: Vec<(TurnId, i64)> = slots.iter().map(|slot| (slot.turn, slot.fence)).collect();
    let mine = store::still_owned(tx.conn(), ctx, &fences).await?;
    let mut rows = Vec::with_capacity(slots.len());
    let mut written = Vec::with_capacity(slots.len());
    for slot in slots {
        let Some(&is_stop_asked) = mine.get(&slot.turn) else {
            written.push(Written { slot: Arc::clone(slot), standing: None });
            continue;
        };
        let events = slot.pending.lock().clone();
        let wanted = slot.wants_numbers();
        if let Some(wanted) = wanted {
            store::reserve(tx.conn(), ctx, slot.turn, wanted).await?;
        }
        if !events.is_empty() {
            rows.push((slot.turn, merge(events.iter().map(AsRef::as_ref))));
        }
        let last = events.last().map(|event| event.seq);
        let saved = Saved { events: events.len(), last, wanted, is_stop_asked };
        written.push(Written { slot: Arc::clone(slot), standing: Some(saved) });
    }
    store::append(tx.conn(), ctx, &rows).await?;
    if renews {
        let turns: Vec<TurnId> = mine.keys().copied().collect();
        store::renew(tx.conn(), ctx, &turns, ctx.now() + LEASE).await?;
    }
    Ok(written)
}

fn warn(error: &StoreError, groups: &[Vec<Arc<Slot>>]) {
    tracing::warn!(
        error = error as &dyn std::error::Error,
        turns = groups.iter().map(Vec::len).sum::<usize>(),
        "live turns could not be checkpointed; they will be at the next pass"
    );
}
