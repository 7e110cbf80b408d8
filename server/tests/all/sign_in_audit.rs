//! Audit records of sign-ins, rejected attempts and sign-outs.

use crate::fresh_app::{FreshApp, PASSWORD};
use chrono::TimeDelta;
use penny_core::identity::{ExternalSignInOptions, ExternalUser};
use penny_kernel::ctx::{AnonymousRequest, Transport};
use penny_testkit::databases::audit_records;
use penny_types::{Locale, people::Role};
use reqwest::Method;

/// Returns action, target and outcome of the audit records about signing in and out, oldest first.
pub async fn sign_in_records(app: &FreshApp) -> Vec<[String; 3]> {
    let ctx = app.ctx(app.default_tenant().await);
    let all = audit_records(&app.server.state.kernel.db, &ctx).await;
    let is_sign_in = |action: &str| action.starts_with("identity.sign_") || action == "identity.slow_down";
    all.into_iter().filter(|[action, ..]| is_sign_in(action)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_sign_ins_are_recorded_with_their_address() {
    let app = FreshApp::start(&[]).await;
    let alice = app.create_user("alice@acme.example").await;
    let browser = app.browser();
    browser.sign_in("alice@acme.example", "wrong").await;
    browser.sign_in("nobody@acme.example", "wrong").await;
    browser.sign_in("correct horse", "wrong").await;
    browser.post("/auth/link/nothing", &[]).await;
    browser.sign_in("alice@acme.example", PASSWORD).await;
    browser.post("/auth/sign-out", &[]).await;
    browser.post("/auth/sign-out", &[]).await;
    let records = sign_in_records(&app).await;
    let with_address = |account: &str| format!("{account} from 127.0.0.1");
    let expected = [
        ["identity.sign_in_password", &with_address("a***@acme.example"), "denied"],
        ["identity.sign_in_password", &with_address("n***@acme.example"), "denied"],
        ["identity.sign_in_password", &with_address("***"), "denied"],
        ["identity.sign_in_link", &with_address("link"), "denied"],
        ["identity.sign_in_password", &alice.to_string(), "succeeded"],
        ["identity.sign_out", &alice.to_string(), "succeeded"],
    ];
    assert_eq!(records, expected);
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_links_is_rate_limited_and_recorded_once() {
    let app = FreshApp::start(&[]).await;
    let browser = app.browser();
    let mut locations = Vec::new();
    for _ in 0..9 {
        locations.push(browser.post("/auth/link/nothing", &[]).await.location().to_owned());
    }
    assert_eq!(locations[4], "/sign-in?error=link");
    assert_eq!(locations[5..], ["/sign-in?error=rate_limited"; 4]);
    let records = sign_in_records(&app).await;
    assert_eq!(records.len(), 6, "{records:?}");
    assert_eq!(records[5], ["identity.slow_down", "link from 127.0.0.1", "denied"]);
    app.clock.advance(TimeDelta::seconds(2));
    let tenant = app.default_tenant().await;
    let alice = app.create_user("alice@acme.example").await;
    let link = app.create_link(tenant, alice).await;
    assert_eq!(browser.post(&link, &[]).await.location(), "/", "a valid link works when the delay is over");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_external_sign_ins_are_recorded() {
    let app = FreshApp::start(&[]).await;
    app.create_user("alice@acme.example").await;
    let (state, tenant) = (&app.server.state, app.default_tenant().await);
    let system = state.system.clone();
    let address = "192.0.2.7".parse().ok();
    let visitor = AnonymousRequest {
        tenant,
        address,
        locale: Locale::En,
        transport: Transport::Web,
        request_id: system.new_id(),
        system,
    };
    let mallory = ExternalUser {
        issuer: "https://id.example".to_owned(),
        subject: "1".to_owned(),
        email: Some("alice@acme.example".to_owned()),
        is_email_verified: true,
        name: None,
    };
    let rules = ExternalSignInOptions { can_link_by_email: false, initial_role: Role::Viewer };
    let identity = &state.services.identity;
    identity.sign_in_external(&visitor, &mallory, rules).await.unwrap_err();
    identity.record_external_denial(&visitor, "acme").await.unwrap();
    let records = sign_in_records(&app).await;
    assert_eq!(
        records,
        [
            ["identity.sign_in_external", "https://id.example from 192.0.2.7", "denied"],
            ["identity.sign_in_external", "acme from 192.0.2.7", "denied"],
        ]
    );
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_authorization_header_does_not_bypass_the_cross_site_check() {
    let app = FreshApp::start(&[]).await;
    app.create_user("alice@acme.example").await;
    let browser = app.browser();
    browser.sign_in("alice@acme.example", PASSWORD).await;
    let cross_site = ("origin", "https://evil.example");
    for value in ["Basic YTpi", "Bearer", "x"] {
        let response =
            browser.send(Method::POST, "/graphql", Some(&[]), &[cross_site, ("authorization", value)]).await;
        assert_eq!(response.json()["messageKey"], "identity-cross-site", "{value}");
    }
    let bearer = ("authorization", "Bearer pny_x");
    let out = browser.send(Method::POST, "/auth/sign-out", Some(&[]), &[cross_site, bearer]).await;
    assert_eq!(out.status.as_u16(), 403);
    assert!(browser.viewer().await.is_some(), "the user is still signed in");
    app.server.stop().await.unwrap();
}
