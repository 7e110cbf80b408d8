//! Personal access tokens, at the REST door.

use crate::sign_in_app::{Answer, House};
use chrono::TimeDelta;
use penny_core::{
    ctx::{Ctx, Via},
    fault::ToFault,
    identity::NewToken,
};
use penny_types::FaultCode;
use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;

async fn ask(house: &House, authorization: &str) -> Answer {
    house.browser().send(Method::GET, "/v1/conversations", None, &[("authorization", authorization)]).await
}

fn named(name: &str) -> NewToken {
    NewToken { name: name.to_owned(), ..NewToken::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_works_until_it_expires_or_is_taken_back() {
    let house = House::open(&[]).await;
    let alice = house.person("alice@acme.example").await;
    let (identity, ctx) = (&house.server.state.services.identity, house.ctx(house.default_tenant().await));
    let short = NewToken { lifetime: Some(TimeDelta::hours(1)), ..named("short") };
    let (_, expiring) = identity.issue_token_for(&ctx, alice, short).await.unwrap();
    let (view, lasting) = identity.issue_token_for(&ctx, alice, named("lasting")).await.unwrap();
    let bearer = |secret: &secrecy::SecretString| format!("Bearer {}", secret.expose_secret());
    assert_eq!(ask(&house, &bearer(&expiring)).await.status, StatusCode::OK);
    assert_eq!(ask(&house, &bearer(&lasting).replace("Bearer", "bearer")).await.status, StatusCode::OK);
    house.clock.advance(TimeDelta::hours(1));
    assert_eq!(ask(&house, &bearer(&expiring)).await.status, StatusCode::UNAUTHORIZED);
    let own =
        identity.authenticate_token(&house.server.state.world, &lasting, Via::Rest, None).await.unwrap();
    identity.revoke_token(&own, view.id).await.unwrap();
    let refused = ask(&house, &bearer(&lasting)).await;
    assert_eq!((refused.status, refused.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Bearer"));
    assert_eq!(refused.json()["code"], "unauthenticated");
    let again = identity.revoke_token(&own, view.id).await.unwrap_err();
    assert_eq!(again.to_fault().code, FaultCode::NotFound);
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_wrong_is_refused_in_the_callers_language() {
    let house = House::open(&[]).await;
    for wrong in [
        "Bearer",
        "Bearer x",
        "Bearer pny_",
        "Basic YTpi",
        "pny_x",
        &format!("Bearer pny_{}", "0".repeat(72)),
    ] {
        let answer = ask(&house, wrong).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{wrong}");
        assert_eq!(answer.json()["messageKey"], "identity-token-unusable", "{wrong}");
    }
    let headers = [("authorization", "Bearer x"), ("accept-language", "es")];
    let answer = house.browser().send(Method::GET, "/v1/conversations", None, &headers).await;
    assert!(answer.json()["detail"].as_str().unwrap().starts_with("El token no funciona"));
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_brings_its_tenant_whatever_the_host_says() {
    let house = House::open(&[]).await;
    let globex = house.company("globex", "globex.example").await;
    let bob = house.person_in(globex, "bob@globex.example").await;
    let identity = &house.server.state.services.identity;
    let (_, secret) = identity.issue_token_for(&house.ctx(globex), bob, named("t")).await.unwrap();
    let ctx = identity.authenticate_token(&house.server.state.world, &secret, Via::Rest, None).await.unwrap();
    assert_eq!((ctx.tenant, ctx.actor.id), (globex, bob));
    let listed = identity.list_tokens(&ctx).await.unwrap();
    assert_eq!(listed.len(), 1);
    let other = house.person("alice@acme.example").await;
    let error = identity.issue_token_for(&house.ctx(globex), other, named("t")).await.unwrap_err();
    assert_eq!(error.to_fault().code, FaultCode::NotFound, "another tenant's person does not exist here");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_never_gives_more_than_the_one_it_is_made_with() {
    let house = House::open(&[]).await;
    let alice = house.person("alice@acme.example").await;
    let (identity, system) = (&house.server.state.services.identity, house.ctx(house.default_tenant().await));
    let scoped = NewToken { scopes: vec!["profile".into(), "chat".into()], ..named("scoped") };
    let (_, secret) = identity.issue_token_for(&system, alice, scoped).await.unwrap();
    let ctx = identity.authenticate_token(&house.server.state.world, &secret, Via::Rest, None).await.unwrap();
    assert_eq!(ctx.grants.scopes, ["chat", "profile"]);
    let (view, _) = identity.issue_token(&ctx, named("same")).await.unwrap();
    assert_eq!(view.scopes, ["chat", "profile"], "none asked for means no more than its own");
    for (new, key) in [
        (NewToken { scopes: vec!["tools".into()], ..named("wider") }, "identity-token-scope-wider"),
        (NewToken { scopes: vec!["everything".into()], ..named("x") }, "identity-token-scope"),
        (named(" "), "identity-token-name"),
        (NewToken { lifetime: Some(TimeDelta::zero()), ..named("x") }, "identity-token-lifetime"),
    ] {
        let fault = identity.issue_token(&ctx, new).await.unwrap_err().to_fault();
        assert_eq!((fault.code, fault.fields[0].message_key.as_str()), (FaultCode::Invalid, key));
    }
    let chat_only = NewToken { scopes: vec!["chat".into()], ..named("chat") };
    let (_, secret) = identity.issue_token_for(&system, alice, chat_only).await.unwrap();
    let ctx: Ctx =
        identity.authenticate_token(&house.server.state.world, &secret, Via::Rest, None).await.unwrap();
    let error = identity.issue_token(&ctx, named("x")).await.unwrap_err();
    assert_eq!(error.to_fault().code, FaultCode::Forbidden, "its scopes do not reach tokens");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_use_of_a_token_is_noted_to_the_minute() {
    let house = House::open(&[]).await;
    let alice = house.person("alice@acme.example").await;
    let (state, system) = (&house.server.state, house.ctx(house.default_tenant().await));
    let identity = &state.services.identity;
    let (view, secret) = identity.issue_token_for(&system, alice, named("t")).await.unwrap();
    assert_eq!(view.last_used_at, None);
    let ctx = identity.authenticate_token(&state.world, &secret, Via::Rest, None).await.unwrap();
    let noted = tokio::time::timeout(std::time::Duration::from_secs(10), async {
        loop {
            if let Some(at) = identity.list_tokens(&ctx).await.unwrap()[0].last_used_at {
                return at;
            }
            tokio::task::yield_now().await;
        }
    });
    let noted = noted.await.expect("the use is noted");
    assert!((state.world.now() - noted).abs() < TimeDelta::seconds(30));
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_makes_none_that_outlives_it() {
    let house = House::open(&[]).await;
    let alice = house.person("alice@acme.example").await;
    let (state, ctx) = (&house.server.state, house.ctx(house.default_tenant().await));
    let identity = &state.services.identity;
    let hour = NewToken { lifetime: Some(TimeDelta::hours(1)), ..named("hour") };
    let (made, secret) = identity.issue_token_for(&ctx, alice, hour).await.unwrap();
    let own = identity.authenticate_token(&state.world, &secret, Via::Rest, None).await.unwrap();
    for (lifetime, expected) in [
        (None, made.expires_at),
        (Some(TimeDelta::days(365)), made.expires_at),
        (Some(TimeDelta::minutes(5)), None),
    ] {
        let (child, _) = identity.issue_token(&own, NewToken { lifetime, ..named("child") }).await.unwrap();
        match expected {
            Some(_) => assert_eq!(child.expires_at, expected),
            None => assert!(child.expires_at < made.expires_at),
        }
    }
    house.server.stop().await.unwrap();
}
