use super::{Access, Action, Resource};
use crate::ctx::{Actor, Ctx, Grants, Via, World};
use chrono::{DateTime, Utc};
use penny_ports::world::{Clock, Entropy, IdSource};
use penny_types::{
    Locale, PrincipalId, RequestId, TenantId,
    people::{PrincipalKind, Role},
    tools::Effect,
};
use std::sync::Arc;
use uuid::Uuid;

#[derive(Debug)]
struct Still;
impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}
impl IdSource for Still {
    fn mint(&self) -> Uuid {
        Uuid::from_u128(9)
    }
}
impl Entropy for Still {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

const ALICE: PrincipalId = PrincipalId(Uuid::from_u128(10));
const BOB: PrincipalId = PrincipalId(Uuid::from_u128(11));

fn ctx(roles: &[Role], scopes: &[&str]) -> Ctx {
    Ctx {
        actor: Actor { id: ALICE, kind: PrincipalKind::User, on_behalf_of: None },
        tenant: TenantId(Uuid::from_u128(2)),
        grants: Arc::new(Grants {
            roles: roles.to_vec(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            ..Grants::default()
        }),
        locale: Locale::En,
        via: Via::Rest,
        request: RequestId(Uuid::from_u128(3)),
        world: World { clock: Arc::new(Still), ids: Arc::new(Still), entropy: Arc::new(Still) },
    }
}

fn resources(owner: PrincipalId) -> Vec<(&'static str, Resource<'static>, Vec<Action>)> {
    use Action::*;
    let tool = |effect| Resource::Tool { name: "t", effect };
    vec![
        (
            "tenant",
            Resource::Tenant,
            vec![ConversationCreate, ArtifactCreate, DashboardEdit, DatasourceEdit, TenantConfigure],
        ),
        (
            "conversation",
            Resource::Conversation(owner),
            vec![ConversationView, ConversationEdit, ConversationAsk],
        ),
        ("artifact", Resource::Artifact(owner), vec![ArtifactView, ArtifactEdit]),
        ("reading tool", tool(Effect::Read), vec![ToolUse]),
        ("reversible tool", tool(Effect::Reversible), vec![ToolUse]),
        ("irreversible tool", tool(Effect::Irreversible), vec![ToolUse]),
        ("dashboard", Resource::Dashboard("d"), vec![DashboardView, DashboardEdit]),
        ("datasource", Resource::Datasource("d"), vec![DatasourceQuery, DatasourceEdit]),
        ("profile", Resource::Principal(owner), vec![ProfileEdit, TokenEdit]),
    ]
}

/// The whole matrix as text: the committed, readable file of who may do what.
fn matrix() -> String {
    let access = Access::new().expect("the policies are valid");
    let mut lines =
        vec![format!("{:<22} {:<18} {:<7} viewer creator manager admin", "action", "resource", "whose")];
    for (whose, owner) in [("own", ALICE), ("other", BOB)] {
        for (name, resource, actions) in resources(owner) {
            for action in actions {
                let cells: Vec<&str> = Role::ALL
                    .iter()
                    .map(|&role| {
                        if access.check(&ctx(&[role], &[]), action, &resource).is_ok() { "yes" } else { "-" }
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
fn the_committed_access_matrix_is_what_the_policies_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/access/matrix.txt");
    let now = matrix();
    if std::fs::read_to_string(path).ok().as_deref() != Some(&now) {
        std::fs::write(path, &now).expect("the matrix can be written");
        panic!("the access matrix changed; read the difference in {path} and commit it");
    }
}

#[test]
fn nobody_without_a_role_may_do_anything_to_what_is_not_theirs() {
    let access = Access::new().expect("the policies are valid");
    for (name, resource, actions) in resources(BOB) {
        for action in actions {
            assert!(
                access.check(&ctx(&[], &[]), action, &resource).is_err(),
                "{} on {name}",
                action.as_str()
            );
        }
    }
}

#[test]
fn a_scoped_token_does_only_what_its_scopes_name() {
    let access = Access::new().expect("the policies are valid");
    let admin_with_chat = ctx(&[Role::Admin], &["chat"]);
    assert!(access.check(&admin_with_chat, Action::ConversationCreate, &Resource::Tenant).is_ok());
    let denied = access.check(&admin_with_chat, Action::TenantConfigure, &Resource::Tenant).unwrap_err();
    assert_eq!(denied.policies, ["token-scopes"]);
}

#[test]
fn one_answer_serves_everybody_who_holds_the_same_and_nobody_else() {
    let access = Access::new().expect("the policies are valid");
    let bob = |ctx: Ctx| Ctx { actor: Actor { id: BOB, ..ctx.actor }, ..ctx };
    let view = |ctx: &Ctx, owner| {
        access.check(ctx, Action::ConversationView, &Resource::Conversation(owner)).is_ok()
    };
    assert!(view(&ctx(&[Role::Viewer], &[]), ALICE));
    assert_eq!(access.remembered(), 1);
    assert!(view(&bob(ctx(&[Role::Viewer], &[])), BOB));
    assert_eq!(access.remembered(), 1);

    assert!(!view(&bob(ctx(&[Role::Viewer], &[])), ALICE));
    assert!(!view(&ctx(&[Role::Viewer], &["tools"]), ALICE));
    assert!(view(&ctx(&[Role::Viewer, Role::Admin], &[]), ALICE));
    assert_eq!(access.remembered(), 4);
}

#[test]
fn a_permit_names_the_policy_that_gave_it() {
    let access = Access::new().expect("the policies are valid");
    let own = Resource::Conversation(ALICE);
    let permit = access.check(&ctx(&[Role::Viewer], &[]), Action::ConversationView, &own).unwrap();
    assert_eq!(permit.policies, ["own-conversations"]);
}
