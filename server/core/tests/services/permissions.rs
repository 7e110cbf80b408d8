//! Groups, roles, grants and policies: what they change for the contexts that are built afterwards.

use crate::env::{ProcessSetup, TestEnv, TestProcess};
use penny_core::permissions::{PermissionsError, RoleHolder, RoleName};
use penny_entity::datasource;
use penny_kernel::{
    access::{Action, DatasourceResource, PrincipalResource, TenantResource, ToolResource},
    ctx::{Authenticated, Ctx, CtxError, Transport},
    db::WriteTx,
};
use penny_testkit::databases::test_databases;
use penny_types::{
    PrincipalId,
    access::{
        GrantEffect, GrantLevel, GrantSubject, GrantedKind, NewCustomRole, NewGrant, NewGroup, NewPolicy,
    },
    people::Role,
    tools::Effect,
};
use sea_orm::{ActiveValue::Set, EntityTrait};

const MAIL: ToolResource<'static> = ToolResource { name: "send_mail", effect: Effect::Irreversible };

fn may_mail(process: &TestProcess, ctx: &Ctx) -> bool {
    process.services.kernel.access.check(ctx, Action::ToolUse, &MAIL).is_ok()
}

fn grant(subject: GrantSubject, key: &str, effect: GrantEffect) -> NewGrant {
    NewGrant {
        subject,
        subject_key: Some(key.to_owned()),
        kind: GrantedKind::Tool,
        resource: "send_mail".to_owned(),
        level: GrantLevel::Use,
        effect,
        expires_at: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_of_principals_and_groups_and_their_grants_hold_from_the_next_request() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let process = env.idle_process(ProcessSetup::default()).await;
        let (permissions, operator) = (&process.services.permissions, env.operator());
        let bob = env.user_with_roles("bob", &[]).await;
        assert!(!may_mail(&process, &env.reload(&process, &bob).await));

        let new = NewGroup { name: " Sales ".to_owned(), description: String::new() };
        let sales = permissions.create_group(&operator, new).await.unwrap();
        assert_eq!(sales.name, "Sales");
        permissions.add_member(&operator, sales.id, bob.subject()).await.unwrap();
        let manager = RoleName::BuiltIn(Role::Manager);
        permissions.assign_role(&operator, RoleHolder::Group(sales.id), manager).await.unwrap();
        let now = env.reload(&process, &bob).await;
        assert_eq!((now.rights().roles(), now.rights().groups()), (&[Role::Manager][..], &[sales.id][..]));
        assert!(may_mail(&process, &now));
        assert_eq!(permissions.list_groups(&operator).await.unwrap()[0].member_count, 1);

        let deny = grant(GrantSubject::Role, "viewer", GrantEffect::Deny);
        permissions.add_grant(&operator, deny).await.unwrap();
        assert!(!may_mail(&process, &env.reload(&process, &bob).await), "a manager is a viewer too");
        let allow = grant(GrantSubject::Principal, &bob.subject().to_string(), GrantEffect::Allow);
        let allow = permissions.add_grant(&operator, allow).await.unwrap();
        assert!(may_mail(&process, &env.reload(&process, &bob).await), "the more specific grant decides");
        permissions.remove_grant(&operator, allow.id).await.unwrap();
        assert!(!may_mail(&process, &env.reload(&process, &bob).await));

        permissions.unassign_role(&operator, RoleHolder::Group(sales.id), manager).await.unwrap();
        permissions.remove_member(&operator, sales.id, bob.subject()).await.unwrap();
        let now = env.reload(&process, &bob).await;
        assert!(now.rights().roles().is_empty() && now.rights().groups().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_on_one_datasource_opens_or_closes_only_that_one() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let process = env.idle_process(ProcessSetup::default()).await;
        let (permissions, operator) = (&process.services.permissions, env.operator());
        let tx = env.database.db.begin(&env.system).await.unwrap();
        insert_datasource(&tx, &env.system, "finance").await;
        tx.commit().await.unwrap();
        let bob = env.user_with_roles("bob", &[]).await;
        let viewer = RoleName::BuiltIn(Role::Viewer);
        permissions.assign_role(&operator, RoleHolder::Principal(bob.subject()), viewer).await.unwrap();
        let may = |ctx: &Ctx, slug: &str| {
            let datasource = DatasourceResource(slug);
            process.services.kernel.access.check(ctx, Action::DatasourceQuery, &datasource).is_ok()
        };
        let on_finance = |effect| NewGrant {
            kind: GrantedKind::Datasource,
            resource: "finance".to_owned(),
            ..grant(GrantSubject::Principal, &bob.subject().to_string(), effect)
        };
        permissions.add_grant(&operator, on_finance(GrantEffect::Deny)).await.unwrap();
        let now = env.reload(&process, &bob).await;
        assert!(!may(&now, "finance") && may(&now, "sales"));
        permissions.add_grant(&operator, on_finance(GrantEffect::Allow)).await.unwrap();
        permissions.unassign_role(&operator, RoleHolder::Principal(bob.subject()), viewer).await.unwrap();
        let now = env.reload(&process, &bob).await;
        assert!(may(&now, "finance") && !may(&now, "sales"));
        let unknown = NewGrant { resource: "unknown".to_owned(), ..on_finance(GrantEffect::Allow) };
        let error = permissions.add_grant(&operator, unknown).await.unwrap_err();
        assert!(matches!(error, PermissionsError::Invalid { field: "resource", .. }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn custom_roles_and_policies_change_decisions_and_cannot_lock_their_author_out() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let process = env.idle_process(ProcessSetup::default()).await;
        let (permissions, operator) = (&process.services.permissions, env.operator());
        let (admin, bob) = (env.user_with_roles("admin", &[]).await, env.user_with_roles("bob", &[]).await);
        let holder = RoleHolder::Principal(admin.subject());
        permissions.assign_role(&operator, holder, RoleName::BuiltIn(Role::Admin)).await.unwrap();
        let admin = env.reload(&process, &admin).await;

        let new = NewCustomRole {
            name: "Operator".to_owned(),
            description: String::new(),
            actions: vec!["tool:use".to_owned()],
        };
        let role = permissions.create_role(&admin, new).await.unwrap();
        let holder = RoleHolder::Principal(bob.subject());
        permissions.assign_role(&admin, holder, RoleName::Custom(role.id)).await.unwrap();
        assert!(may_mail(&process, &env.reload(&process, &bob).await));

        let policy = |name: &str, source: String| NewPolicy {
            name: name.to_owned(),
            description: String::new(),
            source,
            is_enabled: true,
        };
        let about_bob = format!(
            "forbid (principal == Penny::User::\"{}\", action == Penny::Action::\"tool:use\", resource) \
             when {{ resource.name == \"send_mail\" }};",
            bob.subject()
        );
        let created = permissions.create_policy(&admin, policy("No mail", about_bob)).await.unwrap();
        let denied = env.reload(&process, &bob).await;
        let error = process.services.kernel.access.check(&denied, Action::ToolUse, &MAIL).unwrap_err();
        assert_eq!(error.policies, [format!("policy:{}", created.id)]);
        permissions.set_policy_enabled(&admin, created.id, false).await.unwrap();
        assert!(may_mail(&process, &env.reload(&process, &bob).await));

        let everything = "forbid (principal, action, resource is Penny::Tenant);".to_owned();
        let error = permissions.create_policy(&admin, policy("Lock out", everything)).await.unwrap_err();
        assert!(matches!(error, PermissionsError::LocksOut));
        let admin_role = RoleName::BuiltIn(Role::Admin);
        let holder = RoleHolder::Principal(admin.subject());
        let error = permissions.unassign_role(&admin, holder, admin_role).await.unwrap_err();
        assert!(matches!(error, PermissionsError::LocksOut));
        let error =
            permissions.create_policy(&admin, policy("Broken", "permit".to_owned())).await.unwrap_err();
        assert!(matches!(error, PermissionsError::InvalidPolicy(_)));
        assert!(matches!(permissions.list_roles(&bob).await.unwrap_err(), PermissionsError::Denied(_)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_account_acts_for_a_person_only_with_a_grant_and_under_the_persons_rights() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let process = env.idle_process(ProcessSetup::default()).await;
        let (permissions, operator) = (&process.services.permissions, env.operator());
        let (agent, bob) = (env.user_with_roles("agent", &[]).await, env.user_with_roles("bob", &[]).await);
        let admin = RoleName::BuiltIn(Role::Admin);
        permissions.assign_role(&operator, RoleHolder::Principal(agent.subject()), admin).await.unwrap();
        let act_for = |on_behalf_of: PrincipalId| {
            let who = Authenticated::new(env.system.tenant(), agent.subject());
            let who = Authenticated { on_behalf_of: Some(on_behalf_of), ..who };
            process.services.kernel.principal_ctx(who, Transport::Rest, None)
        };
        assert!(matches!(act_for(bob.subject()).await, Err(CtxError::NotDelegated(_))));
        let grant = NewGrant {
            kind: GrantedKind::Principal,
            resource: bob.subject().to_string(),
            level: GrantLevel::ActFor,
            ..grant(GrantSubject::Principal, &agent.subject().to_string(), GrantEffect::Allow)
        };
        permissions.add_grant(&operator, grant).await.unwrap();
        let ctx = act_for(bob.subject()).await.unwrap();
        assert_eq!((ctx.actor().id, ctx.subject()), (agent.subject(), bob.subject()));
        let access = &process.services.kernel.access;
        assert!(access.check(&ctx, Action::AccessManage, &TenantResource).is_err(), "the agent's own role");
        assert!(access.check(&ctx, Action::ProfileEdit, &PrincipalResource(bob.subject())).is_ok());
        assert!(matches!(act_for(env.alice.subject()).await, Err(CtxError::NotDelegated(_))));
    }
}

/// Creates a datasource without a configuration.
async fn insert_datasource(tx: &WriteTx, ctx: &Ctx, slug: &str) {
    let row = datasource::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(ctx.new_id()),
        slug: Set(slug.to_owned()),
        name: Set(slug.to_owned()),
        kind: Set("csv".to_owned()),
        config: Set(serde_json::json!({})),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
    };
    datasource::Entity::insert(row).exec_without_returning(tx).await.unwrap();
}
