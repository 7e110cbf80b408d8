//! A process that is taken for dead, or breaks.

use crate::{
    house::{House, Parts, said, wait},
    scripted::{Line, Probe, Scripted},
};
use penny_entity::words::{StepKind, StepStatus};
use penny_testkit::databases::both;
use penny_types::{
    events::TurnEventBody,
    tools::Effect,
    turns::{Decision, TurnStatus},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_was_taken_for_dead_calls_no_tool_and_writes_nothing() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let post = Probe::quick("post", Effect::Reversible);
        let model = Scripted::new(vec![vec![Line::Say("Soon. "), Line::Hang, Line::Call("post")]]);
        let first = house.idle(Parts::of(&model, &[&post])).await;
        let turn = first.ask(alice, "Post it").await;
        wait(async || model.requests().len() == 1).await;
        let second = house.idle(Parts::of(&Scripted::new(vec![]), &[&post])).await;
        house.take_for_dead(&second, turn.id).await;
        let before = house.steps(turn.id).await;

        model.let_go();
        first.services.shared.tasks.stop(std::time::Duration::from_secs(10)).await;

        assert_eq!(post.ran(), 0);
        assert_eq!(house.steps(turn.id).await, before);
        assert_eq!(before, [(StepKind::ModelCall, StepStatus::Interrupted)]);
        assert_eq!(second.services.turns.get(alice, turn.id).await.unwrap().status, TurnStatus::Interrupted);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_approved_is_not_run_by_whoever_lost_the_turn() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let wire = Probe::quick("wire", Effect::Irreversible);
        let model = Scripted::new(vec![vec![Line::Call("wire")]]);
        let process = house.process(Parts::of(&model, &[&wire])).await;
        let turn = process.ask(alice, "Pay").await;
        process.until(alice, turn.id, TurnStatus::Waiting).await;
        process.end().await;
        let second = house.idle(Parts::of(&model, &[&wire])).await;
        house.clock.advance(chrono::TimeDelta::days(30));
        second.services.turns.recover().await.unwrap();
        let waits = second.services.turns.get(alice, turn.id).await.unwrap();
        assert_eq!(waits.status, TurnStatus::Waiting, "waiting is never taken for dead");
        second.services.turns.stop(alice, turn.id).await.unwrap();
        let events = second.to_end(alice, turn.id).await;
        let TurnEventBody::Approval(asked) =
            &events.iter().rev().find(|event| matches!(event.body, TurnEventBody::Approval(_))).unwrap().body
        else {
            unreachable!()
        };
        assert!(second.services.turns.decide(alice, asked.call_id, Decision::Approve).await.is_err());
        assert_eq!(wire.ran(), 0);
        let (kinds, states): (Vec<_>, Vec<_>) = house.steps(turn.id).await.into_iter().unzip();
        assert_eq!(kinds, [StepKind::ModelCall, StepKind::ToolCall, StepKind::Wait]);
        assert_eq!(states, [StepStatus::Finished, StepStatus::Stopped, StepStatus::Finished]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_panics_takes_its_turn_with_it_and_nothing_else() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let model = Scripted::new(vec![vec![Line::Panic], vec![Line::Say("Better.")]]);
        let process = house.process(Parts::of(&model, &[])).await;
        let turn = process.ask(alice, "Break").await;
        let events = process.to_end(alice, turn.id).await;
        assert!(matches!(events.last().unwrap().body, TurnEventBody::Interrupted(_)), "{events:?}");
        let next = process.services.turns.resume(alice, turn.id).await.unwrap();
        process.until(alice, next.id, TurnStatus::Finished).await;
        assert_eq!(said(&process.answer(alice, &next).await), "Better.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn live_turns_of_several_tenants_are_saved_in_one_pass_each_in_its_own() {
    for database in both().await {
        let house = House::on(database).await;
        let mallory = house.neighbour("globex").await;
        let model = Scripted::new(vec![
            vec![Line::Say("Words. "), Line::Hang],
            vec![Line::Say("Words. "), Line::Hang],
        ]);
        let process = house.process(Parts::of(&model, &[])).await;
        let turns = [
            (&house.alice, process.ask(&house.alice, "a").await),
            (&mallory, process.ask(&mallory, "b").await),
        ];
        for (who, turn) in &turns {
            wait(async || said(&process.answer(who, turn).await) == "Words. ").await;
        }
        assert!(process.services.turns.get(&mallory, turns[0].1.id).await.is_err());
        model.let_go();
        for (who, turn) in &turns {
            process.until(who, turn.id, TurnStatus::Finished).await;
        }
    }
}
