//! The whole story of an account on both databases, and what happens when the database goes away.

use crate::sign_in_app::{House, PASSWORD};
use penny_core::{
    ctx::{Ctx, Via, Visitor},
    fault::ToFault,
    identity::{ExternalPerson, ExternalRules, NewToken, NewUser, SignedIn},
    tenants::NewTenant,
    themes::NewTheme,
};
use penny_testkit::postgres;
use penny_types::{FaultCode, Locale, TenantId, people::Role};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

fn visitor(house: &House, tenant: TenantId) -> Visitor {
    let world = house.server.state.world.clone();
    Visitor { tenant, address: None, locale: Locale::Es, via: Via::Web, request: world.mint(), world }
}

fn at_acme(subject: &str, email: &str, is_email_verified: bool) -> ExternalPerson {
    ExternalPerson {
        issuer: "https://id.acme.example".to_owned(),
        subject: subject.to_owned(),
        email: Some(email.to_owned()),
        is_email_verified,
        name: None,
    }
}

const RULES: ExternalRules = ExternalRules { may_link_by_email: false, first_role: Role::Viewer };

async fn whole_story(house: &House) {
    let (state, tenant) = (&house.server.state, house.default_tenant().await);
    let (identity, ctx) = (&state.services.identity, house.ctx(tenant));
    let alice = house.person("alice@acme.example").await;

    let browser = house.browser();
    assert_eq!(browser.sign_in("alice@acme.example", "wrong").await.location(), "/sign-in?error=credentials");
    assert_eq!(browser.sign_in("alice@acme.example", PASSWORD).await.location(), "/");
    assert!(browser.viewer().await.is_some());
    let link = house.link(tenant, alice).await;
    assert_eq!(house.browser().post(&link, &[]).await.location(), "/");
    assert_eq!(house.browser().post(&link, &[]).await.location(), "/sign-in?error=link");
    browser.post("/auth/sign-out", &[]).await;
    assert!(browser.viewer().await.is_none());

    let (_, secret) = identity
        .issue_token_for(&ctx, alice, NewToken { name: "t".to_owned(), ..NewToken::default() })
        .await
        .unwrap();
    let header = format!("Bearer {}", secret.expose_secret());
    let listed = browser.send(Method::GET, "/v1/conversations", None, &[("authorization", &header)]).await;
    assert_eq!(listed.status, StatusCode::OK, "{}", listed.body);

    external_people(house, tenant).await;
    companies(house, &ctx).await;
    assert_eq!(identity.sessions.forget_ended().await.unwrap(), 0);
    house.clock.advance(chrono::TimeDelta::days(15));
    assert!(identity.sessions.forget_ended().await.unwrap() > 0);
}

async fn external_people(house: &House, tenant: TenantId) {
    let (state, visitor) = (&house.server.state, visitor(house, tenant));
    let identity = &state.services.identity;
    let carol =
        identity.sign_in_external(&visitor, &at_acme("1", "Carol@acme.example", true), RULES).await.unwrap();
    let again = identity
        .sign_in_external(&visitor, &at_acme("1", "renamed@acme.example", true), RULES)
        .await
        .unwrap();
    assert_eq!(carol, again, "who somebody is does not hang on their address");
    let seen = identity.ctx_for(&state.world, carol, Via::Web, None).await.unwrap();
    let viewer = identity.viewer(&seen).await.unwrap();
    assert_eq!((viewer.email.as_deref(), viewer.name.as_str()), (Some("Carol@acme.example"), "Carol"));
    assert_eq!((viewer.roles.as_slice(), viewer.locale), (&[Role::Viewer][..], Locale::Es));
    let taken = identity.sign_in_external(&visitor, &at_acme("2", "alice@acme.example", true), RULES).await;
    assert_eq!(taken.unwrap_err().to_fault().message_key, "identity-address-taken");
    let unverified =
        identity.sign_in_external(&visitor, &at_acme("3", "alice@acme.example", false), RULES).await;
    assert_ne!(unverified.unwrap(), carol);
    let linking = ExternalRules { may_link_by_email: true, ..RULES };
    let linked = identity
        .sign_in_external(&visitor, &at_acme("2", "ALICE@acme.example", true), linking)
        .await
        .unwrap();
    let ctx = Ctx::system(tenant, state.world.clone());
    assert_eq!(linked.principal, identity.find_by_email(&ctx, "alice@acme.example").await.unwrap());
}

