//! What a tool's call may cost: how many at once, and how much it may bring.

use crate::{
    house::{House, Parts, Process, wait},
    scripted::contract,
};
use async_trait::async_trait;
use penny_core::{
    ctx::Ctx,
    fault::ToFault,
    tools::{Caps, Error, Tool, ToolArtifact, ToolContract, ToolError, ToolOutcome, ToolRun},
};
use penny_entity::{TenantScoped, artifact};
use penny_testkit::databases::both;
use penny_types::{
    artifacts::ArtifactKind,
    tools::{Effect, ToolResultView},
};
use sea_orm::PaginatorTrait;
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Semaphore;

/// Brings what it is made with, once it is let go, and counts how many of it run.
#[derive(Debug)]
struct Maker {
    contract: ToolContract,
    outcome: ToolOutcome,
    gate: Semaphore,
    running: AtomicUsize,
    most: AtomicUsize,
}

impl Maker {
    fn new(caps: Caps, outcome: ToolOutcome, free: usize) -> Arc<Self> {
        let contract = contract("make", Effect::Read, caps);
        let gate = Semaphore::new(free);
        Arc::new(Self { contract, outcome, gate, running: AtomicUsize::new(0), most: AtomicUsize::new(0) })
    }

    fn running(&self) -> usize {
        self.running.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Tool for Maker {
    fn contract(&self) -> &ToolContract {
        &self.contract
    }

    async fn execute(&self, _: ToolRun<'_>) -> Result<ToolOutcome, ToolError> {
        let now = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        self.running.fetch_sub(1, Ordering::SeqCst);
        Ok(self.outcome.clone())
    }
}

async fn process(house: &House, tool: Arc<Maker>) -> Process {
    house.idle(Parts { tools: vec![tool], ..Parts::default() }).await
}

async fn make(process: &Process, ctx: &Ctx) -> Result<ToolResultView, Error> {
    process.services.tools.invoke(ctx, "make", json!({})).await
}

fn answer(result: Value) -> ToolOutcome {
    ToolOutcome { result, artifacts: Vec::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_calls_run_at_once_in_a_tenant_than_the_tool_allows() {
    for database in both().await {
        let house = House::on(database).await;
        let (alice, mallory) = (&house.alice, &house.neighbour("globex").await);
        let tool = Maker::new(Caps { concurrency: 2, ..Caps::default() }, answer(json!({})), 0);
        let process = process(&house, Arc::clone(&tool)).await;
        let alices = futures::future::join_all((0..5).map(|_| make(&process, alice)));
        let mallorys = async {
            wait(async || tool.running() == 2).await;
            make(&process, mallory).await
        };
        let lets_go = async {
            // Another tenant's calls have places of their own.
            wait(async || tool.running() == 3).await;
            tool.gate.add_permits(6);
        };
        let (alices, mallorys, ()) = tokio::join!(alices, mallorys, lets_go);
        assert!(alices.iter().chain([&mallorys]).all(Result::is_ok), "{alices:?} {mallorys:?}");
        assert_eq!(tool.most.load(Ordering::SeqCst), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_may_be_as_large_as_the_tool_allows_and_no_larger() {
    for database in both().await {
        let house = House::on(database).await;
        // With its quotation marks.
        for (bytes, fits) in [(98, true), (99, false)] {
            let caps = Caps { result_bytes: 100, ..Caps::default() };
            let process = process(&house, Maker::new(caps, answer(json!("x".repeat(bytes))), 1)).await;
            let made = make(&process, &house.alice).await;
            assert_eq!(made.is_ok(), fits, "{made:?}");
            let words = made.err().map(|error| error.to_fault().message_key).unwrap_or_default();
            assert_eq!(words == penny_words::keys::FAULT_TOOL_RESULT, !fits, "{words}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_may_have_as_many_rows_as_the_tool_allows_and_of_more_nothing_is_kept() {
    let table = |rows: usize| {
        let rows: Vec<Value> = (0..rows).map(|row| json!([row])).collect();
        json!({ "columns": [{ "name": "n", "format": "number" }], "rows": rows })
    };
    let kept = |content: Value| ToolOutcome {
        result: json!("done"),
        artifacts: vec![ToolArtifact { kind: ArtifactKind::Table, title: "Rows".to_owned(), content }],
    };
    for database in both().await {
        let house = House::on(database).await;
        for (outcome, fits) in [
            (answer(table(3)), true),
            (answer(table(4)), false),
            (kept(table(3)), true),
            (kept(table(4)), false),
        ] {
            let process = process(&house, Maker::new(Caps { rows: 3, ..Caps::default() }, outcome, 1)).await;
            let made = make(&process, &house.alice).await;
            assert_eq!(made.is_ok(), fits, "{made:?}");
            let words = made.err().map(|error| error.to_fault().message_key).unwrap_or_default();
            assert_eq!(words == penny_words::keys::FAULT_TOOL_ROWS, !fits, "{words}");
        }
        let tx = house.database.db.read(&house.alice).await.unwrap();
        assert_eq!(artifact::Entity::find_in(house.alice.tenant).count(&tx).await.unwrap(), 1);
    }
}
