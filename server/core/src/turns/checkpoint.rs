//! Periodic checkpoints: one task per process writes the new events of all live turns, renew_leases their
//! leases and reserves event numbers. A crash loses at most the events since the last pass.

use super::{event_record::merge_events, store};
use parking_lot::Mutex;
use penny_kernel::{
    SharedKernel,
    ctx::Ctx,
    db::{StoreError, WriteTx},
};
use penny_types::{PrincipalId, TenantId, TurnId, events::TurnEvent};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

/// Time between two passes. A crash loses at most the events of this interval and of the pass itself.
const CHECKPOINT_INTERVAL: Duration = Duration::from_millis(250);
/// Number of event numbers that are reserved in advance.
pub(super) const SEQ_RESERVE: u64 = 512;
pub(super) const LEASE_DURATION: Duration = Duration::from_secs(8);
const LEASE_RENEW_INTERVAL: Duration = Duration::from_secs(2);

/// State of the lease on a live turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeaseState {
    /// Held; event numbers up to and including this one are reserved.
    Reserved(u64),
    /// Taken over by another process.
    Lost,
}

/// Checkpoint state of a live turn.
#[derive(Debug)]
pub(super) struct TurnSlot {
    ctx: Ctx,
    id: TurnId,
    fencing_token: i64,
    pending: Mutex<Vec<Arc<TurnEvent>>>,
    lease: watch::Sender<LeaseState>,
    /// Cancelled once `stop_requested_at` is set in the turn's row, by any process.
    stop: CancellationToken,
}

impl TurnSlot {
    /// Queues a published event for the next checkpoint.
    pub(super) fn push(&self, event: Arc<TurnEvent>) {
        self.pending.lock().push(event);
    }

    pub(super) fn lease(&self) -> watch::Receiver<LeaseState> {
        self.lease.subscribe()
    }

    /// Returns a token that is cancelled once the turn's row contains a stop request.
    pub(super) fn stop_requested(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Returns the number up to which to reserve if less than half of the reserve is left.
    fn seq_to_reserve(&self) -> Option<u64> {
        let LeaseState::Reserved(reserved) = *self.lease.borrow() else { return None };
        let last = self.pending.lock().last().map(|event| event.seq)?;
        (last + SEQ_RESERVE / 2 > reserved).then_some(last + SEQ_RESERVE)
    }
}

/// Writes the checkpoints. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Checkpointer(Arc<CheckpointerInner>);

#[derive(Debug)]
struct CheckpointerInner {
    kernel: SharedKernel,
    owner: String,
    slots: Mutex<HashMap<TurnId, Arc<TurnSlot>>>,
    /// Detached turns whose terminal state is not written yet.
    closing: Mutex<HashSet<TurnId>>,
    /// Held during a pass, so that a turn is only detached between passes.
    pass: tokio::sync::Mutex<()>,
}

impl Checkpointer {
    pub(super) fn new(kernel: SharedKernel, owner: String) -> Self {
        Self(Arc::new(CheckpointerInner {
            kernel,
            owner,
            slots: Mutex::default(),
            closing: Mutex::default(),
            pass: tokio::sync::Mutex::default(),
        }))
    }

    /// Returns the name under which this process leases turns.
    pub(super) fn owner(&self) -> &str {
        &self.0.owner
    }

    /// Includes a turn in the passes.
    pub(super) fn attach(&self, ctx: Ctx, turn: TurnId, fencing_token: i64, reserved: u64) -> Arc<TurnSlot> {
        let slot = Arc::new(TurnSlot {
            ctx,
            id: turn,
            fencing_token,
            pending: Mutex::default(),
            lease: watch::Sender::new(LeaseState::Reserved(reserved)),
            stop: CancellationToken::new(),
        });
        self.0.slots.lock().insert(turn, Arc::clone(&slot));
        slot
    }

    /// Counts the live turns of a principal in this process.
    pub(super) fn count_live(&self, principal: PrincipalId) -> usize {
        self.0.slots.lock().values().filter(|slot| slot.ctx.subject() == principal).count()
    }

    /// Returns whether this process runs a turn or still has to write its terminal state. Such a turn is not
    /// an orphan, even if its lease expired while the database was unavailable.
    pub(super) fn owns(&self, turn: TurnId) -> bool {
        self.0.closing.lock().contains(&turn) || self.0.slots.lock().contains_key(&turn)
    }

    /// Removes a turn whose run ended without a terminal state.
    pub(super) fn release(&self, turn: TurnId) {
        self.0.slots.lock().remove(&turn);
        self.mark_closed(turn);
    }

    /// Marks a detached turn as done: its terminal state is written, or another process will write it.
    pub(super) fn mark_closed(&self, turn: TurnId) {
        self.0.closing.lock().remove(&turn);
    }

    /// Removes a turn from the passes and returns its unwritten events. The caller must write them and then
    /// call [`Self::mark_closed`].
    pub(super) async fn detach(&self, turn: TurnId) -> Vec<Arc<TurnEvent>> {
        self.0.closing.lock().insert(turn);
        let slot = self.0.slots.lock().remove(&turn);
        let _between_passes = self.0.pass.lock().await;
        slot.map(|slot| std::mem::take(&mut *slot.pending.lock())).unwrap_or_default()
    }

    /// Runs passes until the server is stopping and no turn is live.
    pub(super) async fn run(self) {
        let stopping = self.0.kernel.tasks.stopping();
        let mut renewed_at = Instant::now();
        loop {
            tokio::time::sleep(CHECKPOINT_INTERVAL).await;
            if stopping.is_cancelled() && self.0.slots.lock().is_empty() {
                return;
            }
            let renew_leases = renewed_at.elapsed() >= LEASE_RENEW_INTERVAL;
            if renew_leases {
                renewed_at = Instant::now();
            }
            self.run_pass(renew_leases).await;
        }
    }

