//! Limits of tool calls: concurrency, result size and rows.

use crate::{
    doubles::contract,
    env::{ProcessSetup, TestEnv, TestProcess, wait_until},
};
use async_trait::async_trait;
use penny_core::tools::{
    Tool, ToolArtifact, ToolCallError, ToolContract, ToolError, ToolLimits, ToolOutcome, ToolRun,
};
use penny_entity::{TenantScoped, artifact};
use penny_kernel::{ctx::Ctx, fault::ToFault};
use penny_testkit::databases::test_databases;
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

/// A tool that waits for a permit, returns a fixed outcome and counts its concurrent runs.
#[derive(Debug)]
struct GatedTool {
    contract: ToolContract,
    outcome: ToolOutcome,
    gate: Semaphore,
    running: AtomicUsize,
    max_running: AtomicUsize,
}

impl GatedTool {
    fn new(limits: ToolLimits, outcome: ToolOutcome, permits: usize) -> Arc<Self> {
        let contract = contract("make", Effect::Read, limits);
        let gate = Semaphore::new(permits);
        Arc::new(Self {
            contract,
            outcome,
            gate,
            running: AtomicUsize::new(0),
            max_running: AtomicUsize::new(0),
        })
    }

    fn running(&self) -> usize {
        self.running.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Tool for GatedTool {
    fn contract(&self) -> &ToolContract {
        &self.contract
    }

    async fn execute(&self, _: ToolRun<'_>) -> Result<ToolOutcome, ToolError> {
        let now = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.max_running.fetch_max(now, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        self.running.fetch_sub(1, Ordering::SeqCst);
        Ok(self.outcome.clone())
    }
}

async fn process(env: &TestEnv, tool: Arc<GatedTool>) -> TestProcess {
    env.idle_process(ProcessSetup { tools: vec![tool], ..ProcessSetup::default() }).await
}

async fn invoke(process: &TestProcess, ctx: &Ctx) -> Result<ToolResultView, ToolCallError> {
    process.services.tools.invoke(ctx, "make", json!({})).await
}

fn outcome(result: Value) -> ToolOutcome {
    ToolOutcome { result, artifacts: Vec::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_concurrency_limit_of_a_tool_applies_per_tenant() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let (alice, mallory) = (&env.alice, &env.other_tenant("globex").await);
        let tool =
            GatedTool::new(ToolLimits { concurrency: 2, ..ToolLimits::default() }, outcome(json!({})), 0);
        let process = process(&env, Arc::clone(&tool)).await;
        let alices = futures::future::join_all((0..5).map(|_| invoke(&process, alice)));
        let mallorys = async {
            wait_until(async || tool.running() == 2).await;
            invoke(&process, mallory).await
        };
        let release = async {
            // Calls of another tenant have their own limit.
            wait_until(async || tool.running() == 3).await;
            tool.gate.add_permits(6);
        };
        let (alices, mallorys, ()) = tokio::join!(alices, mallorys, release);
        assert!(alices.iter().chain([&mallorys]).all(Result::is_ok), "{alices:?} {mallorys:?}");
        assert_eq!(tool.max_running.load(Ordering::SeqCst), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_above_the_size_limit_is_an_error() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        // The quotation marks of the JSON string count too.
        for (bytes, fits) in [(98, true), (99, false)] {
            let limits = ToolLimits { result_bytes: 100, ..ToolLimits::default() };
            let process = process(&env, GatedTool::new(limits, outcome(json!("x".repeat(bytes))), 1)).await;
            let result = invoke(&process, &env.alice).await;
            assert_eq!(result.is_ok(), fits, "{result:?}");
            let message_key = result.err().map(|error| error.to_fault().message_key).unwrap_or_default();
            assert_eq!(message_key == penny_i18n::keys::FAULT_TOOL_RESULT, !fits, "{message_key}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_above_the_row_limit_is_an_error_and_is_not_stored() {
    let table = |rows: usize| {
        let rows: Vec<Value> = (0..rows).map(|row| json!([row])).collect();
        json!({ "columns": [{ "name": "n", "format": "number" }], "rows": rows })
    };
    let with_artifact = |content: Value| ToolOutcome {
        result: json!("done"),
        artifacts: vec![ToolArtifact { kind: ArtifactKind::Table, title: "Rows".to_owned(), content }],
    };
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        for (outcome, fits) in [
            (outcome(table(3)), true),
            (outcome(table(4)), false),
            (with_artifact(table(3)), true),
            (with_artifact(table(4)), false),
        ] {
            let process =
                process(&env, GatedTool::new(ToolLimits { rows: 3, ..ToolLimits::default() }, outcome, 1))
                    .await;
            let result = invoke(&process, &env.alice).await;
            assert_eq!(result.is_ok(), fits, "{result:?}");
            let message_key = result.err().map(|error| error.to_fault().message_key).unwrap_or_default();
            assert_eq!(message_key == penny_i18n::keys::FAULT_TOOL_ROWS, !fits, "{message_key}");
        }
        let tx = env.database.db.read(&env.alice).await.unwrap();
        assert_eq!(artifact::Entity::find_in(env.alice.tenant()).count(&tx).await.unwrap(), 1);
    }
}
