//! Recovery of turns after a process has lost its lease, died or panicked.

use crate::{
    doubles::{ProbeTool, ScriptStep, ScriptedProvider},
    env::{ProcessSetup, TestEnv, message_text, wait_until},
};
use penny_entity::enums::{StepKind, StepStatus};
use penny_testkit::databases::test_databases;
use penny_types::{
    events::TurnEventBody,
    tools::Effect,
    turns::{Decision, TurnStatus},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_lost_its_lease_runs_no_tool_and_writes_nothing() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let post = ProbeTool::new("post", Effect::Reversible);
        let model = ScriptedProvider::new(vec![vec![
            ScriptStep::Text("Soon. "),
            ScriptStep::Block,
            ScriptStep::ToolCall("post"),
        ]]);
        let first = env.idle_process(ProcessSetup::of(&model, &[&post])).await;
        let turn = first.submit_in_new_conversation(alice, "Post it").await;
        wait_until(async || model.requests().len() == 1).await;
        let second = env.idle_process(ProcessSetup::of(&ScriptedProvider::new(vec![]), &[&post])).await;
        env.recover_as_orphan(&second, turn.id).await;
        let before = env.steps(turn.id).await;

        model.unblock();
        first.services.kernel.tasks.stop(std::time::Duration::from_secs(10)).await;

        assert_eq!(post.run_count(), 0);
        assert_eq!(env.steps(turn.id).await, before);
        assert_eq!(before, [(StepKind::ModelCall, StepStatus::Interrupted)]);
        assert_eq!(second.services.turns.get(alice, turn.id).await.unwrap().status, TurnStatus::Interrupted);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_turn_is_not_recovered_and_a_stopped_one_accepts_no_approval() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let wire = ProbeTool::new("wire", Effect::Irreversible);
        let model = ScriptedProvider::new(vec![vec![ScriptStep::ToolCall("wire")]]);
        let process = env.start_process(ProcessSetup::of(&model, &[&wire])).await;
        let turn = process.submit_in_new_conversation(alice, "Pay").await;
        process.wait_for_status(alice, turn.id, TurnStatus::Waiting).await;
        process.stop().await;
        let second = env.idle_process(ProcessSetup::of(&model, &[&wire])).await;
        env.clock.advance(chrono::TimeDelta::days(30));
        second.services.turns.recover().await.unwrap();
        let waiting = second.services.turns.get(alice, turn.id).await.unwrap();
        assert_eq!(waiting.status, TurnStatus::Waiting, "a waiting turn is not orphaned");
        second.services.turns.stop(alice, turn.id).await.unwrap();
        let events = second.follow_to_end(alice, turn.id).await;
        let TurnEventBody::Approval(request) =
            &events.iter().rev().find(|event| matches!(event.body, TurnEventBody::Approval(_))).unwrap().body
        else {
            unreachable!()
        };
        assert!(second.services.turns.decide(alice, request.call_id, Decision::Approve).await.is_err());
        assert_eq!(wire.run_count(), 0);
        let (kinds, states): (Vec<_>, Vec<_>) = env.steps(turn.id).await.into_iter().unzip();
        assert_eq!(kinds, [StepKind::ModelCall, StepKind::ToolCall, StepKind::Wait]);
        assert_eq!(states, [StepStatus::Finished, StepStatus::Stopped, StepStatus::Finished]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_of_a_model_interrupts_only_its_turn() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let model = ScriptedProvider::new(vec![vec![ScriptStep::Panic], vec![ScriptStep::Text("Better.")]]);
        let process = env.start_process(ProcessSetup::of(&model, &[])).await;
        let turn = process.submit_in_new_conversation(alice, "Break").await;
        let events = process.follow_to_end(alice, turn.id).await;
        assert!(matches!(events.last().unwrap().body, TurnEventBody::Interrupted(_)), "{events:?}");
        let next = process.services.turns.resume(alice, turn.id).await.unwrap();
        process.wait_for_status(alice, next.id, TurnStatus::Finished).await;
        assert_eq!(message_text(&process.assistant_message(alice, &next).await), "Better.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_pass_saves_the_turns_of_several_tenants_separately() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let mallory = env.other_tenant("globex").await;
        let model = ScriptedProvider::new(vec![
            vec![ScriptStep::Text("Words. "), ScriptStep::Block],
            vec![ScriptStep::Text("Words. "), ScriptStep::Block],
        ]);
        let process = env.start_process(ProcessSetup::of(&model, &[])).await;
        let turns = [
            (&env.alice, process.submit_in_new_conversation(&env.alice, "a").await),
            (&mallory, process.submit_in_new_conversation(&mallory, "b").await),
        ];
        for (ctx, turn) in &turns {
            wait_until(async || message_text(&process.assistant_message(ctx, turn).await) == "Words. ").await;
        }
        assert!(process.services.turns.get(&mallory, turns[0].1.id).await.is_err());
        model.unblock();
        for (ctx, turn) in &turns {
            process.wait_for_status(ctx, turn.id, TurnStatus::Finished).await;
        }
    }
}
