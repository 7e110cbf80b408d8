//! What sockets may hold, and what a token may follow over one.

use crate::{
    graphql_socket::Socket,
    rest_app::{Company, Person, app, client},
    sign_in_app::{House, PASSWORD},
};
use penny_core::identity::NewToken;
use penny_types::people::Role;
use secrecy::ExposeSecret;
use serde_json::json;
use tokio_tungstenite::tungstenite::Error as Refused;

const PROTOCOL: Option<&str> = Some("graphql-transport-ws");

async fn scoped(scope: &str) -> Person {
    let token = NewToken { name: scope.to_owned(), scopes: vec![scope.to_owned()], ..NewToken::default() };
    app().person_with("alice", Company::Acme, Role::Creator, token).await
}

#[tokio::test]
async fn a_socket_is_opened_where_documents_are_sent_too() {
    let alice = app().person("alice", Company::Acme).await;
    for path in ["/graphql", "/graphql/ws"] {
        let mut socket = Socket::try_open(&app().url(path), PROTOCOL).await.unwrap();
        socket.greet(&alice.token).await;
        socket.subscribe("q", "{ viewer { name } }", json!({})).await;
        assert_eq!(
            socket.hear_out("q").await,
            [json!({ "data": { "viewer": { "name": "alice" } } })],
            "{path}"
        );
    }
    let plain = alice.get("/graphql").await;
    assert_eq!((plain.problem().0, plain.header("allow")), (405, "POST"));
    let evil = client()
        .get(app().url("/graphql"))
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("origin", "https://evil.example");
    assert_eq!(evil.send().await.unwrap().status().as_u16(), 403);
}

#[tokio::test]
async fn a_token_follows_only_what_it_may_read() {
    const CONVERSATIONS: &str = "subscription { conversationUpdates { id } }";
    const ARTIFACTS: &str = "subscription { artifactUpdates { id } }";
    let owner = app().person("alice", Company::Acme).await;
    let conversation = owner.conversation().await;
    let turn = owner.ask(&conversation, "echo", "words").await[0].data["turnId"].clone();
    for (scope, refused) in [
        ("data", [CONVERSATIONS, ARTIFACTS]),
        ("chat", [ARTIFACTS, ARTIFACTS]),
        ("artifacts", [CONVERSATIONS, CONVERSATIONS]),
    ] {
        let mut socket = Socket::of(&scoped(scope).await).await;
        for document in refused {
            socket.subscribe("x", document, json!({})).await;
            let heard = socket.hear_out("x").await;
            assert_eq!(heard[0]["errors"][0]["extensions"]["code"], "forbidden", "{scope}: {document}");
        }
    }
    // A turn is found through its conversation, over either door: of what one may not read, nothing is said.
    let data = scoped("data").await;
    let mut socket = Socket::of(&data).await;
    socket
        .subscribe("t", "subscription($t: TurnId!) { turnEvents(turnId: $t) { seq } }", json!({ "t": turn }))
        .await;
    assert_eq!(socket.hear_out("t").await[0]["errors"][0]["extensions"]["code"], "not_found");
    let path = format!("/v1/turns/{}/events", turn.as_str().unwrap());
    assert_eq!(data.get(&path).await.problem().0, 404);
}

#[tokio::test]
async fn a_message_is_as_long_as_a_document_may_be_and_no_longer() {
    let alice = app().person("alice", Company::Acme).await;
    let ping = |length: usize| json!({ "type": "ping", "payload": { "x": "x".repeat(length) } });
    let mut socket = Socket::of(&alice).await;
    socket.say(&ping(200 * 1024)).await;
    assert_eq!(socket.hear().await.unwrap()["type"], "pong");
    socket.say(&ping(260 * 1024)).await;
    assert!(socket.hear().await.is_err());
    let mut stranger = Socket::open().await;
    stranger.say(&ping(260 * 1024)).await;
    assert!(stranger.hear().await.is_err(), "nor does somebody who has not said who they are get to");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_sockets_are_few_and_keep_nobody_out_who_is_known() {
    let house = House::open(&[]).await;
    let alice = house.person("alice@acme.example").await;
    let ctx = house.ctx(house.default_tenant().await);
    let new = NewToken { name: "t".to_owned(), ..NewToken::default() };
    let token = house.server.state.services.identity.issue_token_for(&ctx, alice, new).await.unwrap().1;
    let address = format!("{}/graphql", house.url());
    let mut sockets = Vec::new();
    for _ in 0..64 {
        sockets.push(Socket::try_open(&address, PROTOCOL).await.unwrap());
    }
    let Err(Refused::Http(refused)) = Socket::try_open(&address, PROTOCOL).await else {
        panic!("there is a place too many");
    };
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"2".parse().unwrap()));
    // A browser whose cookie says who it is needs no place among the strangers.
    let browser = house.browser();
    browser.sign_in("alice@acme.example", PASSWORD).await;
    let upgrade = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-fetch-site", "same-origin"),
    ];
    let mut known = client()
        .get(&address)
        .header("cookie", format!("penny_session={}", browser.cookie("penny_session").unwrap()));
    for (name, value) in upgrade {
        known = known.header(name, value);
    }
    assert_eq!(known.send().await.unwrap().status().as_u16(), 101);
    // Who says who they are leaves their place to the next.
    sockets[0].greet(token.expose_secret()).await;
    assert!(Socket::try_open(&address, PROTOCOL).await.is_ok());
    house.server.stop().await.unwrap();
}
