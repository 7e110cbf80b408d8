//! The queue: claimed once, tried again, given up.

use crate::house::{House, Parts, Process, wait};
use async_trait::async_trait;
use chrono::TimeDelta;
use penny_core::{
    ctx::Ctx,
    jobs::{Kind, NewJob, Trouble, enqueue},
};
use penny_entity::{TenantScoped, job};
use penny_testkit::databases::both;
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Semaphore;

/// Counts what it did, and fails or hangs when it is told to.
#[derive(Debug)]
struct Counting {
    done: Mutex<HashMap<i64, usize>>,
    fails: AtomicBool,
    gate: Semaphore,
}

impl Counting {
    fn new() -> Arc<Self> {
        Arc::new(Self { done: Mutex::default(), fails: AtomicBool::new(false), gate: Semaphore::new(0) })
    }

    fn count(&self) -> usize {
        self.done.lock().unwrap().values().sum()
    }
}

#[async_trait]
impl Kind for Counting {
    fn name(&self) -> &'static str {
        "count"
    }

    async fn run(&self, _: &Ctx, payload: &Value) -> Result<(), Trouble> {
        *self.done.lock().unwrap().entry(payload["n"].as_i64().unwrap()).or_default() += 1;
        if payload["hangs"] == true {
            self.gate.acquire().await?.forget();
        }
        if payload["panics"] == true {
            panic!("the job breaks");
        }
        if self.fails.load(Ordering::SeqCst) { Err("it rains".into()) } else { Ok(()) }
    }
}

async fn worker(house: &House, kind: &Arc<Counting>) -> Process {
    house.idle(Parts { jobs: vec![kind.clone()], ..Parts::default() }).await
}

async fn ask_for(house: &House, ctx: &Ctx, payload: Value, unique_key: Option<&str>) {
    let tx = house.database.db.begin(ctx).await.unwrap();
    let new = NewJob { kind: "count", payload, run_at: ctx.now(), unique_key: unique_key.map(str::to_owned) };
    enqueue(&tx, ctx, new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn rows(house: &House) -> Vec<job::Model> {
    let tx = house.database.db.read(&house.system).await.unwrap();
    job::Entity::find_in(house.system.tenant).filter(job::Column::Kind.eq("count")).all(&tx).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_that_claim_at_once_never_do_the_same_job_twice() {
    for database in both().await {
        let house = House::on(database).await;
        let kind = Counting::new();
        for n in 0..40 {
            ask_for(&house, &house.system, json!({ "n": n }), None).await;
        }
        let workers = [worker(&house, &kind).await, worker(&house, &kind).await, worker(&house, &kind).await];
        let mut hands = tokio::task::JoinSet::new();
        for worker in workers {
            let kind = kind.clone();
            hands.spawn(async move {
                while kind.count() < 40 {
                    worker.services.jobs.work().await.unwrap();
                }
            });
        }
        hands.join_all().await;
        wait(async || rows(&house).await.iter().all(|row| row.finished_at.is_some() && row.error.is_none()))
            .await;
        let done = kind.done.lock().unwrap();
        assert!(done.len() == 40 && done.values().all(|&times| times == 1), "{done:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_worker_died_is_claimed_again_after_its_lease_and_not_before() {
    for database in both().await {
        let house = House::on(database).await;
        let kind = Counting::new();
        ask_for(&house, &house.system, json!({ "n": 1, "hangs": true }), None).await;
        let first = Arc::new(worker(&house, &kind).await);
        let second = worker(&house, &kind).await;
        let mut hands = tokio::task::JoinSet::new();
        let dies = {
            let first = first.clone();
            hands.spawn(async move { first.services.jobs.work().await })
        };
        wait(async || kind.count() == 1).await;
        assert_eq!(second.services.jobs.work().await.unwrap(), 0, "the lease holds");
        dies.abort();
        house.clock.advance(TimeDelta::seconds(30));
        assert_eq!(second.services.jobs.work().await.unwrap(), 0, "the lease still holds");
        house.clock.advance(TimeDelta::seconds(31));
        kind.gate.add_permits(1);
        assert_eq!(second.services.jobs.work().await.unwrap(), 1);
        assert_eq!(kind.count(), 2);
        let row = rows(&house).await.remove(0);
        assert!(row.finished_at.is_some() && row.attempts == 2 && row.lease_owner.is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_was_too_slow_does_not_write_over_its_successor() {
    for database in both().await {
        let house = House::on(database).await;
        let kind = Counting::new();
        ask_for(&house, &house.system, json!({ "n": 1, "hangs": true }), None).await;
        let (slow, quick) = (Arc::new(worker(&house, &kind).await), Arc::new(worker(&house, &kind).await));
        let (mut ones, mut others) = (tokio::task::JoinSet::new(), tokio::task::JoinSet::new());
        ones.spawn(async move { slow.services.jobs.work().await.unwrap() });
        wait(async || kind.count() == 1).await;
        house.clock.advance(TimeDelta::seconds(61));
        others.spawn(async move { quick.services.jobs.work().await.unwrap() });
        wait(async || kind.count() == 2).await;
        kind.fails.store(true, Ordering::SeqCst);
        kind.gate.add_permits(1);
        ones.join_all().await;
        let row = rows(&house).await.remove(0);
        assert!(row.error.is_none() && row.lease_owner.is_some(), "{row:?}");
        kind.fails.store(false, Ordering::SeqCst);
        kind.gate.add_permits(1);
        others.join_all().await;
        assert!(rows(&house).await.remove(0).finished_at.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_or_panics_is_tried_again_later_and_given_up_in_the_end() {
    for database in both().await {
        let house = House::on(database).await;
        let kind = Counting::new();
        kind.fails.store(true, Ordering::SeqCst);
        ask_for(&house, &house.system, json!({ "n": 1 }), None).await;
        ask_for(&house, &house.system, json!({ "n": 2, "panics": true }), None).await;
        let worker = worker(&house, &kind).await;
        assert_eq!(worker.services.jobs.work().await.unwrap(), 2);
        assert_eq!(worker.services.jobs.work().await.unwrap(), 0, "not at once");
        for _ in 0..12 {
            house.clock.advance(TimeDelta::hours(2));
            worker.services.jobs.work().await.unwrap();
        }
        let rows = rows(&house).await;
        assert!(rows.iter().all(|row| row.attempts == 8 && row.finished_at.is_some()), "{rows:?}");
        let mut errors: Vec<_> = rows.iter().filter_map(|row| row.error.clone()).collect();
        errors.sort();
        assert_eq!(errors, ["it panicked", "it rains"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_unfinished_jobs_share_no_key_and_another_tenants_do() {
    for database in both().await {
        let house = House::on(database).await;
        let globex = house.neighbour("globex").await;
        let kind = Counting::new();
        for ctx in [&house.system, &house.system, &globex] {
            ask_for(&house, ctx, json!({ "n": 1 }), Some("once")).await;
        }
        assert_eq!(rows(&house).await.len(), 1);
        let worker = worker(&house, &kind).await;
        worker.services.jobs.work().await.unwrap();
        assert_eq!(kind.count(), 2);
        ask_for(&house, &house.system, json!({ "n": 1 }), Some("once")).await;
        assert_eq!(rows(&house).await.len(), 2, "one that is over stands in nobody's way");
    }
}
