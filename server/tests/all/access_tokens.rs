//! Personal access tokens over REST.

use crate::fresh_app::{BrowserResponse, FreshApp};
use chrono::TimeDelta;
use penny_core::identity::NewToken;
use penny_kernel::{
    ctx::{Ctx, Transport},
    fault::ToFault,
};
use penny_types::FaultCode;
use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;

async fn list_conversations(app: &FreshApp, authorization: &str) -> BrowserResponse {
    app.browser().send(Method::GET, "/v1/conversations", None, &[("authorization", authorization)]).await
}

fn named(name: &str) -> NewToken {
    NewToken { name: name.to_owned(), ..NewToken::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_works_until_it_expires_or_is_revoked() {
    let app = FreshApp::start(&[]).await;
    let alice = app.create_user("alice@acme.example").await;
    let (identity, ctx) = (&app.server.state.services.identity, app.ctx(app.default_tenant().await));
    let short = NewToken { lifetime: Some(TimeDelta::hours(1)), ..named("short") };
    let (_, expiring) = identity.issue_token_for(&ctx, alice, short).await.unwrap();
    let (view, lasting) = identity.issue_token_for(&ctx, alice, named("lasting")).await.unwrap();
    let bearer = |secret: &secrecy::SecretString| format!("Bearer {}", secret.expose_secret());
    assert_eq!(list_conversations(&app, &bearer(&expiring)).await.status, StatusCode::OK);
    assert_eq!(
        list_conversations(&app, &bearer(&lasting).replace("Bearer", "bearer")).await.status,
        StatusCode::OK
    );
    app.clock.advance(TimeDelta::hours(1));
    assert_eq!(list_conversations(&app, &bearer(&expiring)).await.status, StatusCode::UNAUTHORIZED);
    let own =
        identity.authenticate_token(&app.server.state.system, &lasting, Transport::Rest, None).await.unwrap();
    identity.revoke_token(&own, view.id).await.unwrap();
    let refused = list_conversations(&app, &bearer(&lasting)).await;
    assert_eq!((refused.status, refused.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Bearer"));
    assert_eq!(refused.json()["code"], "unauthenticated");
    let again = identity.revoke_token(&own, view.id).await.unwrap_err();
    assert_eq!(again.to_fault().code, FaultCode::NotFound);
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_token_is_rejected_in_the_accepted_language() {
    let app = FreshApp::start(&[]).await;
    for wrong in [
        "Bearer",
        "Bearer x",
        "Bearer pny_",
        "Basic YTpi",
        "pny_x",
        &format!("Bearer pny_{}", "0".repeat(72)),
    ] {
        let response = list_conversations(&app, wrong).await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{wrong}");
        assert_eq!(response.json()["messageKey"], "identity-token-unusable", "{wrong}");
    }
    let headers = [("authorization", "Bearer x"), ("accept-language", "es")];
    let response = app.browser().send(Method::GET, "/v1/conversations", None, &headers).await;
    assert!(response.json()["detail"].as_str().unwrap().starts_with("El token no es válido"));
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_determines_the_tenant_regardless_of_the_host() {
    let app = FreshApp::start(&[]).await;
    let globex = app.create_tenant("globex", "globex.example").await;
    let bob = app.create_user_in(globex, "bob@globex.example").await;
    let identity = &app.server.state.services.identity;
    let (_, secret) = identity.issue_token_for(&app.ctx(globex), bob, named("t")).await.unwrap();
    let ctx =
        identity.authenticate_token(&app.server.state.system, &secret, Transport::Rest, None).await.unwrap();
    assert_eq!((ctx.tenant(), ctx.actor().id), (globex, bob));
    let listed = identity.list_tokens(&ctx).await.unwrap();
    assert_eq!(listed.len(), 1);
    let other = app.create_user("alice@acme.example").await;
    let error = identity.issue_token_for(&app.ctx(globex), other, named("t")).await.unwrap_err();
    assert_eq!(error.to_fault().code, FaultCode::NotFound, "a user of another tenant is not found");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_cannot_create_one_with_more_scopes() {
    let app = FreshApp::start(&[]).await;
    let alice = app.create_user("alice@acme.example").await;
    let (identity, system) = (&app.server.state.services.identity, app.ctx(app.default_tenant().await));
    let scoped = NewToken { scopes: vec!["profile".into(), "chat".into()], ..named("scoped") };
    let (_, secret) = identity.issue_token_for(&system, alice, scoped).await.unwrap();
    let ctx =
        identity.authenticate_token(&app.server.state.system, &secret, Transport::Rest, None).await.unwrap();
    assert_eq!(ctx.rights().scopes(), ["chat", "profile"]);
    let (view, _) = identity.issue_token(&ctx, named("same")).await.unwrap();
    assert_eq!(view.scopes, ["chat", "profile"], "without requested scopes the new token inherits them");
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
        identity.authenticate_token(&app.server.state.system, &secret, Transport::Rest, None).await.unwrap();
    let error = identity.issue_token(&ctx, named("x")).await.unwrap_err();
    assert_eq!(error.to_fault().code, FaultCode::Forbidden, "the scope chat does not permit creating tokens");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_use_of_a_token_is_recorded() {
    let app = FreshApp::start(&[]).await;
    let alice = app.create_user("alice@acme.example").await;
    let (state, system) = (&app.server.state, app.ctx(app.default_tenant().await));
    let identity = &state.services.identity;
    let (view, secret) = identity.issue_token_for(&system, alice, named("t")).await.unwrap();
    assert_eq!(view.last_used_at, None);
    let ctx = identity.authenticate_token(&state.system, &secret, Transport::Rest, None).await.unwrap();
    let recorded = tokio::time::timeout(std::time::Duration::from_secs(10), async {
        loop {
            if let Some(at) = identity.list_tokens(&ctx).await.unwrap()[0].last_used_at {
                return at;
            }
            tokio::task::yield_now().await;
        }
    });
    let last_used_at = recorded.await.expect("the last use was not recorded");
    assert!((state.system.now() - last_used_at).abs() < TimeDelta::seconds(30));
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_cannot_create_one_that_outlives_it() {
    let app = FreshApp::start(&[]).await;
    let alice = app.create_user("alice@acme.example").await;
    let (state, ctx) = (&app.server.state, app.ctx(app.default_tenant().await));
    let identity = &state.services.identity;
    let hour = NewToken { lifetime: Some(TimeDelta::hours(1)), ..named("hour") };
    let (parent, secret) = identity.issue_token_for(&ctx, alice, hour).await.unwrap();
    let own = identity.authenticate_token(&state.system, &secret, Transport::Rest, None).await.unwrap();
    for (lifetime, expected) in [
        (None, parent.expires_at),
        (Some(TimeDelta::days(365)), parent.expires_at),
        (Some(TimeDelta::minutes(5)), None),
    ] {
        let (child, _) = identity.issue_token(&own, NewToken { lifetime, ..named("child") }).await.unwrap();
        match expected {
            Some(_) => assert_eq!(child.expires_at, expected),
            None => assert!(child.expires_at < parent.expires_at),
        }
    }
    app.server.stop().await.unwrap();
}
