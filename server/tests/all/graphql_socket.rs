//! GraphQL subscriptions over the `graphql-transport-ws` protocol.

use crate::shared_app::{TestTenant, TestUser, app};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error as WsError, Message, client::IntoClientRequest},
};

/// A WebSocket client of the protocol.
pub struct GraphqlSocket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl GraphqlSocket {
    pub async fn connect() -> Self {
        Self::connect_to(&app().url(""), Some("graphql-transport-ws")).await
    }

    /// Connects to any server, with any subprotocol.
    pub async fn connect_to(base: &str, protocol: Option<&str>) -> Self {
        Self::try_connect(&format!("{base}/graphql/ws"), protocol).await.unwrap()
    }

    /// Connects to a URL.
    ///
    /// # Errors
    /// When the server rejects the handshake.
    pub async fn try_connect(address: &str, protocol: Option<&str>) -> Result<Self, WsError> {
        let mut request = address.replace("http", "ws").into_client_request().unwrap();
        if let Some(protocol) = protocol {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        }
        let (socket, response) = connect_async(request).await?;
        if protocol == Some("graphql-transport-ws") {
            assert_eq!(response.headers()["sec-websocket-protocol"], "graphql-transport-ws");
        }
        Ok(Self(socket))
    }

    /// Connects and authenticates as this user.
    pub async fn authenticated(user: &TestUser) -> Self {
        let mut socket = Self::connect().await;
        socket.authenticate(&user.token).await;
        socket
    }

    /// Sends `connection_init` with the token.
    pub async fn authenticate(&mut self, token: &str) {
        let payload = json!({ "authorization": format!("Bearer {token}") });
        self.send(&json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(self.receive().await, Ok(json!({ "type": "connection_ack" })));
    }

    pub async fn send(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    pub async fn subscribe(&mut self, id: &str, document: &str, variables: Value) {
        let payload = json!({ "query": document, "variables": variables });
        self.send(&json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// Returns the next message, or the close code; 0 when the connection ended without one.
    pub async fn receive(&mut self) -> Result<Value, u16> {
        loop {
            let next =
                timeout(Duration::from_secs(20), self.0.next()).await.expect("no message within 20 seconds");
            match next {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => return Err(frame.map_or(0, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(0),
            }
        }
    }

    /// Returns all payloads of one operation, up to its `complete`.
    pub async fn receive_until_complete(&mut self, id: &str) -> Vec<Value> {
        let mut received = Vec::new();
        loop {
            let message = self.receive().await.expect("the socket was closed");
            assert_eq!(message["id"], id);
            match message["type"].as_str().unwrap() {
                "next" => received.push(message["payload"].clone()),
                "complete" => return received,
                other => panic!("{other}: {message}"),
            }
        }
    }
}

const TURN_EVENTS: &str = "subscription($turn: TurnId!, $after: Int!) { turnEvents(turnId: $turn, after: $after) { seq turnId body {
    kind: __typename ... on TextDelta { text offset } ... on TurnFinished { length } } } }";

fn joined_text(payloads: &[Value], initial: &str) -> String {
    let mut text = initial.as_bytes().to_vec();
    for payload in payloads {
        let body = &payload["data"]["turnEvents"]["body"];
        if body["kind"] == "TextDelta" {
            let offset = usize::try_from(body["offset"].as_u64().unwrap()).unwrap();
            assert!(offset <= text.len());
            text.truncate(offset);
            text.extend_from_slice(body["text"].as_str().unwrap().as_bytes());
        }
    }
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn two_sockets_follow_a_turn_live_and_one_replays_it_from_every_sequence_number() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let words = "some words before the gate and some words behind it";
    let turn = alice.start_turn(&conversation, "held-ws", words).await["id"].clone();
    let (mut one, mut two) =
        (GraphqlSocket::authenticated(&alice).await, GraphqlSocket::authenticated(&alice).await);
    for socket in [&mut one, &mut two] {
        socket.subscribe("a", TURN_EVENTS, json!({ "turn": turn, "after": 0 })).await;
        let first = socket.receive().await.unwrap();
        assert_eq!(first["payload"]["data"]["turnEvents"]["body"]["kind"], "TurnStarted");
    }
    app().gates.open("held-ws");
    let live = one.receive_until_complete("a").await;
    assert_eq!(joined_text(&live, ""), words);
    assert_eq!(joined_text(&two.receive_until_complete("a").await, ""), words);
    let seqs: Vec<u64> = live.iter().map(|p| p["data"]["turnEvents"]["seq"].as_u64().unwrap()).collect();
    assert!(seqs.windows(2).all(|pair| pair[0] < pair[1]), "{seqs:?}");
    let last = live.last().unwrap()["data"]["turnEvents"].clone();
    assert_eq!(last["body"], json!({ "kind": "TurnFinished", "length": words.len() }));

    for after in 0..=last["seq"].as_u64().unwrap() {
        let had: Vec<Value> = live
            .iter()
            .filter(|p| p["data"]["turnEvents"]["seq"].as_u64().unwrap() <= after)
            .cloned()
            .collect();
        one.subscribe("b", TURN_EVENTS, json!({ "turn": turn, "after": after })).await;
        let rest = one.receive_until_complete("b").await;
        assert_eq!(joined_text(&rest, &joined_text(&had, "")), words, "after {after}");
    }
}

#[tokio::test]
async fn updates_are_sent_to_their_owner_only() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let bob = app().create_user("bob", TestTenant::Acme).await;
    let (mut alice_socket, mut bob_socket) =
        (GraphqlSocket::authenticated(&alice).await, GraphqlSocket::authenticated(&bob).await);
    let follow = "subscription { conversationUpdates { id conversation { title } } }";
    for socket in [&mut alice_socket, &mut bob_socket] {
        socket.subscribe("c", follow, json!({})).await;
        socket.subscribe("d", "subscription { artifactUpdates { id artifact { title } } }", json!({})).await;
        // The pong arrives after the preceding messages were processed.
        socket.send(&json!({ "type": "ping", "payload": { "n": 1 } })).await;
        assert_eq!(socket.receive().await, Ok(json!({ "type": "pong", "payload": { "n": 1 } })));
    }
    // The subscription starts asynchronously, so conversations are created until an update arrives.
    let received = tokio::select! {
        received = alice_socket.receive() => received.unwrap(),
        () = async { loop { alice.post("/v1/conversations", &json!({ "title": "New" })).await; tokio::task::yield_now().await; } } => unreachable!(),
    };
    assert_eq!(
        (&received["id"], &received["payload"]["data"]["conversationUpdates"]["conversation"]["title"]),
        (&json!("c"), &json!("New"))
    );
    bob_socket.send(&json!({ "type": "ping" })).await;
    assert_eq!(bob_socket.receive().await, Ok(json!({ "type": "pong" })));
}

#[tokio::test]
async fn a_turn_of_another_tenant_cannot_be_followed() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let mallory = app().create_user("mallory", TestTenant::Globex).await;
    let conversation = alice.create_conversation().await;
    let turn = alice.send_message(&conversation, "echo", "secret").await[0].data["turnId"].clone();
    let mut socket = GraphqlSocket::authenticated(&mallory).await;
    let mut responses = Vec::new();
    for turn in [turn, json!("trn_01k00000000000000000000000")] {
        socket.subscribe("x", TURN_EVENTS, json!({ "turn": turn, "after": 0 })).await;
        let received = socket.receive_until_complete("x").await;
        assert_eq!(received[0]["errors"][0]["extensions"]["code"], "not_found");
        responses.push(received);
    }
    assert_eq!(responses[0], responses[1]);
}

#[tokio::test]
async fn protocol_violations_close_the_socket_with_their_code() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let wrong = json!({ "type": "connection_init", "payload": { "authorization": "Bearer pny_wrong" } });
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ viewer { name } }" } });
    for (message, code) in [
        (wrong, 4401),
        (json!({ "type": "connection_init" }), 4401),
        (subscribe.clone(), 4401),
        (json!({ "type": "nonsense" }), 4400),
        (json!([]), 4400),
    ] {
        let mut socket = GraphqlSocket::connect().await;
        socket.send(&message).await;
        assert_eq!(socket.receive().await, Err(code), "{message}");
    }
    for (message, code) in
        [(json!({ "type": "connection_init" }), 4429), (json!({ "type": "subscribe" }), 4400)]
    {
        let mut socket = GraphqlSocket::authenticated(&alice).await;
        socket.send(&message).await;
        assert_eq!(socket.receive().await, Err(code), "{message}");
    }
    let mut socket = GraphqlSocket::authenticated(&alice).await;
    socket.0.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(socket.receive().await, Err(4400));
}

