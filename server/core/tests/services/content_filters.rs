//! Content filters: the model, the tools, the clients and the database only receive filtered content.

use crate::{
    doubles::{ScriptStep, ScriptedProvider, contract},
    env::{ProcessSetup, TestEnv, joined_text, message_text},
};
use async_trait::async_trait;
use penny_core::{
    tools::{Tool, ToolContract, ToolError, ToolLimits, ToolOutcome, ToolRun},
    turns::{ContentFilter, ContentFilters},
};
use penny_entity::{TenantScoped, tool_call};
use penny_ports::models::{ModelMessage, ModelRequest};
use penny_testkit::databases::test_databases;
use penny_types::{
    conversations::PartBody,
    events::TurnEventBody,
    tools::{Effect, ToolCallStatus},
    turns::TurnStatus,
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

#[derive(Debug)]
struct UppercaseFilter;

impl ContentFilter for UppercaseFilter {
    fn request(&self, request: &mut ModelRequest) {
        for message in &mut request.messages {
            if let ModelMessage::User { text } = message {
                *text = text.to_uppercase();
            }
        }
    }
    fn tool_arguments(&self, _: &str, arguments: &mut String) {
        *arguments = arguments.to_uppercase();
    }
    fn tool_result(&self, _: &str, result: &mut String) {
        *result = result.to_uppercase();
    }
    fn output(&self, text: &mut String) {
        *text = text.to_uppercase();
    }
}

/// Returns a lower-case result and records its arguments.
#[derive(Debug)]
struct RecordingTool {
    contract: ToolContract,
    arguments: Mutex<Vec<Value>>,
}

#[async_trait]
impl Tool for RecordingTool {
    fn contract(&self) -> &ToolContract {
        &self.contract
    }

    async fn execute(&self, run: ToolRun<'_>) -> Result<ToolOutcome, ToolError> {
        self.arguments.lock().unwrap().push(run.arguments.clone());
        Ok(ToolOutcome { result: json!({ "answer": "quiet" }), artifacts: Vec::new() })
    }
}

fn recording_tool() -> Arc<RecordingTool> {
    let contract = contract("listen", Effect::Read, ToolLimits::default());
    Arc::new(RecordingTool { contract, arguments: Mutex::default() })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_model_the_tools_the_clients_and_the_database_receive_filtered_content() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let model = ScriptedProvider::new(vec![
            vec![ScriptStep::Text("Let me look. "), ScriptStep::ToolCallWith("listen", r#"{"word":"soft"}"#)],
            vec![ScriptStep::Text("All is calm.")],
        ]);
        let tool = recording_tool();
        let mut setup = ProcessSetup::of(&model, &[]);
        setup.tools = vec![tool.clone()];
        setup.filters = ContentFilters::new(vec![Arc::new(UppercaseFilter)]);
        let process = env.start_process(setup).await;
        let turn = process.submit_in_new_conversation(alice, "how is it?").await;
        let events = process.follow_to_end(alice, turn.id).await;
        process.wait_for_status(alice, turn.id, TurnStatus::Finished).await;

        let (arguments, result) = (json!({ "WORD": "SOFT" }), r#"{"ANSWER":"QUIET"}"#);
        assert_eq!(*tool.arguments.lock().unwrap(), std::slice::from_ref(&arguments), "the tool");
        let requests = model.requests();
        assert_eq!(requests[0].messages, [ModelMessage::User { text: "HOW IS IT?".to_owned() }], "the model");
        let tool_message = requests[1].messages.iter().find_map(|message| match message {
            ModelMessage::Tool { content, .. } => Some(content.as_str()),
            _ => None,
        });
        assert_eq!(tool_message, Some(result), "the model");

        assert_eq!(joined_text(&events).1, "LET ME LOOK. ALL IS CALM.", "the clients");
        let completed_call = events.iter().find_map(|event| match &event.body {
            TurnEventBody::ToolCall(call) if call.status == ToolCallStatus::Succeeded => Some(call.clone()),
            _ => None,
        });
        let completed_call = completed_call.unwrap();
        assert_eq!(
            (&completed_call.arguments, completed_call.result.as_deref()),
            (&arguments, Some(result)),
            "the clients"
        );

        let message = process.assistant_message(alice, &turn).await;
        assert_eq!(message_text(&message), "LET ME LOOK. ALL IS CALM.", "the database");
        let part = message.parts.iter().find_map(|part| match &part.body {
            PartBody::ToolCall(call) => Some((call.arguments.clone(), call.result.clone())),
            _ => None,
        });
        assert_eq!(part, Some((arguments.clone(), Some(result.to_owned()))), "the database");
        let tx = env.database.db.read(alice).await.unwrap();
        let rows = tool_call::Entity::find_in(alice.tenant()).all(&tx).await.unwrap();
        assert_eq!((&rows[0].arguments, &rows[0].result), (&arguments, &Some(json!({ "ANSWER": "QUIET" }))));
    }
}
