//! What happens at the same moment.

use crate::{
    house::{House, Parts, message, said, wait},
    scripted::{Line, Scripted},
};
use futures::future::join_all;
use penny_core::{fault::ToFault, turns::Error};
use penny_testkit::databases::both;
use penny_types::{
    FaultCode,
    turns::{NewMessage, TurnStatus},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_sent_eight_times_at_once_is_answered_once() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let model = Scripted::new(vec![]);
        let process = house.process(Parts::of(&model, &[])).await;
        let conversation = process.conversation(alice).await;
        let asked = NewMessage { client_key: Some("k".to_owned()), ..message("Tell me") };
        let sent = (0..8).map(|_| process.services.turns.submit(alice, conversation, asked.clone()));
        let turns: Vec<_> = join_all(sent).await.into_iter().map(|turn| turn.unwrap().id).collect();
        assert!(turns.iter().all(|turn| *turn == turns[0]), "{turns:?}");
        process.until(alice, turns[0], TurnStatus::Finished).await;
        assert_eq!(model.requests().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_tabs_that_send_at_once_one_is_answered_and_the_others_are_told_to_wait() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let model = Scripted::new(vec![vec![Line::Hang]]);
        let process = house.process(Parts::of(&model, &[])).await;
        let conversation = process.conversation(alice).await;
        let sent = (0..6).map(|_| process.services.turns.submit(alice, conversation, message("Tell me")));
        let answered = join_all(sent).await;
        assert_eq!(answered.iter().filter(|turn| turn.is_ok()).count(), 1, "{answered:?}");
        assert!(answered.iter().all(|turn| matches!(turn, Ok(_) | Err(Error::StillRunning))));
        model.let_go();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_gone_on_with_once_however_often_it_is_asked_for() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let model = Scripted::new(vec![vec![Line::Say("One "), Line::Hang], vec![Line::Say("two.")]]);
        let process = house.process(Parts::of(&model, &[])).await;
        let turn = process.ask(alice, "Count").await;
        process.follow(alice, turn.id, |events| events.len() > 1).await;
        process.services.turns.stop(alice, turn.id).await.unwrap();
        process.to_end(alice, turn.id).await;
        let again = (0..6).map(|_| process.services.turns.resume(alice, turn.id));
        let again = join_all(again).await;
        assert_eq!(again.iter().filter(|turn| turn.is_ok()).count(), 1, "{again:?}");
        let refused = again.iter().filter_map(|turn| turn.as_ref().err());
        assert!(refused.into_iter().all(|error| error.to_fault().code == FaultCode::Conflict));
        let next = again.into_iter().find_map(Result::ok).unwrap();
        process.until(alice, next.id, TurnStatus::Finished).await;
        assert_eq!(said(&process.answer(alice, &next).await), "One two.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_is_thrown_away_stops_its_answer() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let model = Scripted::new(vec![vec![Line::Say("On and on "), Line::Hang]]);
        let process = house.process(Parts::of(&model, &[])).await;
        let turn = process.ask(alice, "Talk").await;
        wait(async || model.requests().len() == 1).await;
        process.services.conversations.delete(alice, turn.conversation_id).await.unwrap();
        wait(async || {
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
async fn a_stop_asked_of_another_process_is_heard() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let model = Scripted::new(vec![vec![Line::Say("On and on "), Line::Hang]]);
        let first = house.process(Parts::of(&model, &[])).await;
        let second = house.idle(Parts::of(&model, &[])).await;
        let turn = first.ask(alice, "Talk").await;
        wait(async || model.requests().len() == 1).await;
        second.services.turns.stop(alice, turn.id).await.unwrap();
        first.until(alice, turn.id, TurnStatus::Stopped).await;
    }
}