async fn companies(house: &House, ctx: &Ctx) {
    let (state, tenants) = (&house.server.state, &house.server.state.services.tenants);
    let theme = NewTheme {
        product_name: Some("Desk".to_owned()),
        accent: Some("#ffee00".to_owned()),
        ..NewTheme::default()
    };
    let new = NewTenant {
        hosts: vec!["globex.example".to_owned()],
        theme: Some(theme),
        ..NewTenant::named("globex", "Globex")
    };
    let globex = tenants.create(&state.world, new.clone()).await.unwrap();
    for (what, key, other) in [
        ("slug", "tenant-slug-taken", NewTenant { hosts: vec![], ..new.clone() }),
        ("host", "tenant-host-taken", NewTenant { slug: "other".to_owned(), ..new }),
    ] {
        let fault = tenants.create(&state.world, other).await.unwrap_err().to_fault();
        assert_eq!((fault.fields[0].field.as_str(), fault.fields[0].message_key.as_str()), (what, key));
    }
    assert_eq!(tenants.resolve_host(&state.world, "Globex.example:81").await.unwrap(), globex);
    for unclaimed in ["localhost:3000", "127.0.0.1", "[::1]:3000", "", "nobody.example"] {
        assert_eq!(tenants.resolve_host(&state.world, unclaimed).await.unwrap(), ctx.tenant, "{unclaimed}");
    }
    let brand = tenants.brand(globex).await.unwrap();
    assert_eq!((brand.product_name.as_str(), brand.on_accent.as_str()), ("Desk", "#000000"));
    let taken =
        NewUser { email: "alice@acme.example".to_owned(), name: None, password: None, role: Role::Viewer };
    let error = state.services.identity.create_user(ctx, taken.clone()).await.unwrap_err();
    assert_eq!(error.to_fault().fields[0].message_key, "identity-email-taken");
    let theirs = state.services.identity.create_user(&house.ctx(globex), taken).await.unwrap();
    let stranger = SignedIn { tenant: ctx.tenant, principal: theirs };
    let error = state.services.identity.ctx_for(&state.world, stranger, Via::Web, None).await.unwrap_err();
    assert_eq!(
        error.to_fault().code,
        FaultCode::Unauthenticated,
        "the same address elsewhere is somebody else"
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
async fn an_account_lives_the_same_life_on_sqlite() {
    let house = House::open(&[]).await;
    whole_story(&house).await;
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_lives_the_same_life_on_postgres() {
    let Some(url) = postgres::fresh_database().await else { return };
    let house = House::open(&[("PENNY__DATABASE__URL", &url)]).await;
    whole_story(&house).await;
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_makes_the_server_unready_and_comes_back() {
    let Some(url) = postgres::fresh_database().await else { return };
    let (head, tail) = url.split_once("://").unwrap();
    let (user, rest) = tail.split_once('@').map_or(("", tail), |(user, rest)| (user, rest));
    let (there, name) = rest.split_once('/').unwrap();
    let mut passage = postgres::Passage::open(there).await;
    let at = if user.is_empty() { String::new() } else { format!("{user}@") };
    let through = format!("{head}://{at}{}/{name}", passage.address());
    let house = House::open(&[("PENNY__DATABASE__URL", &through)]).await;
    let browser = house.browser();
    assert_eq!(browser.get("/ready").await.status, StatusCode::OK);
    passage.cut().await;
    house.clock.advance(chrono::TimeDelta::seconds(2));
    let unready = browser.get("/ready").await;
    assert_eq!(unready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(unready.json()["checks"]["database"], "failing");
    assert_eq!(browser.get("/health").await.status, StatusCode::OK, "the process lives");
    let token = format!("Bearer pny_{}", "0".repeat(72));
    let refused = browser.send(Method::GET, "/v1/models", None, &[("authorization", &token)]).await;
    assert!(matches!(refused.status.as_u16(), 401 | 503), "{}", refused.status);
    passage.restore().await;
    let back = tokio::time::timeout(Duration::from_secs(30), async {
        while browser.get("/ready").await.status != StatusCode::OK {
            tokio::task::yield_now().await;
        }
    });
    back.await.expect("the server is ready again by itself");
    house.server.stop().await.unwrap();
}
