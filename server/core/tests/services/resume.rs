//! Resuming a stopped or interrupted turn, with the results of its tool calls.

use crate::{
    doubles::{ProbeTool, ScriptStep, ScriptedProvider},
    env::{ProcessSetup, TestEnv, TestProcess, joined_text, message_text, new_message, wait_until},
};
use penny_core::demo;
use penny_kernel::ctx::Ctx;
use penny_ports::models::ModelMessage;
use penny_providers::demo::DemoModel;
use penny_testkit::databases::test_databases;
use penny_types::{
    conversations::{MessageView, PartBody},
    events::{TurnEvent, TurnEventBody},
    tools::{Effect, ToolCallStatus},
    turns::{TurnStatus, TurnView},
};
use std::{sync::Arc, time::Duration};

const MESSAGE: &str = "Show me company health now";

fn demo_setup() -> ProcessSetup {
    let model = DemoModel::with_word_interval(Duration::from_millis(8));
    ProcessSetup { models: vec![Arc::new(model)], ..ProcessSetup::default() }
}

async fn demo_process(env: &TestEnv) -> TestProcess {
    env.start_process(demo_setup()).await
}

async fn submit_to_demo(process: &TestProcess, ctx: &Ctx) -> TurnView {
    let conversation = process.new_conversation(ctx).await;
    let message =
        penny_types::turns::NewMessage { model: Some("demo/penny-demo".to_owned()), ..new_message(MESSAGE) };
    process.services.turns.submit(ctx, conversation, message).await.unwrap()
}

