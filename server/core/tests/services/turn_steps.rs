//! The persisted steps of turns.

use crate::{
    doubles::{ProbeTool, ScriptStep, ScriptedProvider},
    env::{ProcessSetup, TestEnv, wait_until},
};
use penny_entity::{
    TenantScoped, audit_event,
    enums::{StepKind::*, StepStatus::*},
    model_call,
};
use penny_testkit::databases::test_databases;
use penny_types::{
    conversations::PartBody,
    events::TurnEventBody,
    tools::{Effect, ToolCallStatus},
    turns::{Decision, TurnStatus},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_turn_is_resumed_from_its_steps_in_another_process() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let (look, wire, send) = (
            ProbeTool::new("look", Effect::Read),
            ProbeTool::new("wire", Effect::Irreversible),
            ProbeTool::new("send", Effect::Irreversible),
        );
        let script = vec![
            ScriptStep::ToolCall("look"),
            ScriptStep::ToolCall("wire"),
            ScriptStep::ToolCall("send"),
            ScriptStep::ToolCall("nothing"),
        ];
        let model = ScriptedProvider::new(vec![script]);
        let first = env.start_process(ProcessSetup::of(&model, &[&look, &wire, &send])).await;
        let turn = first.submit_in_new_conversation(alice, "Pay").await;
        first.wait_for_status(alice, turn.id, TurnStatus::Waiting).await;
        assert_eq!(
            env.steps(turn.id).await,
            [
                (ModelCall, Finished),
                (ToolCall, Finished),
                (ToolCall, Waiting),
                (ToolCall, Waiting),
                (ToolCall, Failed),
                (Wait, Waiting)
            ]
        );

        first.stop().await;
        let second =
            env.idle_process(ProcessSetup::of(&ScriptedProvider::new(vec![]), &[&look, &wire, &send])).await;
        let events = second
            .follow(alice, turn.id, |events| {
                events.iter().filter(|event| matches!(event.body, TurnEventBody::Approval(_))).count() == 2
            })
            .await;
        let approvals: Vec<_> = events
            .iter()
            .filter_map(|event| match &event.body {
                TurnEventBody::Approval(request) => Some((request.call_id, request.name.clone())),
                _ => None,
            })
            .collect();
        assert_eq!([&approvals[0].1, &approvals[1].1], ["wire", "send"]);
        let turns = &second.services.turns;
        assert_eq!(
            turns.decide(alice, approvals[0].0, Decision::Deny).await.unwrap().status,
            TurnStatus::Waiting
        );
        turns.decide(alice, approvals[1].0, Decision::Approve).await.unwrap();
        second.wait_for_status(alice, turn.id, TurnStatus::Finished).await;
        assert_eq!((look.run_count(), wire.run_count(), send.run_count()), (1, 0, 1));
        assert_eq!(
            env.steps(turn.id).await,
            [
                (ModelCall, Finished),
                (ToolCall, Finished),
                (ToolCall, Failed),
                (ToolCall, Finished),
                (ToolCall, Failed),
                (Wait, Finished),
                (ModelCall, Finished)
            ]
        );
        let message = second.assistant_message(alice, &turn).await;
        let statuses: Vec<ToolCallStatus> = message
            .parts
            .iter()
            .filter_map(|part| match &part.body {
                PartBody::ToolCall(call) => Some(call.status),
                _ => None,
            })
            .collect();
        use ToolCallStatus as S;
        assert_eq!(statuses, [S::Succeeded, S::Denied, S::Succeeded, S::Failed]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_concurrent_decisions_one_resumes_the_turn_and_no_call_runs_twice() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let (wire, send) =
            (ProbeTool::new("wire", Effect::Irreversible), ProbeTool::new("send", Effect::Irreversible));
        let process = {
            let model = ScriptedProvider::new(
                (0..8)
                    .map(|n| {
                        if n % 2 == 0 {
                            vec![ScriptStep::ToolCall("wire"), ScriptStep::ToolCall("send")]
                        } else {
                            vec![ScriptStep::Text("Paid.")]
                        }
                    })
                    .collect(),
            );
            env.start_process(ProcessSetup::of(&model, &[&wire, &send])).await
        };
        for round in 1..=4 {
            let turn = process.submit_in_new_conversation(alice, "Pay twice").await;
            process.wait_for_status(alice, turn.id, TurnStatus::Waiting).await;
            let message = process.assistant_message(alice, &turn).await;
            let calls: Vec<_> = message
                .parts
                .iter()
                .filter_map(|part| match &part.body {
                    PartBody::ToolCall(call) => Some(call.call_id),
                    _ => None,
                })
                .collect();
            let decide = |call| process.services.turns.decide(alice, call, Decision::Approve);
            let (one, two, again) = tokio::join!(decide(calls[0]), decide(calls[1]), decide(calls[1]));
            assert!(one.is_ok() && (two.is_ok() != again.is_ok()), "{one:?} {two:?} {again:?}");
            process.wait_for_status(alice, turn.id, TurnStatus::Finished).await;
            assert_eq!((wire.run_count(), send.run_count()), (round, round));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_and_a_crash_leave_no_open_rows() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let model = ScriptedProvider::new(vec![
            vec![ScriptStep::Text("So "), ScriptStep::Block],
            vec![ScriptStep::Text("So "), ScriptStep::Block],
        ]);
        let process = env.start_process(ProcessSetup::of(&model, &[])).await;
        let stopped = process.submit_in_new_conversation(alice, "one").await;
        wait_until(async || model.requests().len() == 1).await;
        process.services.turns.stop(alice, stopped.id).await.unwrap();
        process.wait_for_status(alice, stopped.id, TurnStatus::Stopped).await;
        assert_eq!(env.steps(stopped.id).await, [(ModelCall, Stopped)]);

        let orphaned = process.submit_in_new_conversation(alice, "two").await;
        wait_until(async || model.requests().len() == 2).await;
        let second = env.idle_process(ProcessSetup::of(&ScriptedProvider::new(vec![]), &[])).await;
        env.recover_as_orphan(&second, orphaned.id).await;
        assert_eq!(env.steps(orphaned.id).await, [(ModelCall, Interrupted)]);
        let tx = env.database.db.read(alice).await.unwrap();
        let rows = model_call::Entity::find_in(alice.tenant()).all(&tx).await.unwrap();
        assert!(
            rows.iter()
                .all(|row| row.finished_at.is_some() && row.step_id.is_some() && row.trace_id.is_some())
        );
        let audit = audit_event::Entity::find_in(alice.tenant()).all(&tx).await.unwrap();
        let start_record = audit.iter().find(|row| row.target_id == Some(orphaned.id.to_string())).unwrap();
        assert_eq!(
            start_record.trace_id,
            Some(alice.request_id().to_string()),
            "the trace id that a fault would contain"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_further_call_is_started_after_a_stop() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let (slow, post) =
            (ProbeTool::blocking("slow", Effect::Reversible), ProbeTool::new("post", Effect::Reversible));
        let model =
            ScriptedProvider::new(vec![vec![ScriptStep::ToolCall("slow"), ScriptStep::ToolCall("post")]]);
        let process = env.start_process(ProcessSetup::of(&model, &[&slow, &post])).await;
        let turn = process.submit_in_new_conversation(alice, "Do both").await;
        wait_until(async || slow.run_count() == 1).await;
        process.services.turns.stop(alice, turn.id).await.unwrap();
        slow.unblock();
        process.wait_for_status(alice, turn.id, TurnStatus::Stopped).await;
        assert_eq!(post.run_count(), 0, "the second call was not started");
        assert_eq!(env.steps(turn.id).await, [(ModelCall, Finished), (ToolCall, Finished)]);
    }
}
