//! Accounts, tokens and tenants on both databases, and readiness during a database outage.

use crate::fresh_app::{FreshApp, PASSWORD};
use penny_core::{
    identity::{ExternalSignInOptions, ExternalUser, NewToken, NewUser, SignedIn},
    tenants::NewTenant,
    themes::NewTheme,
};
use penny_kernel::{
    access::Action,
    ctx::{AnonymousRequest, Ctx, Transport},
    fault::ToFault,
};
use penny_testkit::postgres;
use penny_types::{FaultCode, Locale, TenantId, people::Role};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

fn visitor(app: &FreshApp, tenant: TenantId) -> AnonymousRequest {
    let world = app.server.state.system.clone();
    AnonymousRequest {
        tenant,
        address: None,
        locale: Locale::Es,
        transport: Transport::Web,
        request_id: world.new_id(),
        system: world,
    }
}

fn acme_user(subject: &str, email: &str, is_email_verified: bool) -> ExternalUser {
    ExternalUser {
        issuer: "https://id.acme.example".to_owned(),
        subject: subject.to_owned(),
        email: Some(email.to_owned()),
        is_email_verified,
        name: None,
    }
}

const OPTIONS: ExternalSignInOptions =
    ExternalSignInOptions { can_link_by_email: false, initial_role: Role::Viewer };

async fn test_accounts(app: &FreshApp) {
    let (state, tenant) = (&app.server.state, app.default_tenant().await);
    let (identity, ctx) = (&state.services.identity, app.ctx(tenant));
    let alice = app.create_user("alice@acme.example").await;

    let browser = app.browser();
    assert_eq!(browser.sign_in("alice@acme.example", "wrong").await.location(), "/sign-in?error=credentials");
    assert_eq!(browser.sign_in("alice@acme.example", PASSWORD).await.location(), "/");
    assert!(browser.viewer().await.is_some());
    let link = app.create_link(tenant, alice).await;
    assert_eq!(app.browser().post(&link, &[]).await.location(), "/");
    assert_eq!(app.browser().post(&link, &[]).await.location(), "/sign-in?error=link");
    browser.post("/auth/sign-out", &[]).await;
    assert!(browser.viewer().await.is_none());

    let (_, secret) = identity
        .issue_token_for(&ctx, alice, NewToken { name: "t".to_owned(), ..NewToken::default() })
        .await
        .unwrap();
    let header = format!("Bearer {}", secret.expose_secret());
    let listed = browser.send(Method::GET, "/v1/conversations", None, &[("authorization", &header)]).await;
    assert_eq!(listed.status, StatusCode::OK, "{}", listed.body);

    test_external_users(app, tenant).await;
    test_tenants(app, &ctx).await;
    assert_eq!(identity.sessions.delete_expired().await.unwrap(), 0);
    app.clock.advance(chrono::TimeDelta::days(15));
    assert!(identity.sessions.delete_expired().await.unwrap() > 0);
}

async fn test_external_users(app: &FreshApp, tenant: TenantId) {
    let (state, visitor) = (&app.server.state, visitor(app, tenant));
    let identity = &state.services.identity;
    let carol = identity
        .sign_in_external(&visitor, &acme_user("1", "Carol@acme.example", true), OPTIONS)
        .await
        .unwrap();
    let again = identity
        .sign_in_external(&visitor, &acme_user("1", "renamed@acme.example", true), OPTIONS)
        .await
        .unwrap();
    assert_eq!(carol, again, "the account is identified by issuer and subject, not by e-mail address");
    let carol_ctx = identity.ctx_for(carol, Transport::Web, None).await.unwrap();
    let viewer = identity.viewer(&carol_ctx).await.unwrap();
    assert_eq!((viewer.email.as_deref(), viewer.name.as_str()), (Some("Carol@acme.example"), "Carol"));
    assert_eq!((viewer.roles.as_slice(), viewer.locale), (&[Role::Viewer][..], Locale::Es));
    let taken =
        identity.sign_in_external(&visitor, &acme_user("2", "alice@acme.example", true), OPTIONS).await;
    assert_eq!(taken.unwrap_err().to_fault().message_key, "identity-address-taken");
    let unverified =
        identity.sign_in_external(&visitor, &acme_user("3", "alice@acme.example", false), OPTIONS).await;
    assert_ne!(unverified.unwrap(), carol);
    let linking = ExternalSignInOptions { can_link_by_email: true, ..OPTIONS };
    let linked = identity
        .sign_in_external(&visitor, &acme_user("2", "ALICE@acme.example", true), linking)
        .await
        .unwrap();
    let ctx = Ctx::system(tenant, state.system.clone(), Action::ALL);
    assert_eq!(linked.principal, identity.get_id_by_email(&ctx, "alice@acme.example").await.unwrap());
}

