//! What was thrown away long ago goes for good, and nothing else does.

use crate::{
    house::{House, Parts, Process},
    people,
    scripted::{Line, Probe, Scripted},
};
use chrono::TimeDelta;
use penny_entity::{
    TenantScoped, artifact, artifact_version, conversation, event_checkpoint, job, message, message_search,
    sign_in_link, turn, turn_step,
};
use penny_testkit::databases::both;
use penny_types::{
    artifacts::{ArtifactKind, NewArtifact},
    tools::Effect,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, PaginatorTrait};
use serde_json::json;

/// Lets the hour strike.
async fn tidy(house: &House, process: &Process) {
    process.services.jobs.stand().await.unwrap();
    house.clock.advance(TimeDelta::hours(2));
    assert_eq!(process.services.jobs.work().await.unwrap(), 1);
    let tx = house.database.db.read(&house.system).await.unwrap();
    let standing = job::Entity::find_in(house.system.tenant).all(&tx).await.unwrap();
    assert!(
        standing.len() == 1 && standing[0].error.is_none() && standing[0].finished_at.is_none(),
        "{standing:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_goes_for_good_after_a_month_and_what_it_made_stays() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let look = Probe::quick("look", Effect::Read);
        let model = Scripted::new(vec![vec![Line::Call("look")], vec![Line::Say("Here.")]]);
        let live = house.process(Parts::of(&model, &[&look])).await;
        let turn = live.ask(alice, "Show me").await;
        live.to_end(alice, turn.id).await;
        let kept = live.ask(alice, "Stay").await;
        live.to_end(alice, kept.id).await;
        let process = house.idle(Parts::default()).await;
        // As if the turn's tool had made it.
        let made = process.services.artifacts.create(alice, words("made")).await.unwrap();
        let tx = house.database.db.begin(alice).await.unwrap();
        let tool_call =
            penny_entity::tool_call::Entity::find_in(alice.tenant).one(&tx).await.unwrap().unwrap();
        let row = artifact::Entity::find_by_id((alice.tenant, made.id)).one(&tx).await.unwrap().unwrap();
        let mut row: artifact::ActiveModel = row.into();
        row.conversation_id = Set(Some(turn.conversation_id));
        row.turn_id = Set(Some(turn.id));
        row.tool_call_id = Set(Some(tool_call.id));
        row.update(&tx).await.unwrap();
        let version = artifact_version::Entity::find_in(alice.tenant).one(&tx).await.unwrap().unwrap();
        let mut version: artifact_version::ActiveModel = version.into();
        version.turn_id = Set(Some(turn.id));
        version.tool_call_id = Set(Some(tool_call.id));
        version.update(&tx).await.unwrap();
        tx.commit().await.unwrap();

        process.services.conversations.delete(alice, turn.conversation_id).await.unwrap();
        house.clock.advance(TimeDelta::days(29));
        tidy(&house, &process).await;
        process.services.conversations.restore(alice, turn.conversation_id).await.unwrap();
        process.services.conversations.delete(alice, turn.conversation_id).await.unwrap();
        house.clock.advance(TimeDelta::days(31));
        tidy(&house, &process).await;

        assert!(process.services.conversations.restore(alice, turn.conversation_id).await.is_err());
        let tx = house.database.db.read(alice).await.unwrap();
        let left = [
            conversation::Entity::find_in(alice.tenant).count(&tx).await.unwrap(),
            message::Entity::find_in(alice.tenant).count(&tx).await.unwrap(),
            turn::Entity::find_in(alice.tenant).count(&tx).await.unwrap(),
            turn_step::Entity::find_in(alice.tenant).count(&tx).await.unwrap(),
            event_checkpoint::Entity::find_in(alice.tenant).count(&tx).await.unwrap(),
            message_search::Entity::find_in(alice.tenant).count(&tx).await.unwrap(),
        ];
        assert_eq!(left[..4], [1, 2, 1, 1], "the other conversation is whole");
        assert!(left[4] >= 1 && left[5] == 2, "{left:?}");
        drop(tx);
        let outlived = process.services.artifacts.get(alice, made.id).await.unwrap();
        assert_eq!((outlived.conversation_id, outlived.turn_id, outlived.tool_call_id), (None, None, None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_of_an_artifact_go_with_the_last_that_names_them() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let process = house.idle(Parts::default()).await;
        let artifacts = &process.services.artifacts;
        let (one, two) = (
            artifacts.create(alice, words("same")).await.unwrap(),
            artifacts.create(alice, words("same")).await.unwrap(),
        );
        assert_eq!(house.shelf.len(), 1);
        artifacts.delete(alice, one.id).await.unwrap();
        house.clock.advance(TimeDelta::days(31));
        tidy(&house, &process).await;
        assert_eq!(artifacts.content(alice, two.id, None).await.unwrap().value(), json!("same"));
        artifacts.delete(alice, two.id).await.unwrap();
        house.clock.advance(TimeDelta::days(31));
        tidy(&house, &process).await;
        assert_eq!(house.shelf.len(), 0);
        let tx = house.database.db.read(alice).await.unwrap();
        assert_eq!(artifact::Entity::find_in(alice.tenant).count(&tx).await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_ran_out_are_removed() {
    for database in both().await {
        let house = House::on(database).await;
        let tx = house.database.db.begin(&house.system).await.unwrap();
        let bob = people::user(&tx, &house.system, "bob").await;
        for (hash, days) in [(1_u8, -8), (2, 1)] {
            let row = sign_in_link::ActiveModel {
                tenant_id: Set(house.system.tenant),
                secret_hash: Set(vec![hash; 32]),
                principal_id: Set(bob),
                created_at: Set(house.system.now()),
                expires_at: Set(house.system.now() + TimeDelta::days(days)),
                used_at: Set(None),
            };
            sign_in_link::Entity::insert(row).exec_without_returning(&tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        let process = house.idle(Parts::default()).await;
        tidy(&house, &process).await;
        let tx = house.database.db.read(&house.system).await.unwrap();
        let left = sign_in_link::Entity::find_in(house.system.tenant).all(&tx).await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].secret_hash, vec![2; 32]);
    }
}

fn words(text: &str) -> NewArtifact {
    NewArtifact { kind: ArtifactKind::Markdown, title: text.to_owned(), content: json!(text) }
}
