//! Test doubles: a model with scripted responses and a tool that can be blocked.

use async_trait::async_trait;
use futures::StreamExt;
use penny_core::tools::{Tool, ToolContract, ToolError, ToolLimits, ToolOutcome, ToolRun};
use penny_ports::models::{
    FinishReason, ModelError, ModelEvent, ModelListing, ModelProvider, ModelRequest, ModelStream, ToolRequest,
};
use penny_types::tools::Effect;
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::Semaphore;

/// One step of a scripted response.
#[derive(Debug, Clone)]
pub enum ScriptStep {
    Text(&'static str),
    /// A call with empty arguments.
    ToolCall(&'static str),
    /// A call with JSON arguments.
    ToolCallWith(&'static str, &'static str),
    /// Blocks the response until [`ScriptedProvider::unblock`].
    Block,
    Panic,
}

/// Answers each request with the next script, and with `Done.` if there is none left.
#[derive(Debug)]
pub struct ScriptedProvider {
    scripts: Mutex<VecDeque<Vec<ScriptStep>>>,
    requests: Mutex<Vec<ModelRequest>>,
    gate: Arc<Semaphore>,
}

impl ScriptedProvider {
    pub fn new(scripts: Vec<Vec<ScriptStep>>) -> Arc<Self> {
        Arc::new(Self {
            scripts: Mutex::new(scripts.into()),
            requests: Mutex::default(),
            gate: Arc::new(Semaphore::new(0)),
        })
    }

    pub fn unblock(&self) {
        self.gate.add_permits(100);
    }

    pub fn requests(&self) -> Vec<ModelRequest> {
        self.requests.lock().unwrap().clone()
    }
}

#[async_trait]
impl ModelProvider for ScriptedProvider {
    fn name(&self) -> &'static str {
        "script"
    }

    async fn stream(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        let number = {
            let mut requests = self.requests.lock().unwrap();
            requests.push(request);
            requests.len()
        };
        let script =
            self.scripts.lock().unwrap().pop_front().unwrap_or_else(|| vec![ScriptStep::Text("Done.")]);
        let gate = Arc::clone(&self.gate);
        let stream = async_stream::stream! {
            let mut calls = 0;
            for step in script {
                match step {
                    ScriptStep::Text(text) => yield Ok(ModelEvent::Text(text.to_owned())),
                    ScriptStep::ToolCall(name) => {
                        calls += 1;
                        yield Ok(call(number, calls, name, "{}"));
                    }
                    ScriptStep::ToolCallWith(name, arguments) => {
                        calls += 1;
                        yield Ok(call(number, calls, name, arguments));
                    }
                    ScriptStep::Block => gate.acquire().await.unwrap().forget(),
                    ScriptStep::Panic => panic!("simulated panic of the model"),
                }
            }
            yield Ok(ModelEvent::Finished(if calls == 0 { FinishReason::Stop } else { FinishReason::ToolCalls }));
        };
        Ok(stream.boxed())
    }

    async fn list(&self) -> Result<Vec<ModelListing>, ModelError> {
        Ok(Vec::new())
    }
}

fn call(request: usize, number: usize, name: &str, arguments: &str) -> ModelEvent {
    let id = format!("call_{request}_{number}");
    ModelEvent::ToolCall(ToolRequest { id, name: name.to_owned(), arguments: arguments.to_owned() })
}

/// A tool that counts its runs and can block.
#[derive(Debug)]
pub struct ProbeTool {
    contract: ToolContract,
    run_count: AtomicUsize,
    gate: Option<Semaphore>,
}

/// Returns the contract of a tool that accepts any object.
pub fn contract(name: &'static str, effect: Effect, limits: ToolLimits) -> ToolContract {
    ToolContract {
        name,
        version: 1,
        description: "",
        effect,
        input_schema: json!({ "type": "object" }),
        limits,
    }
}

impl ProbeTool {
    fn build(name: &'static str, effect: Effect, gate: Option<Semaphore>) -> Arc<Self> {
        let contract = contract(name, effect, ToolLimits::default());
        Arc::new(Self { contract, run_count: AtomicUsize::new(0), gate })
    }

    pub fn new(name: &'static str, effect: Effect) -> Arc<Self> {
        Self::build(name, effect, None)
    }

    /// Creates a tool that blocks until [`Self::unblock`].
    pub fn blocking(name: &'static str, effect: Effect) -> Arc<Self> {
        Self::build(name, effect, Some(Semaphore::new(0)))
    }

    pub fn run_count(&self) -> usize {
        self.run_count.load(Ordering::SeqCst)
    }

    pub fn unblock(&self) {
        self.gate.as_ref().unwrap().add_permits(100);
    }

    /// Returns the result, which is longer than the preview that a conversation shows.
    pub fn result(&self) -> Value {
        json!({ "tool": self.contract.name, "answer": "numbers ".repeat(1_000) })
    }
}

#[async_trait]
impl Tool for ProbeTool {
    fn contract(&self) -> &ToolContract {
        &self.contract
    }

    async fn execute(&self, _: ToolRun<'_>) -> Result<ToolOutcome, ToolError> {
        self.run_count.fetch_add(1, Ordering::SeqCst);
        if let Some(gate) = &self.gate {
            gate.acquire().await.unwrap().forget();
        }
        Ok(ToolOutcome { result: self.result(), artifacts: Vec::new() })
    }
}
