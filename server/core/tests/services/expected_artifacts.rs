//! The expected artifacts of a message are part of every model request of its turns.

use crate::{
    doubles::{ScriptStep, ScriptedProvider},
    env::{ProcessSetup, TestEnv, new_message, wait_until},
};
use penny_ports::models::ModelRequest;
use penny_testkit::databases::test_databases;
use penny_types::{
    artifacts::ArtifactKind::{Chart, Table},
    turns::{NewMessage, TurnStatus},
};

fn includes_expected_artifacts(request: &ModelRequest) -> bool {
    request.expected_artifacts == [Chart, Table] && request.system.contains("to bring: a chart; a table.")
}

#[tokio::test(flavor = "multi_thread")]
async fn submitted_resumed_and_regenerated_turns_request_the_expected_artifacts() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let blocked = || vec![ScriptStep::Text("So "), ScriptStep::Block];
        let model = ScriptedProvider::new(vec![blocked(), vec![ScriptStep::Text("Again.")], blocked()]);
        let process = env.start_process(ProcessSetup::of(&model, &[])).await;
        let turns = &process.services.turns;
        let conversation = process.new_conversation(alice).await;
        let message = NewMessage { artifacts_expected: vec![Chart, Table], ..new_message("How are we?") };
        let first = turns.submit(alice, conversation, message).await.unwrap();
        wait_until(async || model.requests().len() == 1).await;
        turns.stop(alice, first.id).await.unwrap();
        process.wait_for_status(alice, first.id, TurnStatus::Stopped).await;

        let resumed = turns.resume(alice, first.id).await.unwrap();
        process.wait_for_status(alice, resumed.id, TurnStatus::Finished).await;
        let regenerated = turns.regenerate(alice, first.message_id, None).await.unwrap();
        wait_until(async || model.requests().len() == 3).await;
        model.unblock();
        process.wait_for_status(alice, regenerated.id, TurnStatus::Finished).await;
        let after = turns.submit(alice, conversation, new_message("And now?")).await.unwrap();
        process.wait_for_status(alice, after.id, TurnStatus::Finished).await;

        let included: Vec<bool> = model.requests().iter().map(includes_expected_artifacts).collect();
        assert_eq!(included, [true, true, true, false], "expected artifacts apply to one message");
        assert!(!model.requests()[3].system.contains("expects"));
    }
}
