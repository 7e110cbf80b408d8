//! What every call of a model passes through: the model, the tool, the readers and the rows get what
//! the filters leave, and nothing else.

use crate::{
    house::{House, Parts, said, words},
    scripted::{Line, Scripted, contract},
};
use async_trait::async_trait;
use penny_core::{
    tools::{Caps, Tool, ToolContract, ToolError, ToolOutcome, ToolRun},
    turns::{Filter, Filters},
};
use penny_entity::{TenantScoped, tool_call};
use penny_ports::models::{ModelMessage, ModelRequest};
use penny_testkit::databases::both;
use penny_types::{
    conversations::PartBody,
    events::TurnEventBody,
    tools::{Effect, ToolCallStatus},
    turns::TurnStatus,
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// Writes everything in capitals.
#[derive(Debug)]
struct Loud;

impl Filter for Loud {
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

/// Answers in small letters and remembers what it was asked.
#[derive(Debug)]
struct Listener {
    contract: ToolContract,
    heard: Mutex<Vec<Value>>,
}

#[async_trait]
impl Tool for Listener {
    fn contract(&self) -> &ToolContract {
        &self.contract
    }

    async fn execute(&self, run: ToolRun<'_>) -> Result<ToolOutcome, ToolError> {
        self.heard.lock().unwrap().push(run.arguments.clone());
        Ok(ToolOutcome { result: json!({ "answer": "quiet" }), artifacts: Vec::new() })
    }
}

fn listener() -> Arc<Listener> {
    let contract = contract("listen", Effect::Read, Caps::default());
    Arc::new(Listener { contract, heard: Mutex::default() })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_model_the_tool_the_readers_and_the_rows_get_what_the_filters_leave() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let model = Scripted::new(vec![
            vec![Line::Say("Let me look. "), Line::CallWith("listen", r#"{"word":"soft"}"#)],
            vec![Line::Say("All is calm.")],
        ]);
        let tool = listener();
        let mut parts = Parts::of(&model, &[]);
        parts.tools = vec![tool.clone()];
        parts.filters = Filters::new(vec![Arc::new(Loud)]);
        let process = house.process(parts).await;
        let turn = process.ask(alice, "how is it?").await;
        let events = process.to_end(alice, turn.id).await;
        process.until(alice, turn.id, TurnStatus::Finished).await;

        let (arguments, result) = (json!({ "WORD": "SOFT" }), r#"{"ANSWER":"QUIET"}"#);
        assert_eq!(*tool.heard.lock().unwrap(), std::slice::from_ref(&arguments), "the tool");
        let asked = model.requests();
        assert_eq!(asked[0].messages, [ModelMessage::User { text: "HOW IS IT?".to_owned() }], "the model");
        let told = asked[1].messages.iter().find_map(|message| match message {
            ModelMessage::Tool { content, .. } => Some(content.as_str()),
            _ => None,
        });
        assert_eq!(told, Some(result), "the model");

        assert_eq!(words(&events).1, "LET ME LOOK. ALL IS CALM.", "the readers");
        let ended = events.iter().find_map(|event| match &event.body {
            TurnEventBody::ToolCall(call) if call.status == ToolCallStatus::Succeeded => Some(call.clone()),
            _ => None,
        });
        let ended = ended.unwrap();
        assert_eq!((&ended.arguments, ended.result.as_deref()), (&arguments, Some(result)), "the readers");

        let answer = process.answer(alice, &turn).await;
        assert_eq!(said(&answer), "LET ME LOOK. ALL IS CALM.", "the rows");
        let part = answer.parts.iter().find_map(|part| match &part.body {
            PartBody::ToolCall(call) => Some((call.arguments.clone(), call.result.clone())),
            _ => None,
        });
        assert_eq!(part, Some((arguments.clone(), Some(result.to_owned()))), "the rows");
        let tx = house.database.db.read(alice).await.unwrap();
        let rows = tool_call::Entity::find_in(alice.tenant).all(&tx).await.unwrap();
        assert_eq!((&rows[0].arguments, &rows[0].result), (&arguments, &Some(json!({ "ANSWER": "QUIET" }))));
    }
}
