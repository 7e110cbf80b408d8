//! Cedar decides one thing at a time, a list is narrowed by SQL: they say the same.

use crate::{
    house::{House, Parts},
    people,
};
use penny_core::{
    access::{Access, Action, Resource},
    ctx::{Ctx, Grants},
};
use penny_entity::{artifact, artifact_version};
use penny_testkit::databases::both;
use penny_types::{
    ArtifactId, ConversationId, PageRequest, PrincipalId,
    artifacts::{ArtifactFilter, ArtifactKind},
    people::Role,
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc};

/// Somebody at random: who, for whom, with which roles, by which token.
#[derive(Debug, Clone)]
struct Person {
    actor: usize,
    on_behalf_of: Option<usize>,
    roles: Vec<Role>,
    scopes: Vec<String>,
    tools: Vec<String>,
}

fn person() -> impl Strategy<Value = Person> {
    let role = prop::sample::select(Role::ALL.to_vec());
    let scope = prop::sample::select(vec!["chat", "artifacts", "tools", "data", "profile", "admin"]);
    (
        0..5_usize,
        prop::option::of(0..5_usize),
        prop::collection::vec(role, 0..3),
        prop_oneof![
            2 => Just(Vec::new()),
            3 => prop::collection::vec(scope.prop_map(str::to_owned), 1..4),
        ],
        prop::collection::vec(Just("get_company_kpis".to_owned()), 0..2),
    )
        .prop_map(|(actor, on_behalf_of, roles, scopes, tools)| Person {
            actor,
            on_behalf_of,
            roles,
            scopes,
            tools,
        })
}

async fn artifact(house: &House, owner: PrincipalId) -> ArtifactId {
    let ctx = &house.system;
    let id: ArtifactId = ctx.mint();
    let tx = house.database.db.begin(ctx).await.unwrap();
    let row = artifact::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(id),
        owner_id: Set(owner),
        workspace_id: Set(None),
        kind: Set(ArtifactKind::Markdown),
        title: Set("a".to_owned()),
        is_pinned: Set(false),
        latest_version: Set(1),
        conversation_id: Set(None),
        turn_id: Set(None),
        tool_call_id: Set(None),
        model: Set(None),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        deleted_at: Set(None),
    };
    artifact::Entity::insert(row).exec_without_returning(&tx).await.unwrap();
    let version = artifact_version::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(ctx.mint()),
        artifact_id: Set(id),
        number: Set(1),
        digest: Set(vec![0; 32]),
        media_type: Set("text/markdown".to_owned()),
        size_bytes: Set(1),
        created_by: Set(owner),
        turn_id: Set(None),
        tool_call_id: Set(None),
        model: Set(None),
        inputs: Set(json!([])),
        created_at: Set(ctx.now()),
    };
    artifact_version::Entity::insert(version).exec_without_returning(&tx).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_holds_exactly_what_the_policies_would_let_one_see() {
    for database in both().await {
        let house = House::on(database).await;
        let access = Access::new().unwrap();
        let process = house.idle(Parts::default()).await;
        let tx = house.database.db.begin(&house.system).await.unwrap();
        let mut principals = Vec::new();
        let mut conversations: Vec<(ConversationId, PrincipalId)> = Vec::new();
        for name in ["bob", "carol", "dave", "erin", "frank"] {
            let id = people::user(&tx, &house.system, name).await;
            principals.push(id);
            for _ in 0..3 {
                conversations.push((people::conversation(&tx, &house.system, id).await, id));
            }
        }
        tx.commit().await.unwrap();
        let mut artifacts: Vec<(ArtifactId, PrincipalId)> = Vec::new();
        for &owner in principals.iter().chain(&principals) {
            artifacts.push((artifact(&house, owner).await, owner));
        }

        let mut runner = TestRunner::deterministic();
        let page = PageRequest { limit: Some(100), ..PageRequest::default() };
        for _ in 0..120 {
            let person = person().new_tree(&mut runner).unwrap().current();
            let mut ctx: Ctx = house.alice.clone();
            ctx.actor.id = principals[person.actor];
            ctx.actor.on_behalf_of = person.on_behalf_of.map(|at| principals[at]);
            ctx.grants = Arc::new(Grants {
                roles: person.roles.clone(),
                scopes: person.scopes.clone(),
                tools: person.tools.clone(),
                ..Grants::default()
            });

            let may: BTreeSet<ConversationId> = conversations
                .iter()
                .filter(|&&(_, owner)| {
                    access.check(&ctx, Action::ConversationView, &Resource::Conversation(owner)).is_ok()
                })
                .map(|&(id, _)| id)
                .collect();
            let listed = process.services.conversations.list(&ctx, None, &page).await;
            // Whoever may see none at all is told so.
            let listed: BTreeSet<ConversationId> =
                listed.map(|page| page.items.iter().map(|item| item.id).collect()).unwrap_or_default();
            assert_eq!(listed, may, "{person:?}");

            let may: BTreeSet<ArtifactId> = artifacts
                .iter()
                .filter(|&&(_, owner)| {
                    access.check(&ctx, Action::ArtifactView, &Resource::Artifact(owner)).is_ok()
                })
                .map(|&(id, _)| id)
                .collect();
            let listed = process.services.artifacts.list(&ctx, &ArtifactFilter::default(), &page).await;
            let listed: BTreeSet<ArtifactId> =
                listed.map(|page| page.items.iter().map(|item| item.id).collect()).unwrap_or_default();
            assert_eq!(listed, may, "{person:?}");
        }
    }
}
