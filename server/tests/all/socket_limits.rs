//! Limits of WebSockets, and the subscriptions that a token's scopes permit.

use crate::{
    fresh_app::{FreshApp, PASSWORD},
    graphql_socket::GraphqlSocket,
    shared_app::{TestTenant, TestUser, app, client},
};
use penny_core::identity::NewToken;
use penny_types::people::Role;
use secrecy::ExposeSecret;
use serde_json::json;
use tokio_tungstenite::tungstenite::Error as WsError;

const PROTOCOL: Option<&str> = Some("graphql-transport-ws");

async fn user_with_scope(scope: &str) -> TestUser {
    let token = NewToken { name: scope.to_owned(), scopes: vec![scope.to_owned()], ..NewToken::default() };
    app().create_user_with("alice", TestTenant::Acme, Role::Creator, token).await
}

#[tokio::test]
async fn a_socket_can_also_be_opened_at_graphql() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    for path in ["/graphql", "/graphql/ws"] {
        let mut socket = GraphqlSocket::try_connect(&app().url(path), PROTOCOL).await.unwrap();
        socket.authenticate(&alice.token).await;
        socket.subscribe("q", "{ viewer { name } }", json!({})).await;
        assert_eq!(
            socket.receive_until_complete("q").await,
            [json!({ "data": { "viewer": { "name": "alice" } } })],
            "{path}"
        );
    }
    let plain = alice.get("/graphql").await;
    assert_eq!((plain.problem().0, plain.header("allow")), (405, "POST"));
    let cross_site = client()
        .get(app().url("/graphql"))
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("origin", "https://evil.example");
    assert_eq!(cross_site.send().await.unwrap().status().as_u16(), 403);
}

#[tokio::test]
async fn a_token_can_subscribe_only_within_its_scopes() {
    const CONVERSATIONS: &str = "subscription { conversationUpdates { id } }";
    const ARTIFACTS: &str = "subscription { artifactUpdates { id } }";
    let owner = app().create_user("alice", TestTenant::Acme).await;
    let conversation = owner.create_conversation().await;
    let turn = owner.send_message(&conversation, "echo", "words").await[0].data["turnId"].clone();
    for (scope, refused) in [
        ("data", [CONVERSATIONS, ARTIFACTS]),
        ("chat", [ARTIFACTS, ARTIFACTS]),
        ("artifacts", [CONVERSATIONS, CONVERSATIONS]),
    ] {
        let mut socket = GraphqlSocket::authenticated(&user_with_scope(scope).await).await;
        for document in refused {
            socket.subscribe("x", document, json!({})).await;
            let received = socket.receive_until_complete("x").await;
            assert_eq!(received[0]["errors"][0]["extensions"]["code"], "forbidden", "{scope}: {document}");
        }
    }
    // A turn is found through its conversation, so without access it does not exist, over GraphQL and REST.
    let user = user_with_scope("data").await;
    let mut socket = GraphqlSocket::authenticated(&user).await;
    socket
        .subscribe("t", "subscription($t: TurnId!) { turnEvents(turnId: $t) { seq } }", json!({ "t": turn }))
        .await;
    assert_eq!(socket.receive_until_complete("t").await[0]["errors"][0]["extensions"]["code"], "not_found");
    let path = format!("/v1/turns/{}/events", turn.as_str().unwrap());
    assert_eq!(user.get(&path).await.problem().0, 404);
}

#[tokio::test]
async fn a_socket_message_has_the_size_limit_of_a_document() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let ping = |length: usize| json!({ "type": "ping", "payload": { "x": "x".repeat(length) } });
    let mut socket = GraphqlSocket::authenticated(&alice).await;
    socket.send(&ping(200 * 1024)).await;
    assert_eq!(socket.receive().await.unwrap()["type"], "pong");
    socket.send(&ping(260 * 1024)).await;
    assert!(socket.receive().await.is_err());
    let mut anonymous = GraphqlSocket::connect().await;
    anonymous.send(&ping(260 * 1024)).await;
    assert!(anonymous.receive().await.is_err(), "the limit applies before authentication");
}

#[tokio::test(flavor = "multi_thread")]
async fn unauthenticated_sockets_are_limited_and_do_not_block_signed_in_users() {
    let app = FreshApp::start(&[]).await;
    let alice = app.create_user("alice@acme.example").await;
    let ctx = app.ctx(app.default_tenant().await);
    let new = NewToken { name: "t".to_owned(), ..NewToken::default() };
    let token = app.server.state.services.identity.issue_token_for(&ctx, alice, new).await.unwrap().1;
    let address = format!("{}/graphql", app.url());
    let mut sockets = Vec::new();
    for _ in 0..64 {
        sockets.push(GraphqlSocket::try_connect(&address, PROTOCOL).await.unwrap());
    }
    let Err(WsError::Http(rejected)) = GraphqlSocket::try_connect(&address, PROTOCOL).await else {
        panic!("a socket beyond the limit was accepted");
    };
    assert_eq!(
        (rejected.status().as_u16(), &rejected.headers()["retry-after"]),
        (503, &"2".parse().unwrap())
    );
    // A socket with a session cookie does not count against the limit.
    let browser = app.browser();
    browser.sign_in("alice@acme.example", PASSWORD).await;
    let upgrade = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-fetch-site", "same-origin"),
    ];
    let mut signed_in = client()
        .get(&address)
        .header("cookie", format!("penny_session={}", browser.cookie("penny_session").unwrap()));
    for (name, value) in upgrade {
        signed_in = signed_in.header(name, value);
    }
    assert_eq!(signed_in.send().await.unwrap().status().as_u16(), 101);
    // An unauthenticated socket that authenticates no longer counts.
    sockets[0].authenticate(token.expose_secret()).await;
    assert!(GraphqlSocket::try_connect(&address, PROTOCOL).await.is_ok());
    app.server.stop().await.unwrap();
}
