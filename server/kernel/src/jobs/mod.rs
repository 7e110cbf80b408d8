//! Background jobs: typed payloads in a database queue, and the runner that works through it.
//!
//! A job is enqueued in the transaction that makes it necessary. A process claims it under a lease and renews the lease
//! while it runs; when the process dies, another claims the job again, so a job must be safe to run twice. Each queue
//! has slots of its own, so that long jobs do not delay the jobs of other queues.
//!
//! A new job is a payload type that implements [`Job`] and a handler that implements [`JobHandler`], registered in
//! [`JobRegistry`].

mod job;
mod retry;
mod run;
mod runner;
mod store;

pub use job::{Job, JobError, JobHandler, JobRegistry, Queue, Recurring};
pub use retry::RetryPolicy;
pub use run::JobRun;
pub use runner::Jobs;
pub use store::{JobState, JobStatus, NewJob, delete_finished, enqueue, find, request_cancellation};
