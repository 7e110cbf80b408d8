//! An answer that broke off goes on where it stopped, with everything its tools said.

use crate::{
    house::{House, Parts, Process, message, said, wait, words},
    scripted::{Line, Probe, Scripted},
};
use penny_core::{ctx::Ctx, demo};
use penny_ports::models::ModelMessage;
use penny_providers::demo::DemoModel;
use penny_testkit::databases::both;
use penny_types::{
    conversations::{MessageView, PartBody},
    events::{TurnEvent, TurnEventBody},
    tools::{Effect, ToolCallStatus},
    turns::{TurnStatus, TurnView},
};
use std::{sync::Arc, time::Duration};

const ASKED: &str = "Show me company health now";

fn demo_model() -> Parts {
    let model = DemoModel::with_pace(Duration::from_millis(8));
    Parts { models: vec![Arc::new(model)], ..Parts::default() }
}

async fn with_demo(house: &House) -> Process {
    house.process(demo_model()).await
}

async fn ask(process: &Process, ctx: &Ctx) -> TurnView {
    let conversation = process.conversation(ctx).await;
    let asked =
        penny_types::turns::NewMessage { model: Some("demo/penny-demo".to_owned()), ..message(ASKED) };
    process.services.turns.submit(ctx, conversation, asked).await.unwrap()
}

/// Some words of the report have been said.
fn is_in_the_report(events: &[TurnEvent]) -> bool {
    let shown = events.iter().position(|event| matches!(event.body, TurnEventBody::Artifact(_)));
    let after = shown.map_or(&[][..], |at| &events[at..]);
    after.iter().filter(|event| matches!(event.body, TurnEventBody::Delta(_))).count() > 6
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_model_goes_on_with_the_figures_word_for_word_after_a_stop_and_after_a_death() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let mut process = with_demo(&house).await;
        demo::seed(&process.services, &house.system).await.unwrap();
        let whole = process.to_end(alice, ask(&process, alice).await.id).await;
        let (_, whole) = words(&whole);
        assert!(whole.len() > 400 && whole.contains("Going well"), "{whole}");

        for dies in [false, true] {
            let turn = ask(&process, alice).await;
            process.follow(alice, turn.id, is_in_the_report).await;
            if dies {
                let second = house.idle(demo_model()).await;
                house.take_for_dead(&second, turn.id).await;
                process.end().await;
                process = second;
            } else {
                process.services.turns.stop(alice, turn.id).await.unwrap();
                process.to_end(alice, turn.id).await;
            }
            let kept = said(&process.answer(alice, &turn).await);
            assert!(whole.starts_with(&kept) && kept.len() < whole.len(), "{kept}");

            let next = process.services.turns.resume(alice, turn.id).await.unwrap();
            let (start, more) = words(&process.to_end(alice, next.id).await);
            assert_eq!(start, kept.len() as u64, "offsets go on where the text ended");
            assert_eq!(format!("{kept}{more}"), whole);
            assert_eq!(said(&process.answer(alice, &next).await), whole);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_goes_on_is_told_the_whole_answers_of_every_turn_of_the_message() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let look = Probe::quick("look", Effect::Read);
        let model = Scripted::new(vec![
            vec![Line::Say("Let me look. "), Line::Call("look")],
            vec![Line::Say("It is "), Line::Hang],
            vec![Line::Say("fine, "), Line::Hang],
            vec![Line::Say("really.")],
        ]);
        let process = house.process(Parts::of(&model, &[&look])).await;
        let mut turn = process.ask(alice, "How is it?").await;
        for said in ["It is ", "fine, "] {
            process.follow(alice, turn.id, |events| words(events).1.ends_with(said)).await;
            process.services.turns.stop(alice, turn.id).await.unwrap();
            process.to_end(alice, turn.id).await;
            turn = process.services.turns.resume(alice, turn.id).await.unwrap();
        }
        process.to_end(alice, turn.id).await;
        assert_eq!(said(&process.answer(alice, &turn).await), "Let me look. It is fine, really.");
        assert_eq!(look.ran(), 1);

        let requests = model.requests();
        let told = |at: usize| -> Vec<String> {
            let tool = |message: &ModelMessage| match message {
                ModelMessage::Tool { content, call_id, .. } => Some(format!("{call_id}: {content}")),
                _ => None,
            };
            requests[at].messages.iter().filter_map(tool).collect()
        };
        assert_eq!(told(1).len(), 1);
        let answer =
            |line: &str| serde_json::from_str::<serde_json::Value>(line.split_once(": ").unwrap().1).unwrap();
        assert_eq!(answer(&told(1)[0]), look.answer(), "whole, not as the conversation shows it");
        for later in [2, 3] {
            assert!(requests[later].continues);
            assert_eq!(answer(&told(later)[0]), look.answer(), "as it was told the first time");
            assert!(told(later)[0].starts_with("call_1_1: "), "under the model's own name of the call");
        }
        let ModelMessage::Assistant { text, .. } = requests[3].messages.last().unwrap() else { panic!() };
        assert_eq!(text, "It is fine, ");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_call_that_was_cut_off_is_made_again_and_one_in_doubt_is_told_of() {
    for (effect, status) in
        [(Effect::Read, ToolCallStatus::Failed), (Effect::Reversible, ToolCallStatus::InDoubt)]
    {
        for database in both().await {
            let house = House::on(database).await;
            let alice = &house.alice;
            let slow = Probe::held_up("slow", effect);
            let model = Scripted::new(vec![vec![Line::Say("Wait. "), Line::Call("slow")]]);
            let first = house.process(Parts::of(&model, &[&slow])).await;
            let turn = first.ask(alice, "Do it").await;
            wait(async || slow.ran() == 1).await;
            wait(async || call_status(&first.answer(alice, &turn).await).is_some()).await;
            let again = Scripted::new(vec![]);
            let second = house.idle(Parts::of(&again, &[&slow])).await;
            house.take_for_dead(&second, turn.id).await;
            first.end().await;

            let call = call_status(&second.answer(alice, &turn).await);
            assert_eq!(call, Some(status));
            let next = second.services.turns.resume(alice, turn.id).await.unwrap();
            second.until(alice, next.id, TurnStatus::Finished).await;
            let told = &again.requests()[0].messages;
            let doubt = told.iter().find_map(|message| match message {
                ModelMessage::Tool { content, is_error, .. } => Some((content.clone(), *is_error)),
                _ => None,
            });
            match effect {
                Effect::Read => {
                    assert_eq!(doubt, None, "as if it had never been made");
                    let said = ModelMessage::Assistant { text: "Wait. ".to_owned(), tool_calls: Vec::new() };
                    assert_eq!(told.last(), Some(&said));
                }
                _ => {
                    let (content, is_error) = doubt.unwrap();
                    assert!(is_error && content.contains("Nobody knows whether"), "{content}");
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
