//! Subscriptions over `graphql-transport-ws`, as an integrator sees them.

use crate::rest_app::{Company, Person, app};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error as Refused, Message, client::IntoClientRequest},
};

/// One end of a socket.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub async fn open() -> Self {
        Self::open_at(&app().url(""), Some("graphql-transport-ws")).await
    }

    /// Opens a socket of any server, for any protocol.
    pub async fn open_at(base: &str, protocol: Option<&str>) -> Self {
        Self::try_open(&format!("{base}/graphql/ws"), protocol).await.unwrap()
    }

    /// Opens a socket at an address, unless it is refused.
    pub async fn try_open(address: &str, protocol: Option<&str>) -> Result<Self, Refused> {
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

    /// Opens a socket and says who one is.
    pub async fn of(person: &Person) -> Self {
        let mut socket = Self::open().await;
        socket.greet(&person.token).await;
        socket
    }

    /// Says who one is.
    pub async fn greet(&mut self, token: &str) {
        let payload = json!({ "authorization": format!("Bearer {token}") });
        self.say(&json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(self.hear().await, Ok(json!({ "type": "connection_ack" })));
    }

    pub async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    pub async fn subscribe(&mut self, id: &str, document: &str, variables: Value) {
        let payload = json!({ "query": document, "variables": variables });
        self.say(&json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// Returns the next message, or the code the socket was closed with.
    pub async fn hear(&mut self) -> Result<Value, u16> {
        loop {
            let next = timeout(Duration::from_secs(20), self.0.next()).await.expect("something is said");
            match next {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => return Err(frame.map_or(0, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(0),
            }
        }
    }

    /// Hears everything one operation says, up to its `complete`.
    pub async fn hear_out(&mut self, id: &str) -> Vec<Value> {
        let mut heard = Vec::new();
        loop {
            let message = self.hear().await.expect("the socket stays open");
            assert_eq!(message["id"], id);
            match message["type"].as_str().unwrap() {
                "next" => heard.push(message["payload"].clone()),
                "complete" => return heard,
                other => panic!("{other}: {message}"),
            }
        }
    }
}

const FOLLOW: &str = "subscription($turn: TurnId!, $after: Int!) { turnEvents(turnId: $turn, after: $after) { seq turnId body {
    kind: __typename ... on TextDelta { text offset } ... on TurnFinished { length } } } }";

fn text_of(heard: &[Value], had: &str) -> String {
    let mut text = had.as_bytes().to_vec();
    for payload in heard {
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
async fn a_turn_is_followed_live_by_two_and_again_from_every_number() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let words = "some words before the gate and some words behind it";
    let turn = alice.ask_and_leave(&conversation, "held-ws", words).await["id"].clone();
    let (mut one, mut two) = (Socket::of(&alice).await, Socket::of(&alice).await);
    for socket in [&mut one, &mut two] {
        socket.subscribe("a", FOLLOW, json!({ "turn": turn, "after": 0 })).await;
        let first = socket.hear().await.unwrap();
        assert_eq!(first["payload"]["data"]["turnEvents"]["body"]["kind"], "TurnStarted");
    }
    app().gates.open("held-ws");
    let live = one.hear_out("a").await;
    assert_eq!(text_of(&live, ""), words);
    assert_eq!(text_of(&two.hear_out("a").await, ""), words);
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
        one.subscribe("b", FOLLOW, json!({ "turn": turn, "after": after })).await;
        let rest = one.hear_out("b").await;
        assert_eq!(text_of(&rest, &text_of(&had, "")), words, "after {after}");
    }
}

#[tokio::test]
async fn changes_are_told_to_their_owner_alone() {
    let alice = app().person("alice", Company::Acme).await;
    let bob = app().person("bob", Company::Acme).await;
    let (mut hers, mut his) = (Socket::of(&alice).await, Socket::of(&bob).await);
    let follow = "subscription { conversationUpdates { id conversation { title } } }";
    for socket in [&mut hers, &mut his] {
        socket.subscribe("c", follow, json!({})).await;
        socket.subscribe("d", "subscription { artifactUpdates { id artifact { title } } }", json!({})).await;
        // A ping is answered after what came before it was begun.
        socket.say(&json!({ "type": "ping", "payload": { "n": 1 } })).await;
        assert_eq!(socket.hear().await, Ok(json!({ "type": "pong", "payload": { "n": 1 } })));
    }
    // The listener is in place once an update arrives; until then the act is repeated.
    let heard = tokio::select! {
        heard = hers.hear() => heard.unwrap(),
        () = async { loop { alice.post("/v1/conversations", &json!({ "title": "New" })).await; tokio::task::yield_now().await; } } => unreachable!(),
    };
    assert_eq!(
        (&heard["id"], &heard["payload"]["data"]["conversationUpdates"]["conversation"]["title"]),
        (&json!("c"), &json!("New"))
    );
    his.say(&json!({ "type": "ping" })).await;
    assert_eq!(his.hear().await, Ok(json!({ "type": "pong" })));
}

#[tokio::test]
async fn a_turn_of_another_tenant_is_not_to_be_followed() {
    let alice = app().person("alice", Company::Acme).await;
    let mallory = app().person("mallory", Company::Globex).await;
    let conversation = alice.conversation().await;
    let turn = alice.ask(&conversation, "echo", "secret").await[0].data["turnId"].clone();
    let mut socket = Socket::of(&mallory).await;
    let mut answers = Vec::new();
    for turn in [turn, json!("trn_01k00000000000000000000000")] {
        socket.subscribe("x", FOLLOW, json!({ "turn": turn, "after": 0 })).await;
        let heard = socket.hear_out("x").await;
        assert_eq!(heard[0]["errors"][0]["extensions"]["code"], "not_found");
        answers.push(heard);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn a_socket_closes_with_the_protocols_code_when_one_breaks_it() {
    let alice = app().person("alice", Company::Acme).await;
    let wrong = json!({ "type": "connection_init", "payload": { "authorization": "Bearer pny_wrong" } });
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ viewer { name } }" } });
    for (message, code) in [
        (wrong, 4401),
        (json!({ "type": "connection_init" }), 4401),
        (subscribe.clone(), 4401),
        (json!({ "type": "nonsense" }), 4400),
        (json!([]), 4400),
    ] {
        let mut socket = Socket::open().await;
        socket.say(&message).await;
        assert_eq!(socket.hear().await, Err(code), "{message}");
    }
    for (message, code) in
        [(json!({ "type": "connection_init" }), 4429), (json!({ "type": "subscribe" }), 4400)]
    {
        let mut socket = Socket::of(&alice).await;
        socket.say(&message).await;
        assert_eq!(socket.hear().await, Err(code), "{message}");
    }
    let mut socket = Socket::of(&alice).await;
    socket.0.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(socket.hear().await, Err(4400));
}

#[tokio::test]
async fn queries_run_on_a_socket_too_and_what_is_wrong_is_an_error() {
    let alice = app().person("alice", Company::Acme).await;
    let mut socket = Socket::of(&alice).await;
    socket.subscribe("q", "{ viewer { name } }", json!({})).await;
    let heard = socket.hear_out("q").await;
    assert_eq!(heard, [json!({ "data": { "viewer": { "name": "alice" } } })]);
    socket.subscribe("e", "subscription { nothing }", json!({})).await;
    let wrong = socket.hear().await.unwrap();
    assert_eq!(
        (&wrong["type"], &wrong["id"], &wrong["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("e"), &json!("malformed"))
    );
}

#[tokio::test]
async fn a_connection_runs_so_many_operations_and_no_two_of_one_name() {
    let alice = app().person("alice", Company::Acme).await;
    let mut socket = Socket::of(&alice).await;
    let follow = "subscription { conversationUpdates { id } }";
    for n in 0..64 {
        socket.subscribe(&format!("s{n}"), follow, json!({})).await;
    }
    socket.subscribe("one-more", follow, json!({})).await;
    let refused = socket.hear().await.unwrap();
    assert_eq!(
        (&refused["type"], &refused["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("rate_limited"))
    );
    socket.say(&json!({ "type": "complete", "id": "s0" })).await;
    socket.subscribe("again", "{ viewer { name } }", json!({})).await;
    assert_eq!(socket.hear_out("again").await.len(), 1);
    socket.subscribe("s1", follow, json!({})).await;
    assert_eq!(socket.hear().await, Err(4409));
}

#[tokio::test]
async fn what_is_too_deep_or_too_large_ends_the_socket_and_not_the_server() {
    let alice = app().person("alice", Company::Acme).await;
    let deep = format!("{{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{}", "{\"a\":".repeat(40_000));
    let mut socket = Socket::of(&alice).await;
    socket.0.send(Message::text(deep)).await.unwrap();
    assert_eq!(socket.hear().await, Err(4400));
    let mut socket = Socket::of(&alice).await;
    // It may be cut off while it is still sending.
    let _ = socket.0.send(Message::text("x".repeat(9 * 1024 * 1024))).await;
    assert!(socket.hear().await.is_err());
    let mut socket = Socket::of(&alice).await;
    socket.subscribe("deep", &format!("{{ a(b: {}", "[".repeat(30_000)), json!({})).await;
    assert_eq!(socket.hear().await.unwrap()["payload"][0]["extensions"]["code"], "invalid");
    socket.subscribe("fine", "{ viewer { name } }", json!({})).await;
    assert_eq!(socket.hear_out("fine").await.len(), 1);
}
