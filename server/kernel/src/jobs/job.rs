//! Job types and their handlers.

use super::{JobRun, RetryPolicy};
use crate::access::Action;
use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{collections::BTreeMap, fmt::Debug, marker::PhantomData, sync::Arc, time::Duration};

/// A queue. Jobs of one queue share its slots in each process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Queue {
    pub name: &'static str,
    /// How many jobs of the queue one process runs at once.
    pub slots: usize,
}

impl Queue {
    /// Short jobs whose result is awaited.
    pub const DEFAULT: Self = Self { name: "default", slots: 4 };
    /// Clean-up and other periodic work.
    pub const MAINTENANCE: Self = Self { name: "maintenance", slots: 1 };
}

/// A job's payload, stored as JSON.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Name in the database. Never changes.
    const KIND: &'static str;
    const QUEUE: Queue = Queue::DEFAULT;
    const RETRY: RetryPolicy = RetryPolicy::DEFAULT;
    /// The actions that the job may do, as PENNY itself.
    const ACTIONS: &'static [Action] = &[];
}

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// May succeed when tried again.
    #[error(transparent)]
    Temporary(Box<dyn std::error::Error + Send + Sync>),
    /// Fails again in the same way.
    #[error(transparent)]
    Permanent(Box<dyn std::error::Error + Send + Sync>),
}

impl JobError {
    /// A failure that may pass.
    pub fn temporary(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Temporary(error.into())
    }

    /// A failure for which another try is useless.
    pub fn permanent(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Permanent(error.into())
    }
}

/// Runs every tenant's job at an interval.
#[derive(Debug, Clone, Copy)]
pub struct Recurring<J> {
    pub interval: Duration,
    pub payload: J,
}

/// Runs jobs of one type.
#[async_trait]
pub trait JobHandler<J: Job>: Debug + Send + Sync + 'static {
    /// Returns how often the job runs in every tenant without being enqueued.
    fn recurring(&self) -> Option<Recurring<J>> {
        None
    }

    /// Runs the job in its tenant. It may run again after the death of a process.
    async fn run(&self, run: &JobRun, payload: J) -> Result<(), JobError>;
}

#[async_trait]
impl<J: Job, H: JobHandler<J>> JobHandler<J> for Arc<H> {
    fn recurring(&self) -> Option<Recurring<J>> {
        H::recurring(self)
    }

    async fn run(&self, run: &JobRun, payload: J) -> Result<(), JobError> {
        H::run(self, run, payload).await
    }
}

/// The handlers of all job types, by kind.
#[derive(Debug, Default, Clone)]
pub struct JobRegistry(BTreeMap<&'static str, Arc<dyn ErasedHandler>>);

impl JobRegistry {
    /// Adds the handler of a job type; a later one replaces an earlier one.
    #[must_use]
    pub fn with<J: Job>(mut self, handler: impl JobHandler<J>) -> Self {
        self.0.insert(J::KIND, Arc::new(Erased { handler, job: PhantomData }));
        self
    }

    /// Adds all handlers of another registry.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub(super) fn get(&self, kind: &str) -> Option<&Arc<dyn ErasedHandler>> {
        self.0.get(kind)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<dyn ErasedHandler>> {
        self.0.values()
    }

    /// Returns the kinds of each queue.
    pub(super) fn queues(&self) -> BTreeMap<Queue, Vec<&'static str>> {
        let mut queues: BTreeMap<Queue, Vec<&'static str>> = BTreeMap::new();
        for (kind, handler) in &self.0 {
            queues.entry(handler.queue()).or_default().push(kind);
        }
        queues
    }
}

/// A handler whose payload type is known at run time only.
#[async_trait]
pub(super) trait ErasedHandler: Debug + Send + Sync {
    fn kind(&self) -> &'static str;
    fn queue(&self) -> Queue;
    fn retry(&self) -> RetryPolicy;
    fn actions(&self) -> &'static [Action];
    /// Returns the interval and the payload of a recurring job.
    fn recurring(&self) -> Option<(Duration, Value)>;
    async fn run(&self, run: &JobRun, payload: &Value) -> Result<(), JobError>;
}

struct Erased<J, H> {
    handler: H,
    job: PhantomData<fn() -> J>,
}

impl<J, H: Debug> Debug for Erased<J, H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.handler.fmt(f)
    }
}

#[async_trait]
impl<J: Job, H: JobHandler<J>> ErasedHandler for Erased<J, H> {
    fn kind(&self) -> &'static str {
        J::KIND
    }

    fn queue(&self) -> Queue {
        J::QUEUE
    }

    fn retry(&self) -> RetryPolicy {
        J::RETRY
    }

    fn actions(&self) -> &'static [Action] {
        J::ACTIONS
    }

    fn recurring(&self) -> Option<(Duration, Value)> {
        let recurring = self.handler.recurring()?;
        Some((recurring.interval, serde_json::to_value(recurring.payload).ok()?))
    }

    async fn run(&self, run: &JobRun, payload: &Value) -> Result<(), JobError> {
        let payload = J::deserialize(payload).map_err(JobError::permanent)?;
        self.handler.run(run, payload).await
    }
}
