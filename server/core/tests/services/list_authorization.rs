//! Lists contain exactly the rows that the policies let the caller see.

use crate::{
    env::{ProcessSetup, TestEnv},
    fixtures,
};
use penny_core::{artifacts::ArtifactResource, conversations::ConversationResource};
use penny_entity::{TenantScoped, artifact, artifact_version, conversation, share};
use penny_kernel::{
    access::{Access, Action, ApplicableGrant, ListedResource, PolicySource, RoleSource},
    ctx::{Ctx, testing::TestCtx},
};
use penny_testkit::databases::test_databases;
use penny_types::{
    ArtifactId, ConversationId, GroupId, PageRequest, PolicyId, PrincipalId, RoleId, ShareId,
    access::{ShareLevel, ShareSubject, SharedKind},
    artifacts::{ArtifactFilter, ArtifactKind},
    people::Role,
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

const GROUPS: [GroupId; 2] = [GroupId(Uuid::from_u128(0xa)), GroupId(Uuid::from_u128(0xb))];
const AUDITOR: RoleId = RoleId(Uuid::from_u128(0xc));
const POLICY: PolicyId = PolicyId(Uuid::from_u128(0xd));

/// A random caller: principal, roles, groups, token scopes and the tenant's policies.
#[derive(Debug, Clone)]
struct RandomCaller {
    principal: usize,
    roles: Vec<Role>,
    is_auditor: bool,
    groups: Vec<GroupId>,
    scopes: Vec<&'static str>,
    policy: Option<&'static str>,
}

/// Tenant policies that permit and forbid by group, label, owner and role.
const POLICIES: &[&str] = &[
    r#"forbid (principal, action == Penny::Action::"conversation:view", resource)
       when { resource.labels.contains("secret") };"#,
    r#"permit (principal in Penny::Role::"manager", action in Penny::Action::"read", resource)
       when { resource has labels && resource.labels.contains("public") };"#,
    r#"forbid (principal in Penny::Role::"viewer", action, resource is Penny::Artifact)
       when { resource.viewers.everyone };"#,
    r#"permit (principal, action == Penny::Action::"artifact:view", resource)
       when { resource.labels.contains("public") && !resource.labels.contains("secret") };"#,
];

fn random_caller() -> impl Strategy<Value = RandomCaller> {
    let role = prop::sample::select(Role::ALL.to_vec());
    let scope = prop::sample::select(vec!["chat", "artifacts", "tools", "admin"]);
    (
        0..5_usize,
        prop::collection::vec(role, 0..3),
        prop::bool::weighted(0.2),
        prop::sample::subsequence(GROUPS.to_vec(), 0..=2),
        prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(scope, 1..3)],
        prop_oneof![2 => Just(None), 3 => prop::sample::select(POLICIES.to_vec()).prop_map(Some)],
    )
        .prop_map(|(principal, roles, is_auditor, groups, scopes, policy)| RandomCaller {
            principal,
            roles,
            is_auditor,
            groups,
            scopes,
            policy,
        })
}

impl RandomCaller {
    fn ctx(&self, env: &TestEnv, access: &Access, principals: &[PrincipalId]) -> Ctx {
        let auditor = RoleSource {
            id: AUDITOR,
            name: "Auditor".to_owned(),
            actions: vec![Action::ConversationView, Action::ArtifactView],
        };
        let policies: Vec<PolicySource> = self
            .policy
            .map(|source| PolicySource { id: POLICY, name: "test".to_owned(), source: source.to_owned() })
            .into_iter()
            .collect();
        let ports = env.system.system_ports().clone();
        let ctx = TestCtx::new(env.system.tenant(), principals[self.principal], ports)
            .roles(&self.roles)
            .groups(&self.groups)
            .scopes(&self.scopes)
            .grants(&[] as &[ApplicableGrant]);
        let ctx = if self.is_auditor { ctx.custom_roles(&[AUDITOR]) } else { ctx };
        ctx.policies(access, &[auditor], &policies).unwrap().build()
    }
}

/// A random share: of which resource, with whom, whether it has expired.
fn random_share() -> impl Strategy<Value = (usize, ShareSubject, usize, ShareLevel, bool)> {
    (
        0..20_usize,
        prop::sample::select(ShareSubject::ALL.to_vec()),
        0..5_usize,
        prop::sample::select(ShareLevel::ALL.to_vec()),
        prop::bool::weighted(0.2),
    )
}

