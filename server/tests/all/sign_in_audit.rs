//! What the trail keeps of those who come, are turned away, and leave.

use crate::sign_in_app::{House, PASSWORD};
use chrono::TimeDelta;
use penny_core::{
    ctx::{Via, Visitor},
    identity::{ExternalPerson, ExternalRules},
};
use penny_testkit::databases::trail;
use penny_types::{Locale, people::Role};
use reqwest::Method;

/// Returns what the trail says of signing in and out, in order.
pub async fn told(house: &House) -> Vec<[String; 3]> {
    let ctx = house.ctx(house.default_tenant().await);
    let all = trail(&house.server.state.foundation.db, &ctx).await;
    let is_told = |action: &str| action.starts_with("identity.sign_") || action == "identity.slow_down";
    all.into_iter().filter(|[action, ..]| is_told(action)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_turned_away_and_from_where_is_on_record() {
    let house = House::open(&[]).await;
    let alice = house.person("alice@acme.example").await;
    let browser = house.browser();
    browser.sign_in("alice@acme.example", "wrong").await;
    browser.sign_in("nobody@acme.example", "wrong").await;
    browser.sign_in("correct horse", "wrong").await;
    browser.post("/auth/link/nothing", &[]).await;
    browser.sign_in("alice@acme.example", PASSWORD).await;
    browser.post("/auth/sign-out", &[]).await;
    browser.post("/auth/sign-out", &[]).await;
    let told = told(&house).await;
    let here = |whom: &str| format!("{whom} from 127.0.0.1");
    let expected = [
        ["identity.sign_in_password", &here("a***@acme.example"), "denied"],
        ["identity.sign_in_password", &here("n***@acme.example"), "denied"],
        ["identity.sign_in_password", &here("***"), "denied"],
        ["identity.sign_in_link", &here("link"), "denied"],
        ["identity.sign_in_password", &alice.to_string(), "succeeded"],
        ["identity.sign_out", &alice.to_string(), "succeeded"],
    ];
    assert_eq!(told, expected);
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_for_links_too_and_fills_no_trail() {
    let house = House::open(&[]).await;
    let browser = house.browser();
    let mut places = Vec::new();
    for _ in 0..9 {
        places.push(browser.post("/auth/link/nothing", &[]).await.location().to_owned());
    }
    assert_eq!(places[4], "/sign-in?error=link");
    assert_eq!(places[5..], ["/sign-in?error=rate_limited"; 4]);
    let told = told(&house).await;
    assert_eq!(told.len(), 6, "{told:?}");
    assert_eq!(told[5], ["identity.slow_down", "link from 127.0.0.1", "denied"]);
    house.clock.advance(TimeDelta::seconds(2));
    let tenant = house.default_tenant().await;
    let alice = house.person("alice@acme.example").await;
    let link = house.link(tenant, alice).await;
    assert_eq!(browser.post(&link, &[]).await.location(), "/", "one that works, works when the wait is over");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_provider_sends_in_vain_is_on_record() {
    let house = House::open(&[]).await;
    house.person("alice@acme.example").await;
    let (state, tenant) = (&house.server.state, house.default_tenant().await);
    let world = state.world.clone();
    let address = "192.0.2.7".parse().ok();
    let visitor =
        Visitor { tenant, address, locale: Locale::En, via: Via::Web, request: world.mint(), world };
    let mallory = ExternalPerson {
        issuer: "https://id.example".to_owned(),
        subject: "1".to_owned(),
        email: Some("alice@acme.example".to_owned()),
        is_email_verified: true,
        name: None,
    };
    let rules = ExternalRules { may_link_by_email: false, first_role: Role::Viewer };
    let identity = &state.services.identity;
    identity.sign_in_external(&visitor, &mallory, rules).await.unwrap_err();
    identity.record_external_refusal(&visitor, "acme").await.unwrap();
    let told = told(&house).await;
    assert_eq!(
        told,
        [
            ["identity.sign_in_external", "https://id.example from 192.0.2.7", "denied"],
            ["identity.sign_in_external", "acme from 192.0.2.7", "denied"],
        ]
    );
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_token_excuses_no_other_site() {
    let house = House::open(&[]).await;
    house.person("alice@acme.example").await;
    let browser = house.browser();
    browser.sign_in("alice@acme.example", PASSWORD).await;
    let evil = ("origin", "https://evil.example");
    for value in ["Basic YTpi", "Bearer", "x"] {
        let answer =
            browser.send(Method::POST, "/graphql", Some(&[]), &[evil, ("authorization", value)]).await;
        assert_eq!(answer.json()["messageKey"], "identity-cross-site", "{value}");
    }
    let bearer = ("authorization", "Bearer pny_x");
    let out = browser.send(Method::POST, "/auth/sign-out", Some(&[]), &[evil, bearer]).await;
    assert_eq!(out.status.as_u16(), 403);
    assert!(browser.viewer().await.is_some(), "nobody else signs one out");
    house.server.stop().await.unwrap();
}