async fn test_tenants(app: &FreshApp, ctx: &Ctx) {
    let (state, tenants) = (&app.server.state, &app.server.state.services.tenants);
    let theme = NewTheme {
        product_name: Some("Desk".to_owned()),
        accent: Some("#ffee00".to_owned()),
        ..NewTheme::default()
    };
    let new = NewTenant {
        hosts: vec!["globex.example".to_owned()],
        theme: Some(theme),
        ..NewTenant::with_defaults("globex", "Globex")
    };
    let globex = tenants.create(&state.system, new.clone()).await.unwrap();
    for (field, key, tenant) in [
        ("slug", "tenant-slug-taken", NewTenant { hosts: vec![], ..new.clone() }),
        ("host", "tenant-host-taken", NewTenant { slug: "other".to_owned(), ..new }),
    ] {
        let fault = tenants.create(&state.system, tenant).await.unwrap_err().to_fault();
        assert_eq!((fault.fields[0].field.as_str(), fault.fields[0].message_key.as_str()), (field, key));
    }
    assert_eq!(tenants.resolve_host(&state.system, "Globex.example:81").await.unwrap(), globex);
    for unclaimed in ["localhost:3000", "127.0.0.1", "[::1]:3000", "", "nobody.example"] {
        assert_eq!(
            tenants.resolve_host(&state.system, unclaimed).await.unwrap(),
            ctx.tenant(),
            "{unclaimed}"
        );
    }
    let brand = tenants.brand(globex).await.unwrap();
    assert_eq!((brand.product_name.as_str(), brand.on_accent.as_str()), ("Desk", "#000000"));
    let taken =
        NewUser { email: "alice@acme.example".to_owned(), name: None, password: None, role: Role::Viewer };
    let error = state.services.identity.create_user(ctx, taken.clone()).await.unwrap_err();
    assert_eq!(error.to_fault().fields[0].message_key, "identity-email-taken");
    let globex_user = state.services.identity.create_user(&app.ctx(globex), taken).await.unwrap();
    let wrong_tenant = SignedIn { tenant: ctx.tenant(), principal: globex_user };
    let error = state.services.identity.ctx_for(wrong_tenant, Transport::Web, None).await.unwrap_err();
    assert_eq!(
        error.to_fault().code,
        FaultCode::Unauthenticated,
        "the same e-mail address in another tenant is another account"
    );
    let weak = NewUser {
        email: "dave@acme.example".to_owned(),
        name: None,
        password: Some(SecretString::from("short")),
        role: Role::Viewer,
    };
    assert_eq!(
        state.services.identity.create_user(ctx, weak).await.unwrap_err().to_fault().fields[0].field,
        "password"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_work_on_sqlite() {
    let app = FreshApp::start(&[]).await;
    test_accounts(&app).await;
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_work_on_postgres() {
    let Some(url) = postgres::fresh_database().await else { return };
    let app = FreshApp::start(&[("PENNY__DATABASE__URL", &url)]).await;
    test_accounts(&app).await;
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_outage_makes_the_server_unready_until_it_ends() {
    let Some(url) = postgres::fresh_database().await else { return };
    let (head, tail) = url.split_once("://").unwrap();
    let (user, rest) = tail.split_once('@').map_or(("", tail), |(user, rest)| (user, rest));
    let (upstream, name) = rest.split_once('/').unwrap();
    let mut proxy = postgres::TcpProxy::start(upstream).await;
    let at = if user.is_empty() { String::new() } else { format!("{user}@") };
    let proxied_url = format!("{head}://{at}{}/{name}", proxy.local_addr());
    let app = FreshApp::start(&[("PENNY__DATABASE__URL", &proxied_url)]).await;
    let browser = app.browser();
    assert_eq!(browser.get("/ready").await.status, StatusCode::OK);
    proxy.disconnect().await;
    app.clock.advance(chrono::TimeDelta::seconds(2));
    let unready = browser.get("/ready").await;
    assert_eq!(unready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(unready.json()["checks"]["database"], "failing");
    assert_eq!(browser.get("/health").await.status, StatusCode::OK, "the process is still healthy");
    let token = format!("Bearer pny_{}", "0".repeat(72));
    let refused = browser.send(Method::GET, "/v1/models", None, &[("authorization", &token)]).await;
    assert!(matches!(refused.status.as_u16(), 401 | 503), "{}", refused.status);
    proxy.reconnect().await;
    let back = tokio::time::timeout(Duration::from_secs(30), async {
        while browser.get("/ready").await.status != StatusCode::OK {
            tokio::task::yield_now().await;
        }
    });
    back.await.expect("the server did not become ready again");
    app.server.stop().await.unwrap();
}
