//! What the built-in policies decide, and how custom roles, tenant policies, grants and shares change it.

use super::*;
use crate::ctx::{Ctx, SystemPorts, Transport, testing::TestCtx};
use chrono::{DateTime, Utc};
use penny_ports::system::{Clock, IdGenerator, RandomSource};
use penny_types::{
    GroupId, PolicyId, PrincipalId, RoleId, TenantId,
    access::{GrantEffect, GrantLevel, GrantSubject, GrantedKind},
    people::Role,
    tools::Effect,
};
use std::{borrow::Cow, sync::Arc};
use uuid::Uuid;

#[derive(Debug)]
struct Fixed;
impl Clock for Fixed {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}
impl IdGenerator for Fixed {
    fn new_id(&self) -> Uuid {
        Uuid::from_u128(9)
    }
}
impl RandomSource for Fixed {
    fn fill_bytes(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

const TENANT: TenantId = TenantId(Uuid::from_u128(2));
const ALICE: PrincipalId = PrincipalId(Uuid::from_u128(10));
const BOB: PrincipalId = PrincipalId(Uuid::from_u128(11));
const SALES: GroupId = GroupId(Uuid::from_u128(20));
const AUDITOR: RoleId = RoleId(Uuid::from_u128(30));
const POLICY: PolicyId = PolicyId(Uuid::from_u128(40));

fn ports() -> SystemPorts {
    SystemPorts { clock: Arc::new(Fixed), ids: Arc::new(Fixed), random: Arc::new(Fixed) }
}

fn alice() -> TestCtx {
    TestCtx::new(TENANT, ALICE, ports())
}

fn access() -> Access {
    Access::new().expect("the built-in policies are valid")
}

/// A conversation or an artifact with an owner and shares.
struct Owned {
    owner: PrincipalId,
    labels: &'static [&'static str],
    shares: ResourceShares,
}

impl Owned {
    fn by(owner: PrincipalId) -> Self {
        Self { owner, labels: &[], shares: ResourceShares::default() }
    }

    fn attributes(&self) -> Attributes {
        Attributes::default()
            .principal("owner", self.owner)
            .labels(&serde_json::json!(self.labels))
            .shares(&self.shares)
    }
}

struct TestConversation(Owned);
impl Resource for TestConversation {
    const KIND: ResourceKind = ResourceKind::Conversation;
    fn entity_id(&self) -> Cow<'_, str> {
        "cnv".into()
    }
    fn attributes(&self) -> Attributes {
        self.0.attributes()
    }
}

struct TestArtifact(Owned);
impl Resource for TestArtifact {
    const KIND: ResourceKind = ResourceKind::Artifact;
    fn entity_id(&self) -> Cow<'_, str> {
        "art".into()
    }
    fn attributes(&self) -> Attributes {
        self.0.attributes()
    }
}

type Check = Box<dyn Fn(&Access, &Ctx, Action) -> bool>;

fn checked<R: Resource + 'static>(resource: R) -> Check {
    Box::new(move |access, ctx, action| access.check(ctx, action, &resource).is_ok())
}

fn resources(owner: PrincipalId) -> Vec<(&'static str, Check, Vec<Action>)> {
    use Action::*;
    let tool = |effect| checked(ToolResource { name: "t", effect });
    vec![
        (
            "tenant",
            checked(TenantResource),
            vec![
                ConversationCreate,
                ArtifactCreate,
                DashboardEdit,
                DatasourceEdit,
                TenantConfigure,
                AccessManage,
            ],
        ),
        (
            "conversation",
            checked(TestConversation(Owned::by(owner))),
            vec![ConversationView, ConversationEdit, ConversationAsk, ConversationDelete, ConversationShare],
        ),
        (
            "artifact",
            checked(TestArtifact(Owned::by(owner))),
            vec![ArtifactView, ArtifactEdit, ArtifactDelete, ArtifactShare],
        ),
        ("reading tool", tool(Effect::Read), vec![ToolUse]),
        ("reversible tool", tool(Effect::Reversible), vec![ToolUse]),
        ("irreversible tool", tool(Effect::Irreversible), vec![ToolUse]),
        ("dashboard", checked(DashboardResource("d")), vec![DashboardView, DashboardEdit]),
        ("datasource", checked(DatasourceResource("d")), vec![DatasourceQuery, DatasourceEdit]),
        ("profile", checked(PrincipalResource(owner)), vec![ProfileEdit, TokenEdit, PrincipalActFor]),
    ]
}

