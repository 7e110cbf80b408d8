//! A turn is a persisted state machine of steps.

use crate::{
    house::{House, Parts, wait},
    scripted::{Line, Probe, Scripted},
};
use penny_entity::{
    TenantScoped, audit_event, model_call,
    words::{StepKind::*, StepStatus::*},
};
use penny_testkit::databases::both;
use penny_types::{
    conversations::PartBody,
    events::TurnEventBody,
    tools::{Effect, ToolCallStatus},
    turns::{Decision, TurnStatus},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_waits_goes_on_from_its_steps_in_another_process() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let (look, wire, send) = (
            Probe::quick("look", Effect::Read),
            Probe::quick("wire", Effect::Irreversible),
            Probe::quick("send", Effect::Irreversible),
        );
        let script = vec![Line::Call("look"), Line::Call("wire"), Line::Call("send"), Line::Call("nothing")];
        let model = Scripted::new(vec![script]);
        let first = house.process(Parts::of(&model, &[&look, &wire, &send])).await;
        let turn = first.ask(alice, "Pay").await;
        first.until(alice, turn.id, TurnStatus::Waiting).await;
        assert_eq!(
            house.steps(turn.id).await,
            [
                (ModelCall, Finished),
                (ToolCall, Finished),
                (ToolCall, Waiting),
                (ToolCall, Waiting),
                (ToolCall, Failed),
                (Wait, Waiting)
            ]
        );

        first.end().await;
        let second = house.idle(Parts::of(&Scripted::new(vec![]), &[&look, &wire, &send])).await;
        let events = second
            .follow(alice, turn.id, |events| {
                events.iter().filter(|event| matches!(event.body, TurnEventBody::Approval(_))).count() == 2
            })
            .await;
        let asked: Vec<_> = events
            .iter()
            .filter_map(|event| match &event.body {
                TurnEventBody::Approval(asked) => Some((asked.call_id, asked.name.clone())),
                _ => None,
            })
            .collect();
        assert_eq!([&asked[0].1, &asked[1].1], ["wire", "send"]);
        let turns = &second.services.turns;
        assert_eq!(
            turns.decide(alice, asked[0].0, Decision::Deny).await.unwrap().status,
            TurnStatus::Waiting
        );
        turns.decide(alice, asked[1].0, Decision::Approve).await.unwrap();
        second.until(alice, turn.id, TurnStatus::Finished).await;
        assert_eq!((look.ran(), wire.ran(), send.ran()), (1, 0, 1));
        assert_eq!(
            house.steps(turn.id).await,
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
        let answer = second.answer(alice, &turn).await;
        let statuses: Vec<ToolCallStatus> = answer
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
async fn of_two_decisions_at_once_one_sets_the_turn_going_and_nothing_runs_twice() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let (wire, send) =
            (Probe::quick("wire", Effect::Irreversible), Probe::quick("send", Effect::Irreversible));
        let process = {
            let model = Scripted::new(
                (0..8)
                    .map(|n| {
                        if n % 2 == 0 {
                            vec![Line::Call("wire"), Line::Call("send")]
                        } else {
                            vec![Line::Say("Paid.")]
                        }
                    })
                    .collect(),
            );
            house.process(Parts::of(&model, &[&wire, &send])).await
        };
        for round in 1..=4 {
            let turn = process.ask(alice, "Pay twice").await;
            process.until(alice, turn.id, TurnStatus::Waiting).await;
            let answer = process.answer(alice, &turn).await;
            let calls: Vec<_> = answer
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
            process.until(alice, turn.id, TurnStatus::Finished).await;
            assert_eq!((wire.ran(), send.ran()), (round, round));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stop_and_a_death_leave_open_is_settled_in_every_row() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let model =
            Scripted::new(vec![vec![Line::Say("So "), Line::Hang], vec![Line::Say("So "), Line::Hang]]);
        let process = house.process(Parts::of(&model, &[])).await;
        let stopped = process.ask(alice, "one").await;
        wait(async || model.requests().len() == 1).await;
        process.services.turns.stop(alice, stopped.id).await.unwrap();
        process.until(alice, stopped.id, TurnStatus::Stopped).await;
        assert_eq!(house.steps(stopped.id).await, [(ModelCall, Stopped)]);

        let died = process.ask(alice, "two").await;
        wait(async || model.requests().len() == 2).await;
        let second = house.idle(Parts::of(&Scripted::new(vec![]), &[])).await;
        house.take_for_dead(&second, died.id).await;
        assert_eq!(house.steps(died.id).await, [(ModelCall, Interrupted)]);
        let tx = house.database.db.read(alice).await.unwrap();
        let rows = model_call::Entity::find_in(alice.tenant).all(&tx).await.unwrap();
        assert!(
            rows.iter()
                .all(|row| row.finished_at.is_some() && row.step_id.is_some() && row.trace_id.is_some())
        );
        let audit = audit_event::Entity::find_in(alice.tenant).all(&tx).await.unwrap();
        let begun = audit.iter().find(|row| row.target_id == Some(died.id.to_string())).unwrap();
        assert_eq!(begun.trace_id, Some(alice.request.to_string()), "what a fault would have named");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_begun_after_a_stop() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let (slow, post) =
            (Probe::held_up("slow", Effect::Reversible), Probe::quick("post", Effect::Reversible));
        let model = Scripted::new(vec![vec![Line::Call("slow"), Line::Call("post")]]);
        let process = house.process(Parts::of(&model, &[&slow, &post])).await;
        let turn = process.ask(alice, "Do both").await;
        wait(async || slow.ran() == 1).await;
        process.services.turns.stop(alice, turn.id).await.unwrap();
        slow.let_go();
        process.until(alice, turn.id, TurnStatus::Stopped).await;
        assert_eq!(post.ran(), 0, "the second call was not made");
        assert_eq!(house.steps(turn.id).await, [(ModelCall, Finished), (ToolCall, Finished)]);
    }
}