#[tokio::test]
async fn queries_run_on_a_socket_and_invalid_documents_are_errors() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let mut socket = GraphqlSocket::authenticated(&alice).await;
    socket.subscribe("q", "{ viewer { name } }", json!({})).await;
    let received = socket.receive_until_complete("q").await;
    assert_eq!(received, [json!({ "data": { "viewer": { "name": "alice" } } })]);
    socket.subscribe("e", "subscription { nothing }", json!({})).await;
    let wrong = socket.receive().await.unwrap();
    assert_eq!(
        (&wrong["type"], &wrong["id"], &wrong["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("e"), &json!("malformed"))
    );
}

#[tokio::test]
async fn a_connection_has_at_most_64_operations_with_unique_ids() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let mut socket = GraphqlSocket::authenticated(&alice).await;
    let follow = "subscription { conversationUpdates { id } }";
    for n in 0..64 {
        socket.subscribe(&format!("s{n}"), follow, json!({})).await;
    }
    socket.subscribe("one-more", follow, json!({})).await;
    let refused = socket.receive().await.unwrap();
    assert_eq!(
        (&refused["type"], &refused["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("rate_limited"))
    );
    socket.send(&json!({ "type": "complete", "id": "s0" })).await;
    socket.subscribe("again", "{ viewer { name } }", json!({})).await;
    assert_eq!(socket.receive_until_complete("again").await.len(), 1);
    socket.subscribe("s1", follow, json!({})).await;
    assert_eq!(socket.receive().await, Err(4409));
}

#[tokio::test]
async fn too_deep_or_too_large_messages_close_the_socket_only() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let deep = format!("{{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{}", "{\"a\":".repeat(40_000));
    let mut socket = GraphqlSocket::authenticated(&alice).await;
    socket.0.send(Message::text(deep)).await.unwrap();
    assert_eq!(socket.receive().await, Err(4400));
    let mut socket = GraphqlSocket::authenticated(&alice).await;
    // The server may close the connection while the client is still sending.
    let _ = socket.0.send(Message::text("x".repeat(9 * 1024 * 1024))).await;
    assert!(socket.receive().await.is_err());
    let mut socket = GraphqlSocket::authenticated(&alice).await;
    socket.subscribe("deep", &format!("{{ a(b: {}", "[".repeat(30_000)), json!({})).await;
    assert_eq!(socket.receive().await.unwrap()["payload"][0]["extensions"]["code"], "invalid");
    socket.subscribe("fine", "{ viewer { name } }", json!({})).await;
    assert_eq!(socket.receive_until_complete("fine").await.len(), 1);
}
