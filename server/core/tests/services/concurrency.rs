//! Concurrent requests on turns.

use crate::{
    doubles::{ScriptStep, ScriptedProvider},
    env::{ProcessSetup, TestEnv, message_text, new_message, wait_until},
};
use futures::future::join_all;
use penny_core::turns::TurnError;
use penny_kernel::fault::ToFault;
use penny_testkit::databases::test_databases;
use penny_types::{
    FaultCode,
    turns::{NewMessage, TurnStatus},
};

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_submits_with_one_client_key_start_one_turn() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let model = ScriptedProvider::new(vec![]);
        let process = env.start_process(ProcessSetup::of(&model, &[])).await;
        let conversation = process.new_conversation(alice).await;
        let message = NewMessage { client_key: Some("k".to_owned()), ..new_message("Tell me") };
        let submits = (0..8).map(|_| process.services.turns.submit(alice, conversation, message.clone()));
        let turns: Vec<_> = join_all(submits).await.into_iter().map(|turn| turn.unwrap().id).collect();
        assert!(turns.iter().all(|turn| *turn == turns[0]), "{turns:?}");
        process.wait_for_status(alice, turns[0], TurnStatus::Finished).await;
        assert_eq!(model.requests().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_concurrent_submits_one_starts_a_turn_and_the_others_get_a_turn_running_error() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let model = ScriptedProvider::new(vec![vec![ScriptStep::Block]]);
        let process = env.start_process(ProcessSetup::of(&model, &[])).await;
        let conversation = process.new_conversation(alice).await;
        let submits =
            (0..6).map(|_| process.services.turns.submit(alice, conversation, new_message("Tell me")));
        let results = join_all(submits).await;
        assert_eq!(results.iter().filter(|turn| turn.is_ok()).count(), 1, "{results:?}");
        assert!(results.iter().all(|turn| matches!(turn, Ok(_) | Err(TurnError::TurnRunning))));
        model.unblock();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_concurrent_resumes_exactly_one_succeeds() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let model = ScriptedProvider::new(vec![
            vec![ScriptStep::Text("One "), ScriptStep::Block],
            vec![ScriptStep::Text("two.")],
        ]);
        let process = env.start_process(ProcessSetup::of(&model, &[])).await;
        let turn = process.submit_in_new_conversation(alice, "Count").await;
        process.follow(alice, turn.id, |events| events.len() > 1).await;
        process.services.turns.stop(alice, turn.id).await.unwrap();
        process.follow_to_end(alice, turn.id).await;
        let resumes = (0..6).map(|_| process.services.turns.resume(alice, turn.id));
        let results = join_all(resumes).await;
        assert_eq!(results.iter().filter(|turn| turn.is_ok()).count(), 1, "{results:?}");
        let errors = results.iter().filter_map(|turn| turn.as_ref().err());
        assert!(errors.into_iter().all(|error| error.to_fault().code == FaultCode::Conflict));
        let next = results.into_iter().find_map(Result::ok).unwrap();
        process.wait_for_status(alice, next.id, TurnStatus::Finished).await;
        assert_eq!(message_text(&process.assistant_message(alice, &next).await), "One two.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_conversation_stops_its_turn() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let model = ScriptedProvider::new(vec![vec![ScriptStep::Text("On and on "), ScriptStep::Block]]);
        let process = env.start_process(ProcessSetup::of(&model, &[])).await;
        let turn = process.submit_in_new_conversation(alice, "Talk").await;
        wait_until(async || model.requests().len() == 1).await;
        process.services.conversations.delete(alice, turn.conversation_id).await.unwrap();
        wait_until(async || {
            process
                .services
                .conversations
                .restore(alice, turn.conversation_id)
                .await
                .unwrap()
                .active_turn_id
                .is_none()
        })
        .await;
        assert_eq!(process.services.turns.get(alice, turn.id).await.unwrap().status, TurnStatus::Stopped);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_requested_in_another_process_takes_effect() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let model = ScriptedProvider::new(vec![vec![ScriptStep::Text("On and on "), ScriptStep::Block]]);
        let first = env.start_process(ProcessSetup::of(&model, &[])).await;
        let second = env.idle_process(ProcessSetup::of(&model, &[])).await;
        let turn = first.submit_in_new_conversation(alice, "Talk").await;
        wait_until(async || model.requests().len() == 1).await;
        second.services.turns.stop(alice, turn.id).await.unwrap();
        first.wait_for_status(alice, turn.id, TurnStatus::Stopped).await;
    }
}
