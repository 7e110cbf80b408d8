//! Tools that the tests of the doors bring along.

use async_trait::async_trait;
use penny_core::tools::{Caps, Tool, ToolContract, ToolError, ToolOutcome, ToolRun};
use penny_types::{Fault, FaultCode, tools::Effect};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// A tool that does what its name says.
#[derive(Debug)]
struct Scripted(ToolContract);

fn contract(name: &'static str, effect: Effect, caps: Caps) -> Arc<dyn Tool> {
    let input_schema = json!({ "type": "object", "additionalProperties": false });
    Arc::new(Scripted(ToolContract {
        name,
        version: 1,
        description: "Is there for a test.",
        effect,
        input_schema,
        caps,
    }))
}

/// `slow` never ends within its second, `wipe` cannot be taken back, `twice` may be called twice a
/// minute, `talker` says more than it may, `broken` breaks.
pub fn all() -> Vec<Arc<dyn Tool>> {
    let caps = Caps::default();
    vec![
        contract("slow", Effect::Read, Caps { timeout: Duration::from_secs(1), ..caps }),
        contract("wipe", Effect::Irreversible, caps),
        contract("twice", Effect::Read, Caps { per_minute: 2, ..caps }),
        contract("talker", Effect::Read, Caps { result_bytes: 1_000, ..caps }),
        contract("broken", Effect::Read, caps),
    ]
}

#[async_trait]
impl Tool for Scripted {
    fn contract(&self) -> &ToolContract {
        &self.0
    }

    async fn execute(&self, _: ToolRun<'_>) -> Result<ToolOutcome, ToolError> {
        let result = match self.0.name {
            "slow" => std::future::pending::<Value>().await,
            "talker" => json!("x".repeat(10_000)),
            "broken" => return Err(ToolError::Failed(Fault::new(FaultCode::ToolFailed))),
            _ => json!({ "done": true }),
        };
        Ok(ToolOutcome { result, artifacts: Vec::new() })
    }
}