/// The access matrix as text.
fn matrix() -> String {
    let access = access();
    let mut lines =
        vec![format!("{:<22} {:<18} {:<7} viewer creator manager admin", "action", "resource", "owner")];
    for (whose, owner) in [("own", ALICE), ("other", BOB)] {
        for (name, check, actions) in resources(owner) {
            for action in actions {
                let cells: Vec<&str> =
                    Role::ALL
                        .iter()
                        .map(|&role| {
                            if check(&access, &alice().roles(&[role]).build(), action) { "yes" } else { "-" }
                        })
                        .collect();
                lines.push(format!(
                    "{:<22} {:<18} {:<7} {:<6} {:<7} {:<7} {}",
                    action.as_str(),
                    name,
                    whose,
                    cells[0],
                    cells[1],
                    cells[2],
                    cells[3]
                ));
            }
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn the_committed_access_matrix_is_what_the_policies_decide() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/access/matrix.txt");
    let now = matrix();
    if std::fs::read_to_string(path).ok().as_deref() != Some(&now) {
        std::fs::write(path, &now).expect("the matrix can be written");
        panic!("the access matrix changed; review the difference in {path} and commit it");
    }
}

#[test]
fn without_a_role_nothing_is_allowed_on_what_others_own() {
    let access = access();
    for (name, check, actions) in resources(BOB) {
        for action in actions {
            assert!(!check(&access, &alice().build(), action), "{} on {name}", action.as_str());
        }
    }
}

#[test]
fn a_scoped_token_does_only_what_its_scopes_name() {
    let access = access();
    let admin_with_chat = alice().roles(&[Role::Admin]).scopes(&["chat"]).build();
    assert!(access.check(&admin_with_chat, Action::ConversationCreate, &TenantResource).is_ok());
    let denied = access.check(&admin_with_chat, Action::TenantConfigure, &TenantResource).unwrap_err();
    assert_eq!(denied.policies, ["token-scopes"]);
}

#[test]
fn a_permit_names_the_policies_that_gave_it() {
    let own = TestConversation(Owned::by(ALICE));
    let permit = access().check(&alice().build(), Action::ConversationView, &own).unwrap();
    assert_eq!(permit.policies, ["own-conversations"]);
}

#[test]
fn a_system_context_does_only_what_its_job_names() {
    let access = access();
    let job = Ctx::system(TENANT, ports(), &[Action::TenantConfigure]);
    assert!(access.check(&job, Action::TenantConfigure, &TenantResource).is_ok());
    assert!(access.check(&job, Action::AccessManage, &TenantResource).is_err());
    assert!(access.check(&job, Action::ConversationView, &TestConversation(Owned::by(ALICE))).is_err());
}

#[test]
fn a_share_lets_its_subjects_view_or_edit_and_nothing_else() {
    let access = access();
    let may = |ctx: &Ctx, shares: &ResourceShares| -> Vec<&str> {
        let conversation = TestConversation(Owned { shares: shares.clone(), ..Owned::by(BOB) });
        let actions = [
            Action::ConversationView,
            Action::ConversationAsk,
            Action::ConversationEdit,
            Action::ConversationDelete,
            Action::ConversationShare,
        ];
        actions
            .into_iter()
            .filter(|&action| access.check(ctx, action, &conversation).is_ok())
            .map(Action::as_str)
            .collect()
    };
    let with = |users: &[PrincipalId], groups: &[GroupId], everyone| SubjectSet {
        users: users.to_vec(),
        groups: groups.to_vec(),
        everyone,
    };
    let view = |viewers| ResourceShares { viewers, ..ResourceShares::default() };
    let edit = |editors| ResourceShares { editors, ..ResourceShares::default() };
    let member = alice().groups(&[SALES]).build();
    let outsider = alice().build();

    assert_eq!(may(&outsider, &ResourceShares::default()), [""; 0]);
    assert_eq!(may(&outsider, &view(with(&[ALICE], &[], false))), ["conversation:view"]);
    assert_eq!(may(&outsider, &view(with(&[], &[SALES], false))), [""; 0]);
    assert_eq!(may(&member, &view(with(&[], &[SALES], false))), ["conversation:view"]);
    assert_eq!(may(&outsider, &view(with(&[], &[], true))), ["conversation:view"]);
    assert_eq!(may(&outsider, &edit(with(&[ALICE], &[], false))), ["conversation:view", "conversation:ask"]);
}

#[test]
fn a_grant_gives_or_withdraws_one_tool_or_datasource() {
    let access = access();
    let grant = |kind, resource: &str, effect| ApplicableGrant {
        subject: GrantSubject::Principal,
        kind,
        resource: resource.to_owned(),
        level: GrantLevel::Use,
        effect,
    };
    let mail = ToolResource { name: "send_mail", effect: Effect::Irreversible };
    let viewer = |grants: &[ApplicableGrant]| alice().roles(&[Role::Viewer]).grants(grants).build();
    assert!(access.check(&viewer(&[]), Action::ToolUse, &mail).is_err());
    let granted = viewer(&[grant(GrantedKind::Tool, "send_mail", GrantEffect::Allow)]);
    assert_eq!(access.check(&granted, Action::ToolUse, &mail).unwrap().policies, ["granted-use"]);

    let finance = DatasourceResource("finance");
    assert!(access.check(&viewer(&[]), Action::DatasourceQuery, &finance).is_ok());
    let withdrawn = viewer(&[grant(GrantedKind::Datasource, "finance", GrantEffect::Deny)]);
    let denied = access.check(&withdrawn, Action::DatasourceQuery, &finance).unwrap_err();
    assert_eq!(denied.policies, ["withdrawn-use"]);
    assert!(access.check(&withdrawn, Action::DatasourceQuery, &DatasourceResource("sales")).is_ok());
    let only = alice().grants(&[grant(GrantedKind::Datasource, "finance", GrantEffect::Allow)]).build();
    assert!(access.check(&only, Action::DatasourceQuery, &finance).is_ok());
    assert!(access.check(&only, Action::DatasourceQuery, &DatasourceResource("sales")).is_err());
}

#[test]
fn acting_for_another_principal_needs_a_grant_for_that_principal() {
    let access = access();
    let act_for = ApplicableGrant {
        subject: GrantSubject::Principal,
        kind: GrantedKind::Principal,
        resource: BOB.to_string(),
        level: GrantLevel::ActFor,
        effect: GrantEffect::Allow,
    };
    let granted = alice().roles(&[Role::Admin]).grants(&[act_for]).build();
    assert!(access.check(&granted, Action::PrincipalActFor, &PrincipalResource(BOB)).is_ok());
    assert!(access.check(&granted, Action::PrincipalActFor, &PrincipalResource(ALICE)).is_err());
    let admin = alice().roles(&[Role::Admin]).build();
    assert!(access.check(&admin, Action::PrincipalActFor, &PrincipalResource(BOB)).is_err());
}

#[test]
fn a_custom_role_allows_its_actions_on_everything() {
    let access = access();
    let role =
        RoleSource { id: AUDITOR, name: "Auditor".to_owned(), actions: vec![Action::ConversationView] };
    let auditor = alice().custom_roles(&[AUDITOR]).policies(&access, &[role], &[]).unwrap().build();
    let other = TestConversation(Owned::by(BOB));
    let explained = access.explain(&auditor, Action::ConversationView, &other);
    assert!(explained.is_allowed);
    assert_eq!(explained.policies[0].origin, PolicyOrigin::CustomRole(AUDITOR));
    assert_eq!(explained.policies[0].name, "Auditor");
    assert!(access.check(&auditor, Action::ConversationAsk, &other).is_err());
}

#[test]
fn a_tenant_policy_can_be_about_a_person_a_group_an_attribute_a_label_a_transport_and_one_resource() {
    let access = access();
    let conversation = TestConversation(Owned { labels: &["secret"], ..Owned::by(ALICE) });
    let denies = |condition: &str, ctx: TestCtx| {
        let source =
            format!("forbid (principal, action, resource is Penny::Conversation) when {{ {condition} }};");
        let policy = PolicySource { id: POLICY, name: "test".to_owned(), source };
        let ctx = ctx.policies(&access, &[], &[policy]).unwrap().build();
        access.check(&ctx, Action::ConversationView, &conversation).is_err()
    };
    let person = format!("principal == Penny::User::\"{ALICE}\"");
    let group = format!("principal in Penny::Group::\"{SALES}\"");
    assert!(denies(&person, alice()));
    assert!(!denies(&person.replace(&ALICE.to_string(), &BOB.to_string()), alice()));
    assert!(denies(&group, alice().groups(&[SALES])));
    assert!(!denies(&group, alice()));
    let department = r#"principal is Penny::User && principal.hasTag("department") && principal.getTag("department") == "sales""#;
    assert!(denies(department, alice().attribute("department", "sales")));
    assert!(!denies(department, alice().attribute("department", "research")));
    assert!(denies(r#"resource.labels.contains("secret")"#, alice()));
    assert!(!denies(r#"resource.labels.contains("public")"#, alice()));
    assert!(denies(r#"context.transport == "cli""#, alice().transport(Transport::Cli)));
    assert!(!denies(r#"context.transport == "cli""#, alice()));
    assert!(denies(r#"resource == Penny::Conversation::"cnv""#, alice()));
}

#[test]
fn a_list_must_be_rechecked_exactly_where_a_custom_policy_can_apply() {
    let access = access();
    let filter = |source: &str| {
        let policy = PolicySource { id: POLICY, name: "test".to_owned(), source: source.to_owned() };
        let ctx = alice().groups(&[SALES]).policies(&access, &[], &[policy]).unwrap().build();
        let applicable = access.policies_of(&ctx).custom_for(
            Action::ConversationView,
            ResourceKind::Conversation,
            ctx.rights(),
        );
        (applicable.can_permit, applicable.can_forbid)
    };
    let group = format!("principal in Penny::Group::\"{SALES}\"");
    assert_eq!(filter(&format!("permit ({group}, action, resource);")), (true, false));
    assert_eq!(filter("forbid (principal, action in Penny::Action::\"read\", resource);"), (false, true));
    assert_eq!(filter("permit (principal == Penny::User::\"x\", action, resource);"), (false, false));
    assert_eq!(
        filter("forbid (principal, action == Penny::Action::\"tool:use\", resource);"),
        (false, false)
    );
    assert_eq!(filter("forbid (principal, action, resource is Penny::Artifact);"), (false, false));
}
