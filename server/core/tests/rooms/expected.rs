//! What a message hopes to get is told to the model, as often as it is asked.

use crate::{
    house::{House, Parts, message, wait},
    scripted::{Line, Scripted},
};
use penny_ports::models::ModelRequest;
use penny_testkit::databases::both;
use penny_types::{
    artifacts::ArtifactKind::{Chart, Table},
    turns::{NewMessage, TurnStatus},
};

fn is_told(request: &ModelRequest) -> bool {
    request.artifacts_expected == [Chart, Table] && request.system.contains("to bring: a chart; a table.")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_message_expects_is_told_when_it_is_sent_answered_anew_and_gone_on_with() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let hangs = || vec![Line::Say("So "), Line::Hang];
        let model = Scripted::new(vec![hangs(), vec![Line::Say("Again.")], hangs()]);
        let process = house.process(Parts::of(&model, &[])).await;
        let turns = &process.services.turns;
        let conversation = process.conversation(alice).await;
        let asked = NewMessage { artifacts_expected: vec![Chart, Table], ..message("How are we?") };
        let first = turns.submit(alice, conversation, asked).await.unwrap();
        wait(async || model.requests().len() == 1).await;
        turns.stop(alice, first.id).await.unwrap();
        process.until(alice, first.id, TurnStatus::Stopped).await;

        let resumed = turns.resume(alice, first.id).await.unwrap();
        process.until(alice, resumed.id, TurnStatus::Finished).await;
        let anew = turns.regenerate(alice, first.message_id, None).await.unwrap();
        wait(async || model.requests().len() == 3).await;
        model.let_go();
        process.until(alice, anew.id, TurnStatus::Finished).await;
        let after = turns.submit(alice, conversation, message("And now?")).await.unwrap();
        process.until(alice, after.id, TurnStatus::Finished).await;

        let told: Vec<bool> = model.requests().iter().map(is_told).collect();
        assert_eq!(told, [true, true, true, false], "each message wishes for itself");
        assert!(!model.requests()[3].system.contains("expects"));
    }
}
