//! A model that says what it is told to, and tools that can be held up.

use async_trait::async_trait;
use futures::StreamExt;
use penny_core::tools::{Caps, Tool, ToolContract, ToolError, ToolOutcome, ToolRun};
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

/// One thing the model does.
#[derive(Debug, Clone)]
pub enum Line {
    Say(&'static str),
    Call(&'static str),
    CallWith(&'static str, &'static str),
    /// Says nothing more until it is let go.
    Hang,
    Panic,
}

/// Answers each request with the next script; when there is none left, with `Done.`
#[derive(Debug)]
pub struct Scripted {
    scripts: Mutex<VecDeque<Vec<Line>>>,
    requests: Mutex<Vec<ModelRequest>>,
    gate: Arc<Semaphore>,
}

impl Scripted {
    pub fn new(scripts: Vec<Vec<Line>>) -> Arc<Self> {
        Arc::new(Self {
            scripts: Mutex::new(scripts.into()),
            requests: Mutex::default(),
            gate: Arc::new(Semaphore::new(0)),
        })
    }

    /// Lets go of what hangs.
    pub fn let_go(&self) {
        self.gate.add_permits(100);
    }

    pub fn requests(&self) -> Vec<ModelRequest> {
        self.requests.lock().unwrap().clone()
    }
}

#[async_trait]
impl ModelProvider for Scripted {
    fn name(&self) -> &'static str {
        "script"
    }

    async fn stream(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        let number = {
            let mut requests = self.requests.lock().unwrap();
            requests.push(request);
            requests.len()
        };
        let script = self.scripts.lock().unwrap().pop_front().unwrap_or_else(|| vec![Line::Say("Done.")]);
        let gate = Arc::clone(&self.gate);
        let stream = async_stream::stream! {
            let mut calls = 0;
            for line in script {
                match line {
                    Line::Say(words) => yield Ok(ModelEvent::Text(words.to_owned())),
                    Line::Call(name) => {
                        calls += 1;
                        yield Ok(call(number, calls, name, "{}"));
                    }
                    Line::CallWith(name, arguments) => {
                        calls += 1;
                        yield Ok(call(number, calls, name, arguments));
                    }
                    Line::Hang => gate.acquire().await.unwrap().forget(),
                    Line::Panic => panic!("the model breaks"),
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

/// A tool that counts how often it ran, and hangs when it was made to.
#[derive(Debug)]
pub struct Probe {
    contract: ToolContract,
    ran: AtomicUsize,
    gate: Option<Semaphore>,
}

/// Makes the contract of a tool that takes any object.
pub fn contract(name: &'static str, effect: Effect, caps: Caps) -> ToolContract {
    ToolContract {
        name,
        version: 1,
        description: "",
        effect,
        input_schema: json!({ "type": "object" }),
        caps,
    }
}

impl Probe {
    fn make(name: &'static str, effect: Effect, gate: Option<Semaphore>) -> Arc<Self> {
        let contract = contract(name, effect, Caps::default());
        Arc::new(Self { contract, ran: AtomicUsize::new(0), gate })
    }

    pub fn quick(name: &'static str, effect: Effect) -> Arc<Self> {
        Self::make(name, effect, None)
    }

    pub fn held_up(name: &'static str, effect: Effect) -> Arc<Self> {
        Self::make(name, effect, Some(Semaphore::new(0)))
    }

    pub fn ran(&self) -> usize {
        self.ran.load(Ordering::SeqCst)
    }

    pub fn let_go(&self) {
        self.gate.as_ref().unwrap().add_permits(100);
    }

    /// What it answers: longer than a conversation shows.
    pub fn answer(&self) -> Value {
        json!({ "tool": self.contract.name, "answer": "figures ".repeat(1_000) })
    }
}

#[async_trait]
impl Tool for Probe {
    fn contract(&self) -> &ToolContract {
        &self.contract
    }

    async fn execute(&self, _: ToolRun<'_>) -> Result<ToolOutcome, ToolError> {
        self.ran.fetch_add(1, Ordering::SeqCst);
        if let Some(gate) = &self.gate {
            gate.acquire().await.unwrap().forget();
        }
        Ok(ToolOutcome { result: self.answer(), artifacts: Vec::new() })
    }
}
