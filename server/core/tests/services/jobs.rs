//! The job queue: claiming, leases, retries and unique keys.

use crate::env::{ProcessSetup, TestEnv, TestProcess, wait_until};
use async_trait::async_trait;
use chrono::TimeDelta;
use penny_entity::{TenantScoped, job};
use penny_kernel::{
    ctx::Ctx,
    jobs::{
        Job, JobError, JobHandler, JobRegistry, JobRun, JobState, JobStatus, NewJob, Queue, enqueue, find,
        request_cancellation,
    },
};
use penny_testkit::databases::test_databases;
use penny_types::JobId;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Semaphore;

/// The payload of a job that can fail, block or panic.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Count {
    n: i64,
    #[serde(default)]
    blocks: bool,
    #[serde(default)]
    panics: bool,
}

impl Job for Count {
    const KIND: &'static str = "count";
}

/// Counts the runs by payload.
#[derive(Debug)]
struct CountingJob {
    runs: Mutex<HashMap<i64, usize>>,
    fails: AtomicBool,
    gate: Semaphore,
}

impl CountingJob {
    fn new() -> Arc<Self> {
        Arc::new(Self { runs: Mutex::default(), fails: AtomicBool::new(false), gate: Semaphore::new(0) })
    }

    fn count(&self) -> usize {
        self.runs.lock().unwrap().values().sum()
    }
}

#[async_trait]
impl JobHandler<Count> for CountingJob {
    async fn run(&self, run: &JobRun, payload: Count) -> Result<(), JobError> {
        *self.runs.lock().unwrap().entry(payload.n).or_default() += 1;
        if payload.blocks {
            tokio::select! {
                permit = self.gate.acquire() => permit.map_err(JobError::temporary)?.forget(),
                () = run.cancelled() => {}
            }
        }
        if payload.panics {
            panic!("simulated panic of the job");
        }
        if self.fails.load(Ordering::SeqCst) { Err(JobError::temporary("simulated failure")) } else { Ok(()) }
    }
}

/// A job of another queue that reports its progress, and fails permanently when `n` is negative.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Measure {
    n: i64,
}

impl Job for Measure {
    const KIND: &'static str = "measure";
    const QUEUE: Queue = Queue { name: "measurements", slots: 1 };
}

#[derive(Debug, Default)]
struct MeasuringJob(Mutex<Vec<i64>>);

#[async_trait]
impl JobHandler<Measure> for MeasuringJob {
    async fn run(&self, run: &JobRun, payload: Measure) -> Result<(), JobError> {
        self.0.lock().unwrap().push(payload.n);
        if payload.n < 0 {
            return Err(JobError::permanent("negative"));
        }
        run.report_progress(2, 2).await.map_err(JobError::temporary)
    }
}

async fn worker(env: &TestEnv, handler: &Arc<CountingJob>) -> TestProcess {
    let jobs = JobRegistry::default().with::<Count>(handler.clone());
    env.idle_process(ProcessSetup { jobs, ..ProcessSetup::default() }).await
}

