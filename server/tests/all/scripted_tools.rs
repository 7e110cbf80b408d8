//! Tools that are registered only in tests.

use async_trait::async_trait;
use penny_core::tools::{Tool, ToolContract, ToolError, ToolLimits, ToolOutcome, ToolRun};
use penny_types::{Fault, FaultCode, tools::Effect};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// A tool whose name specifies its behaviour; see [`all`].
#[derive(Debug)]
struct ScriptedTool(ToolContract);

fn scripted_tool(name: &'static str, effect: Effect, caps: ToolLimits) -> Arc<dyn Tool> {
    let input_schema = json!({ "type": "object", "additionalProperties": false });
    Arc::new(ScriptedTool(ToolContract {
        name,
        version: 1,
        description: "Is used in tests.",
        effect,
        input_schema,
        limits: caps,
    }))
}

/// Returns the test tools: `slow` never returns and has a timeout of 1 s, `wipe` is irreversible, `twice` is
/// limited to two calls a minute, `talker` returns more than its size limit, `broken` fails.
pub fn all() -> Vec<Arc<dyn Tool>> {
    let caps = ToolLimits::default();
    vec![
        scripted_tool("slow", Effect::Read, ToolLimits { timeout: Duration::from_secs(1), ..caps }),
        scripted_tool("wipe", Effect::Irreversible, caps),
        scripted_tool("twice", Effect::Read, ToolLimits { per_minute: 2, ..caps }),
        scripted_tool("talker", Effect::Read, ToolLimits { result_bytes: 1_000, ..caps }),
        scripted_tool("broken", Effect::Read, caps),
    ]
}

#[async_trait]
impl Tool for ScriptedTool {
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
