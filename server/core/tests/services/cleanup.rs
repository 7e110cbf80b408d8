//! The cleanup job: permanently deletes what was deleted long ago, and nothing else.

use crate::{
    doubles::{ProbeTool, ScriptStep, ScriptedProvider},
    env::{ProcessSetup, TestEnv, TestProcess},
    fixtures,
};
use chrono::TimeDelta;
use penny_entity::{
    TenantScoped, artifact, artifact_version, conversation, event_checkpoint, job, message, message_search,
    sign_in_link, turn, turn_step,
};
use penny_testkit::databases::test_databases;
use penny_types::{
    artifacts::{ArtifactKind, NewArtifact},
    tools::Effect,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, PaginatorTrait};
use serde_json::json;

/// Runs the hourly cleanup job.
async fn run_cleanup(env: &TestEnv, process: &TestProcess) {
    process.services.jobs.ensure_recurring_jobs().await.unwrap();
    env.clock.advance(TimeDelta::hours(2));
    assert_eq!(process.services.jobs.run_due().await.unwrap(), 1);
    let tx = env.database.db.read(&env.system).await.unwrap();
    let jobs = job::Entity::find_in(env.system.tenant()).all(&tx).await.unwrap();
    assert!(jobs.len() == 1 && jobs[0].error.is_none() && jobs[0].finished_at.is_none(), "{jobs:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_conversation_is_erased_after_30_days_and_its_artifacts_are_kept() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let look = ProbeTool::new("look", Effect::Read);
        let model =
            ScriptedProvider::new(vec![vec![ScriptStep::ToolCall("look")], vec![ScriptStep::Text("Here.")]]);
        let live = env.start_process(ProcessSetup::of(&model, &[&look])).await;
        let turn = live.submit_in_new_conversation(alice, "Show me").await;
        live.follow_to_end(alice, turn.id).await;
        let kept = live.submit_in_new_conversation(alice, "Stay").await;
        live.follow_to_end(alice, kept.id).await;
        let process = env.idle_process(ProcessSetup::default()).await;
        // Attributes the artifact to the tool call of the turn.
        let artifact_view = process.services.artifacts.create(alice, new_artifact("made")).await.unwrap();
        let tx = env.database.db.begin(alice).await.unwrap();
        let tool_call =
            penny_entity::tool_call::Entity::find_in(alice.tenant()).one(&tx).await.unwrap().unwrap();
        let row =
            artifact::Entity::find_by_id((alice.tenant(), artifact_view.id)).one(&tx).await.unwrap().unwrap();
        let mut row: artifact::ActiveModel = row.into();
        row.conversation_id = Set(Some(turn.conversation_id));
        row.turn_id = Set(Some(turn.id));
        row.tool_call_id = Set(Some(tool_call.id));
        row.update(&tx).await.unwrap();
        let version = artifact_version::Entity::find_in(alice.tenant()).one(&tx).await.unwrap().unwrap();
        let mut version: artifact_version::ActiveModel = version.into();
        version.turn_id = Set(Some(turn.id));
        version.tool_call_id = Set(Some(tool_call.id));
        version.update(&tx).await.unwrap();
        tx.commit().await.unwrap();

        process.services.conversations.delete(alice, turn.conversation_id).await.unwrap();
        env.clock.advance(TimeDelta::days(29));
        run_cleanup(&env, &process).await;
        process.services.conversations.restore(alice, turn.conversation_id).await.unwrap();
        process.services.conversations.delete(alice, turn.conversation_id).await.unwrap();
        env.clock.advance(TimeDelta::days(31));
        run_cleanup(&env, &process).await;

        assert!(process.services.conversations.restore(alice, turn.conversation_id).await.is_err());
        let tx = env.database.db.read(alice).await.unwrap();
        let left = [
            conversation::Entity::find_in(alice.tenant()).count(&tx).await.unwrap(),
            message::Entity::find_in(alice.tenant()).count(&tx).await.unwrap(),
            turn::Entity::find_in(alice.tenant()).count(&tx).await.unwrap(),
            turn_step::Entity::find_in(alice.tenant()).count(&tx).await.unwrap(),
            event_checkpoint::Entity::find_in(alice.tenant()).count(&tx).await.unwrap(),
            message_search::Entity::find_in(alice.tenant()).count(&tx).await.unwrap(),
        ];
        assert_eq!(left[..4], [1, 2, 1, 1], "the other conversation is kept");
        assert!(left[4] >= 1 && left[5] == 2, "{left:?}");
        drop(tx);
        let kept_artifact = process.services.artifacts.get(alice, artifact_view.id).await.unwrap();
        assert_eq!(
            (kept_artifact.conversation_id, kept_artifact.turn_id, kept_artifact.tool_call_id),
            (None, None, None)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_blob_of_an_artifact_is_deleted_with_the_last_reference() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let process = env.idle_process(ProcessSetup::default()).await;
        let artifacts = &process.services.artifacts;
        let (one, two) = (
            artifacts.create(alice, new_artifact("same")).await.unwrap(),
            artifacts.create(alice, new_artifact("same")).await.unwrap(),
        );
        assert_eq!(env.blobs.len(), 1);
        artifacts.delete(alice, one.id).await.unwrap();
        env.clock.advance(TimeDelta::days(31));
        run_cleanup(&env, &process).await;
        assert_eq!(artifacts.content(alice, two.id, None).await.unwrap().value(), json!("same"));
        artifacts.delete(alice, two.id).await.unwrap();
        env.clock.advance(TimeDelta::days(31));
        run_cleanup(&env, &process).await;
        assert_eq!(env.blobs.len(), 0);
        let tx = env.database.db.read(alice).await.unwrap();
        assert_eq!(artifact::Entity::find_in(alice.tenant()).count(&tx).await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_sign_in_links_are_deleted() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let tx = env.database.db.begin(&env.system).await.unwrap();
        let bob = fixtures::user(&tx, &env.system, "bob").await;
        for (hash, days) in [(1_u8, -8), (2, 1)] {
            let row = sign_in_link::ActiveModel {
                tenant_id: Set(env.system.tenant()),
                secret_hash: Set(vec![hash; 32]),
                principal_id: Set(bob),
                created_at: Set(env.system.now()),
                expires_at: Set(env.system.now() + TimeDelta::days(days)),
                used_at: Set(None),
            };
            sign_in_link::Entity::insert(row).exec_without_returning(&tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        let process = env.idle_process(ProcessSetup::default()).await;
        run_cleanup(&env, &process).await;
        let tx = env.database.db.read(&env.system).await.unwrap();
        let left = sign_in_link::Entity::find_in(env.system.tenant()).all(&tx).await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].secret_hash, vec![2; 32]);
    }
}

fn new_artifact(text: &str) -> NewArtifact {
    NewArtifact { kind: ArtifactKind::Markdown, title: text.to_owned(), content: json!(text) }
}