async fn enqueue_new<J: Job>(env: &TestEnv, ctx: &Ctx, new: NewJob<J>) -> Option<JobId> {
    let tx = env.database.db.begin(ctx).await.unwrap();
    let id = enqueue(&tx, ctx, new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn enqueue_job(env: &TestEnv, ctx: &Ctx, payload: Value, unique_key: Option<&str>) {
    let new = NewJob::new(serde_json::from_value::<Count>(payload).unwrap());
    let new = match unique_key {
        Some(key) => new.unique(key),
        None => new,
    };
    enqueue_new(env, ctx, new).await;
}

async fn status(env: &TestEnv, id: JobId) -> JobStatus {
    let tx = env.database.db.read(&env.system).await.unwrap();
    find(&tx, &env.system, id).await.unwrap().unwrap()
}

async fn rows(env: &TestEnv) -> Vec<job::Model> {
    let tx = env.database.db.read(&env.system).await.unwrap();
    job::Entity::find_in(env.system.tenant()).filter(job::Column::Kind.eq("count")).all(&tx).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_workers_run_each_job_once() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let kind = CountingJob::new();
        for n in 0..40 {
            enqueue_job(&env, &env.system, json!({ "n": n }), None).await;
        }
        let workers = [worker(&env, &kind).await, worker(&env, &kind).await, worker(&env, &kind).await];
        let mut tasks = tokio::task::JoinSet::new();
        for worker in workers {
            let kind = kind.clone();
            tasks.spawn(async move {
                while kind.count() < 40 {
                    worker.services.jobs.run_due().await.unwrap();
                }
            });
        }
        tasks.join_all().await;
        wait_until(async || {
            rows(&env).await.iter().all(|row| row.finished_at.is_some() && row.error.is_none())
        })
        .await;
        let runs = kind.runs.lock().unwrap();
        assert!(runs.len() == 40 && runs.values().all(|&times| times == 1), "{runs:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_job_of_a_dead_worker_is_claimed_again_once_its_lease_has_expired() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let kind = CountingJob::new();
        enqueue_job(&env, &env.system, json!({ "n": 1, "blocks": true }), None).await;
        let first = Arc::new(worker(&env, &kind).await);
        let second = worker(&env, &kind).await;
        let mut tasks = tokio::task::JoinSet::new();
        let dying = {
            let first = first.clone();
            tasks.spawn(async move { first.services.jobs.run_due().await })
        };
        wait_until(async || kind.count() == 1).await;
        assert_eq!(second.services.jobs.run_due().await.unwrap(), 0, "the lease is valid");
        dying.abort();
        env.clock.advance(TimeDelta::seconds(30));
        assert_eq!(second.services.jobs.run_due().await.unwrap(), 0, "the lease is still valid");
        env.clock.advance(TimeDelta::seconds(31));
        kind.gate.add_permits(1);
        assert_eq!(second.services.jobs.run_due().await.unwrap(), 1);
        assert_eq!(kind.count(), 2);
        let row = rows(&env).await.remove(0);
        assert!(row.finished_at.is_some() && row.attempts == 2 && row.lease_owner.is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_lost_its_lease_does_not_overwrite_the_result() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let kind = CountingJob::new();
        enqueue_job(&env, &env.system, json!({ "n": 1, "blocks": true }), None).await;
        let (slow, quick) = (Arc::new(worker(&env, &kind).await), Arc::new(worker(&env, &kind).await));
        let (mut slow_tasks, mut quick_tasks) = (tokio::task::JoinSet::new(), tokio::task::JoinSet::new());
        slow_tasks.spawn(async move { slow.services.jobs.run_due().await.unwrap() });
        wait_until(async || kind.count() == 1).await;
        env.clock.advance(TimeDelta::seconds(61));
        quick_tasks.spawn(async move { quick.services.jobs.run_due().await.unwrap() });
        wait_until(async || kind.count() == 2).await;
        kind.fails.store(true, Ordering::SeqCst);
        kind.gate.add_permits(1);
        slow_tasks.join_all().await;
        let row = rows(&env).await.remove(0);
        assert!(row.error.is_none() && row.lease_owner.is_some(), "{row:?}");
        kind.fails.store(false, Ordering::SeqCst);
        kind.gate.add_permits(1);
        quick_tasks.join_all().await;
        assert!(rows(&env).await.remove(0).finished_at.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_or_panics_is_retried_later_and_finally_abandoned() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let kind = CountingJob::new();
        kind.fails.store(true, Ordering::SeqCst);
        enqueue_job(&env, &env.system, json!({ "n": 1 }), None).await;
        enqueue_job(&env, &env.system, json!({ "n": 2, "panics": true }), None).await;
        let worker = worker(&env, &kind).await;
        assert_eq!(worker.services.jobs.run_due().await.unwrap(), 2);
        assert_eq!(worker.services.jobs.run_due().await.unwrap(), 0, "not retried immediately");
        for _ in 0..12 {
            env.clock.advance(TimeDelta::hours(2));
            worker.services.jobs.run_due().await.unwrap();
        }
        let rows = rows(&env).await;
        assert!(rows.iter().all(|row| row.attempts == 8 && row.finished_at.is_some()), "{rows:?}");
        let mut errors: Vec<_> = rows.iter().filter_map(|row| row.error.clone()).collect();
        errors.sort();
        assert_eq!(errors, ["simulated failure", "the job panicked"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unique_key_prevents_a_second_unfinished_job_in_the_same_tenant() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let globex = env.other_tenant("globex").await;
        let kind = CountingJob::new();
        for ctx in [&env.system, &env.system, &globex] {
            enqueue_job(&env, ctx, json!({ "n": 1 }), Some("once")).await;
        }
        assert_eq!(rows(&env).await.len(), 1);
        let worker = worker(&env, &kind).await;
        worker.services.jobs.run_due().await.unwrap();
        assert_eq!(kind.count(), 2);
        enqueue_job(&env, &env.system, json!({ "n": 1 }), Some("once")).await;
        assert_eq!(rows(&env).await.len(), 2, "a finished job does not block the key");
    }
}

/// Starts a process whose default queue is full of blocking jobs.
async fn process_with_full_queue(env: &TestEnv) -> (TestProcess, Arc<CountingJob>, Arc<MeasuringJob>) {
    let (counting, measuring) = (CountingJob::new(), Arc::new(MeasuringJob::default()));
    for n in 0..10 {
        enqueue_job(env, &env.system, json!({ "n": n, "blocks": true }), None).await;
    }
    let jobs = JobRegistry::default().with::<Count>(counting.clone()).with::<Measure>(measuring.clone());
    let process = env.start_process(ProcessSetup { jobs, ..ProcessSetup::default() }).await;
    wait_until(async || counting.count() == Queue::DEFAULT.slots).await;
    (process, counting, measuring)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn long_jobs_do_not_delay_the_jobs_of_another_queue_and_a_free_slot_is_used_at_once() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let (process, counting, measuring) = process_with_full_queue(&env).await;
        let id = enqueue_new(&env, &env.system, NewJob::new(Measure { n: 1 })).await.unwrap();
        wait_until(async || status(&env, id).await.state == JobState::Succeeded).await;
        assert_eq!(status(&env, id).await.progress, (2, 2));
        assert_eq!(*measuring.0.lock().unwrap(), [1]);
        assert_eq!(counting.count(), Queue::DEFAULT.slots, "no slot was free");
        counting.gate.add_permits(1);
        wait_until(async || counting.count() == Queue::DEFAULT.slots + 1).await;
        counting.gate.add_permits(100);
        process.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_running_job_and_a_queued_one_can_be_cancelled() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let counting = CountingJob::new();
        let new = |n| NewJob::new(Count { n, blocks: true, panics: false });
        let running = enqueue_new(&env, &env.system, new(1)).await.unwrap();
        let later = new(2).run_at(env.system.now() + TimeDelta::days(1));
        let queued = enqueue_new(&env, &env.system, later).await.unwrap();
        let jobs = JobRegistry::default().with::<Count>(counting.clone());
        let process = env.start_process(ProcessSetup { jobs, ..ProcessSetup::default() }).await;
        wait_until(async || counting.count() == 1).await;
        assert_eq!(status(&env, running).await.state, JobState::Running);
        for id in [running, queued] {
            let tx = env.database.db.begin(&env.system).await.unwrap();
            assert!(request_cancellation(&tx, &env.system, id).await.unwrap());
            tx.commit().await.unwrap();
            wait_until(async || status(&env, id).await.state == JobState::Cancelled).await;
        }
        assert_eq!(counting.count(), 1, "a cancelled job was started");
        let tx = env.database.db.begin(&env.system).await.unwrap();
        assert!(!request_cancellation(&tx, &env.system, running).await.unwrap(), "it is finished");
        drop(tx);
        process.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_of_higher_priority_are_claimed_first_and_a_permanent_failure_is_not_retried() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let measuring = Arc::new(MeasuringJob::default());
        let jobs = JobRegistry::default().with::<Measure>(measuring.clone());
        let worker = env.idle_process(ProcessSetup { jobs, ..ProcessSetup::default() }).await;
        let failing = enqueue_new(&env, &env.system, NewJob::new(Measure { n: -1 })).await.unwrap();
        enqueue_new(&env, &env.system, NewJob::new(Measure { n: 2 }).priority(5)).await.unwrap();
        assert_eq!(worker.services.jobs.run_due().await.unwrap(), 1, "the queue has one slot");
        assert_eq!(worker.services.jobs.run_due().await.unwrap(), 1);
        assert_eq!(*measuring.0.lock().unwrap(), [2, -1]);
        let status = status(&env, failing).await;
        assert_eq!(
            (status.state, status.attempts, status.error.as_deref()),
            (JobState::Failed, 1, Some("negative"))
        );
    }
}