    /// Writes the pending events of one turn immediately.
    pub(super) async fn save(&self, slot: &Arc<TurnSlot>) {
        let _guard = self.0.pass.lock().await;
        if slot.pending.lock().is_empty() {
            return;
        }
        let groups = [vec![Arc::clone(slot)]];
        if let Err(error) = self.write(&groups, false).await {
            log_failure(&error, &groups);
        }
    }

    /// Writes the pending events of all live turns, all tenants in one transaction. If that fails for another
    /// reason than an unavailable database, each tenant is retried in a transaction of its own.
    async fn run_pass(&self, renew_leases: bool) {
        let _guard = self.0.pass.lock().await;
        let mut by_tenant: HashMap<TenantId, Vec<Arc<TurnSlot>>> = HashMap::new();
        for slot in self.0.slots.lock().values() {
            if renew_leases || !slot.pending.lock().is_empty() {
                by_tenant.entry(slot.ctx.tenant()).or_default().push(Arc::clone(slot));
            }
        }
        let groups: Vec<Vec<Arc<TurnSlot>>> = by_tenant.into_values().collect();
        let Err(error) = self.write(&groups, renew_leases).await else { return };
        if groups.len() < 2 || matches!(error, StoreError::Unavailable(_)) {
            return log_failure(&error, &groups);
        }
        for group in &groups {
            let group = std::slice::from_ref(group);
            if let Err(error) = self.write(group, renew_leases).await {
                log_failure(&error, group);
            }
        }
    }

    /// Writes the live turns of several tenants in one transaction.
    async fn write(&self, groups: &[Vec<Arc<TurnSlot>>], renew_leases: bool) -> Result<(), StoreError> {
        let system_ctx = |slots: &[Arc<TurnSlot>]| {
            slots.first().map(|slot| Ctx::system(slot.ctx.tenant(), slot.ctx.system_ports().clone(), &[]))
        };
        let Some(first) = groups.first().and_then(|slots| system_ctx(slots)) else { return Ok(()) };
        let tx = self.0.kernel.db.begin(&first).await?;
        let mut outcomes = Vec::new();
        for slots in groups {
            let Some(ctx) = system_ctx(slots) else { continue };
            if ctx.tenant() != first.tenant() {
                tx.enter(&ctx).await?;
            }
            outcomes.extend(write_tenant(&tx, &ctx, slots, renew_leases).await?);
        }
        tx.commit().await?;

        for SlotOutcome { slot, saved } in outcomes {
            let Some(SavedSlot { events, last_seq, reserved_seq, is_stop_requested }) = saved else {
                slot.lease.send_replace(LeaseState::Lost);
                continue;
            };
            slot.pending.lock().drain(..events);
            if let Some(reserved) = reserved_seq {
                slot.lease.send_replace(LeaseState::Reserved(reserved));
            }
            if is_stop_requested {
                slot.stop.cancel();
            }
            if let Some(last) = last_seq {
                // If the bus is unavailable, it only keeps events longer than necessary.
                drop(self.0.kernel.bus.mark_checkpointed(slot.id, last).await);
            }
        }
        Ok(())
    }
}

/// Result of a pass for one turn.
struct SlotOutcome {
    slot: Arc<TurnSlot>,
    /// `None` if another process has taken the turn over.
    saved: Option<SavedSlot>,
}

struct SavedSlot {
    /// Number of pending events that were written.
    events: usize,
    last_seq: Option<u64>,
    /// The new reservation, if it changed.
    reserved_seq: Option<u64>,
    is_stop_requested: bool,
}

/// Writes the live turns of one tenant.
async fn write_tenant(
    tx: &WriteTx,
    ctx: &Ctx,
    slots: &[Arc<TurnSlot>],
    renew_leases: bool,
) -> Result<Vec<SlotOutcome>, StoreError> {
    let fencing_tokens: Vec<(TurnId, i64)> = slots.iter().map(|slot| (slot.id, slot.fencing_token)).collect();
    let leased = store::still_leased(tx.conn(), ctx, &fencing_tokens).await?;
    let mut rows = Vec::with_capacity(slots.len());
    let mut outcomes = Vec::with_capacity(slots.len());
    for slot in slots {
        let Some(&is_stop_requested) = leased.get(&slot.id) else {
            outcomes.push(SlotOutcome { slot: Arc::clone(slot), saved: None });
            continue;
        };
        let events = slot.pending.lock().clone();
        let reserved_seq = slot.seq_to_reserve();
        if let Some(reserved) = reserved_seq {
            store::reserve_seq(tx.conn(), ctx, slot.id, reserved).await?;
        }
        if !events.is_empty() {
            rows.push((slot.id, merge_events(events.iter().map(AsRef::as_ref))));
        }
        let last_seq = events.last().map(|event| event.seq);
        let saved = SavedSlot { events: events.len(), last_seq, reserved_seq, is_stop_requested };
        outcomes.push(SlotOutcome { slot: Arc::clone(slot), saved: Some(saved) });
    }
    store::append_events(tx.conn(), ctx, &rows).await?;
    if renew_leases {
        let turns: Vec<TurnId> = leased.keys().copied().collect();
        store::renew_leases(tx.conn(), ctx, &turns, ctx.now() + LEASE_DURATION).await?;
    }
    Ok(outcomes)
}

fn log_failure(error: &StoreError, groups: &[Vec<Arc<TurnSlot>>]) {
    tracing::warn!(
        error = error as &dyn std::error::Error,
        turns = groups.iter().map(Vec::len).sum::<usize>(),
        "failed to checkpoint live turns; retrying with the next pass"
    );
}