/// Returns whether several deltas have followed the first artifact.
fn is_within_report(events: &[TurnEvent]) -> bool {
    let artifact_index = events.iter().position(|event| matches!(event.body, TurnEventBody::Artifact(_)));
    let after = artifact_index.map_or(&[][..], |index| &events[index..]);
    after.iter().filter(|event| matches!(event.body, TurnEventBody::Delta(_))).count() > 6
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_model_completes_the_same_text_after_a_stop_and_after_a_crash() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let mut process = demo_process(&env).await;
        demo::seed(&process.services, &env.operator()).await.unwrap();
        let complete = process.follow_to_end(alice, submit_to_demo(&process, alice).await.id).await;
        let (_, complete) = joined_text(&complete);
        assert!(complete.len() > 400 && complete.contains("Going well"), "{complete}");

        for crashes in [false, true] {
            let turn = submit_to_demo(&process, alice).await;
            process.follow(alice, turn.id, is_within_report).await;
            if crashes {
                let second = env.idle_process(demo_setup()).await;
                env.recover_as_orphan(&second, turn.id).await;
                process.stop().await;
                process = second;
            } else {
                process.services.turns.stop(alice, turn.id).await.unwrap();
                process.follow_to_end(alice, turn.id).await;
            }
            let kept = message_text(&process.assistant_message(alice, &turn).await);
            assert!(complete.starts_with(&kept) && kept.len() < complete.len(), "{kept}");

            let next = process.services.turns.resume(alice, turn.id).await.unwrap();
            let (start, more) = joined_text(&process.follow_to_end(alice, next.id).await);
            assert_eq!(start, kept.len() as u64, "offsets continue at the end of the text");
            assert_eq!(format!("{kept}{more}"), complete);
            assert_eq!(message_text(&process.assistant_message(alice, &next).await), complete);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_continuing_model_receives_the_complete_tool_results_of_all_turns_of_the_message() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let look = ProbeTool::new("look", Effect::Read);
        let model = ScriptedProvider::new(vec![
            vec![ScriptStep::Text("Let me look. "), ScriptStep::ToolCall("look")],
            vec![ScriptStep::Text("It is "), ScriptStep::Block],
            vec![ScriptStep::Text("fine, "), ScriptStep::Block],
            vec![ScriptStep::Text("really.")],
        ]);
        let process = env.start_process(ProcessSetup::of(&model, &[&look])).await;
        let mut turn = process.submit_in_new_conversation(alice, "How is it?").await;
        for text in ["It is ", "fine, "] {
            process.follow(alice, turn.id, |events| joined_text(events).1.ends_with(text)).await;
            process.services.turns.stop(alice, turn.id).await.unwrap();
            process.follow_to_end(alice, turn.id).await;
            turn = process.services.turns.resume(alice, turn.id).await.unwrap();
        }
        process.follow_to_end(alice, turn.id).await;
        assert_eq!(
            message_text(&process.assistant_message(alice, &turn).await),
            "Let me look. It is fine, really."
        );
        assert_eq!(look.run_count(), 1);

        let requests = model.requests();
        let tool_messages = |index: usize| -> Vec<String> {
            let tool = |message: &ModelMessage| match message {
                ModelMessage::Tool { content, call_id, .. } => Some(format!("{call_id}: {content}")),
                _ => None,
            };
            requests[index].messages.iter().filter_map(tool).collect()
        };
        assert_eq!(tool_messages(1).len(), 1);
        let result =
            |line: &str| serde_json::from_str::<serde_json::Value>(line.split_once(": ").unwrap().1).unwrap();
        assert_eq!(result(&tool_messages(1)[0]), look.result(), "the complete result, not the preview");
        for later in [2, 3] {
            assert!(requests[later].is_continuation);
            assert_eq!(
                result(&tool_messages(later)[0]),
                look.result(),
                "the same result as in the first request"
            );
            assert!(tool_messages(later)[0].starts_with("call_1_1: "), "with the call id of the model");
        }
        let ModelMessage::Assistant { text, .. } = requests[3].messages.last().unwrap() else { panic!() };
        assert_eq!(text, "It is fine, ");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_read_call_is_omitted_and_one_with_an_unknown_outcome_is_reported() {
    for (effect, status) in
        [(Effect::Read, ToolCallStatus::Failed), (Effect::Reversible, ToolCallStatus::InDoubt)]
    {
        for database in test_databases().await {
            let env = TestEnv::new(database).await;
            let alice = &env.alice;
            let slow = ProbeTool::blocking("slow", effect);
            let model =
                ScriptedProvider::new(vec![vec![ScriptStep::Text("Wait. "), ScriptStep::ToolCall("slow")]]);
            let first = env.start_process(ProcessSetup::of(&model, &[&slow])).await;
            let turn = first.submit_in_new_conversation(alice, "Do it").await;
            wait_until(async || slow.run_count() == 1).await;
            wait_until(async || call_status(&first.assistant_message(alice, &turn).await).is_some()).await;
            let second_model = ScriptedProvider::new(vec![]);
            let second = env.idle_process(ProcessSetup::of(&second_model, &[&slow])).await;
            env.recover_as_orphan(&second, turn.id).await;
            first.stop().await;

            let call = call_status(&second.assistant_message(alice, &turn).await);
            assert_eq!(call, Some(status));
            let next = second.services.turns.resume(alice, turn.id).await.unwrap();
            second.wait_for_status(alice, next.id, TurnStatus::Finished).await;
            let messages = &second_model.requests()[0].messages;
            let tool_message = messages.iter().find_map(|message| match message {
                ModelMessage::Tool { content, is_error, .. } => Some((content.clone(), *is_error)),
                _ => None,
            });
            match effect {
                Effect::Read => {
                    assert_eq!(tool_message, None, "the model can repeat the call");
                    let assistant =
                        ModelMessage::Assistant { text: "Wait. ".to_owned(), tool_calls: Vec::new() };
                    assert_eq!(messages.last(), Some(&assistant));
                }
                _ => {
                    let (content, is_error) = tool_message.unwrap();
                    assert!(is_error && content.contains("Its outcome is unknown"), "{content}");
                }
            }
        }
    }
}

fn call_status(message: &MessageView) -> Option<ToolCallStatus> {
    message.parts.iter().find_map(|part| match &part.body {
        PartBody::ToolCall(call) => Some(call.status),
        _ => None,
    })
}