/// Creates conversations and artifacts with random labels and shares for five owners.
async fn seed(env: &TestEnv, runner: &mut TestRunner) -> Vec<PrincipalId> {
    let ctx = &env.system;
    let tx = env.database.db.begin(ctx).await.unwrap();
    let mut principals = Vec::new();
    let mut conversations: Vec<ConversationId> = Vec::new();
    for name in ["bob", "carol", "dave", "erin", "frank"] {
        let id = fixtures::user(&tx, ctx, name).await;
        principals.push(id);
        for _ in 0..3 {
            conversations.push(fixtures::conversation(&tx, ctx, id).await);
        }
    }
    for (index, &id) in conversations.iter().enumerate() {
        let row = conversation::ActiveModel {
            tenant_id: Set(ctx.tenant()),
            id: Set(id),
            labels: Set(labels(index)),
            ..Default::default()
        };
        conversation::Entity::update(row).exec(&tx).await.unwrap();
    }
    let mut artifacts: Vec<ArtifactId> = Vec::new();
    for index in 0..15_usize {
        let made_in = (index % 3 != 0).then(|| conversations[(index * 7) % conversations.len()]);
        artifacts.push(insert_artifact(&tx, ctx, principals[index % 5], made_in, labels(index)).await);
    }
    for _ in 0..16 {
        let (resource, subject, who, level, is_expired) = random_share().new_tree(runner).unwrap().current();
        let (kind, id) = match resource % 2 {
            0 => (SharedKind::Conversation, conversations[resource % conversations.len()].uuid()),
            _ => (SharedKind::Artifact, artifacts[resource % artifacts.len()].uuid()),
        };
        let subject_id = match subject {
            ShareSubject::Principal => principals[who].uuid(),
            ShareSubject::Group => GROUPS[who % 2].uuid(),
            ShareSubject::Tenant => Uuid::nil(),
        };
        let row = share::ActiveModel {
            tenant_id: Set(ctx.tenant()),
            id: Set(ctx.new_id::<ShareId>()),
            resource_kind: Set(kind),
            resource_id: Set(id),
            subject_kind: Set(subject),
            subject_id: Set(subject_id),
            level: Set(level),
            granted_by: Set(principals[0]),
            created_at: Set(ctx.now()),
            expires_at: Set(is_expired.then(|| ctx.now())),
        };
        let once = sea_orm::sea_query::OnConflict::new().do_nothing().to_owned();
        share::Entity::insert(row).on_conflict(once).exec_without_returning(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    principals
}

fn labels(index: usize) -> serde_json::Value {
    match index % 4 {
        0 => json!(["secret"]),
        1 => json!(["public"]),
        2 => json!(["public", "secret"]),
        _ => json!([]),
    }
}

async fn insert_artifact(
    tx: &penny_kernel::db::WriteTx,
    ctx: &Ctx,
    owner: PrincipalId,
    conversation: Option<ConversationId>,
    labels: serde_json::Value,
) -> ArtifactId {
    let id: ArtifactId = ctx.new_id();
    let row = artifact::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(id),
        owner_id: Set(owner),
        workspace_id: Set(None),
        kind: Set(ArtifactKind::Markdown),
        title: Set("a".to_owned()),
        is_pinned: Set(false),
        labels: Set(labels),
        latest_version: Set(1),
        conversation_id: Set(conversation),
        turn_id: Set(None),
        tool_call_id: Set(None),
        model: Set(None),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        deleted_at: Set(None),
    };
    artifact::Entity::insert(row).exec_without_returning(tx).await.unwrap();
    let version = artifact_version::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(ctx.new_id()),
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
    artifact_version::Entity::insert(version).exec_without_returning(tx).await.unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_contains_exactly_the_rows_that_the_policies_let_the_caller_see() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let access = Access::new().unwrap();
        let process = env.idle_process(ProcessSetup::default()).await;
        let mut runner = TestRunner::deterministic();
        let principals = seed(&env, &mut runner).await;
        let mut seen = BTreeSet::new();
        for _ in 0..150 {
            let caller = random_caller().new_tree(&mut runner).unwrap().current();
            let ctx = caller.ctx(&env, &access, &principals);
            let tx = env.database.db.read(&env.system).await.unwrap();
            let rows = conversation::Entity::find_in(ctx.tenant()).all(&tx).await.unwrap();
            let resources = ConversationResource::load(&tx, &ctx, &rows).await.unwrap();
            let permitted: BTreeSet<ConversationId> = rows
                .iter()
                .zip(&resources)
                .filter(|(_, resource)| access.check(&ctx, Action::ConversationView, *resource).is_ok())
                .map(|(row, _)| row.id)
                .collect();
            assert_eq!(conversations(&process, &ctx).await, permitted, "{caller:?}");
            let rows = artifact::Entity::find_in(ctx.tenant()).all(&tx).await.unwrap();
            let resources = ArtifactResource::load(&tx, &ctx, &rows).await.unwrap();
            let permitted_artifacts: BTreeSet<ArtifactId> = rows
                .iter()
                .zip(&resources)
                .filter(|(_, resource)| access.check(&ctx, Action::ArtifactView, *resource).is_ok())
                .map(|(row, _)| row.id)
                .collect();
            assert_eq!(artifacts(&process, &ctx).await, permitted_artifacts, "{caller:?}");
            seen.insert((permitted.len(), permitted_artifacts.len()));
        }
        assert!(seen.len() > 10, "the callers hardly differ: {seen:?}");
    }
}

/// Lists all conversations of a caller, two a page. A caller who may list none gets an empty set.
async fn conversations(process: &crate::env::TestProcess, ctx: &Ctx) -> BTreeSet<ConversationId> {
    let (mut found, mut cursor) = (BTreeSet::new(), None);
    loop {
        let page = PageRequest { limit: Some(2), cursor };
        let Ok(page) = process.services.conversations.list(ctx, None, &page).await else { return found };
        found.extend(page.items.iter().map(|item| item.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return found;
        }
    }
}

async fn artifacts(process: &crate::env::TestProcess, ctx: &Ctx) -> BTreeSet<ArtifactId> {
    let (mut found, mut cursor) = (BTreeSet::new(), None);
    loop {
        let page = PageRequest { limit: Some(3), cursor };
        let listed = process.services.artifacts.list(ctx, &ArtifactFilter::default(), &page).await;
        let Ok(page) = listed else { return found };
        found.extend(page.items.iter().map(|item| item.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return found;
        }
    }
}
