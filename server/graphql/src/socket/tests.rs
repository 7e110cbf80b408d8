//! What a connection does as time passes, told by a clock that the test moves.

use super::{Bounds, Doorkeeper, Inbound, Outbound, serve};
use crate::{mutation::Mutation, query::Query, subscription::Subscription};
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use futures::{SinkExt, StreamExt, channel::mpsc};
use penny_core::ctx::{Actor, Ctx, Grants, Via, World};
use penny_ports::world::{Clock, Entropy, IdSource};
use penny_types::{
    Fault, FaultCode, Locale, PrincipalId, RequestId, TenantId,
    people::{PrincipalKind, Role},
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// A world in which nothing happens but ids.
#[derive(Debug, Default)]
struct Still(AtomicU64);

impl Clock for Still {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::default()
    }
}

impl IdSource for Still {
    fn mint(&self) -> Uuid {
        Uuid::from_u128(self.0.fetch_add(1, Ordering::Relaxed).into())
    }
}

impl Entropy for Still {
    fn fill(&self, _: &mut [u8]) {}
}

/// Lets everybody in while its flag says so, and says otherwise why not.
struct Flag(Arc<AtomicBool>, FaultCode);

impl Doorkeeper for Flag {
    async fn admit(&self, _: Option<&str>) -> Result<Ctx, (Fault, Locale)> {
        if !self.0.load(Ordering::Relaxed) {
            return Err((self.1.into(), Locale::En));
        }
        let still = Arc::new(Still::default());
        Ok(Ctx {
            actor: Actor { id: PrincipalId(Uuid::nil()), kind: PrincipalKind::User, on_behalf_of: None },
            tenant: TenantId(Uuid::nil()),
            grants: Arc::new(Grants::default()),
            locale: Locale::En,
            via: Via::Graphql,
            request: RequestId(Uuid::nil()),
            world: World { clock: still.clone(), ids: still.clone(), entropy: still },
        })
    }
}

/// The other end of a connection.
struct Peer {
    say: mpsc::Sender<Inbound>,
    hear: mpsc::Receiver<Outbound>,
    is_let_in: Arc<AtomicBool>,
}

/// Begins a connection and serves it beside the test.
fn connect(room: usize) -> (Peer, tokio::task::JoinHandle<()>) {
    connect_to(room, FaultCode::Unauthenticated)
}

/// The same, by a doorkeeper who refuses with a reason of its own.
#[expect(clippy::disallowed_methods, reason = "the test's own runtime ends the task")]
fn connect_to(room: usize, reason: FaultCode) -> (Peer, tokio::task::JoinHandle<()>) {
    let (say, incoming) = mpsc::channel(8);
    let (outgoing, hear) = mpsc::channel(room);
    let is_let_in = Arc::new(AtomicBool::new(true));
    let schema = async_graphql::Schema::new(Query, Mutation, Subscription);
    let serving = serve(schema, Flag(Arc::clone(&is_let_in), reason), Bounds::default(), incoming, outgoing);
    (Peer { say, hear, is_let_in }, tokio::spawn(serving))
}

impl Peer {
    async fn say(&mut self, text: &str) {
        self.say.send(Inbound::Text(text.to_owned())).await.unwrap();
    }

    async fn greet(&mut self) {
        self.say(r#"{"type":"connection_init"}"#).await;
        assert_eq!(self.hear.next().await, Some(Outbound::Text(r#"{"type":"connection_ack"}"#.to_owned())));
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_say_who_it_is_is_let_go_after_ten_seconds() {
    let (mut peer, serving) = connect(8);
    let begun = tokio::time::Instant::now();
    assert_eq!(peer.hear.next().await, Some(Outbound::Close(4408, "Connection initialisation timeout")));
    assert_eq!(begun.elapsed().as_secs(), 10);
    serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_connection_ends_within_half_a_minute_of_its_sessions_end() {
    let (mut peer, serving) = connect(8);
    peer.greet().await;
    assert_eq!(peer.hear.next().await, Some(Outbound::Ping));
    peer.is_let_in.store(false, Ordering::Relaxed);
    let ended = tokio::time::Instant::now();
    assert_eq!(peer.hear.next().await, Some(Outbound::Close(4401, "Unauthorized")));
    assert!(ended.elapsed() <= Duration::from_secs(30));
    serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_away_ends_no_connection_and_begins_none() {
    let (mut peer, serving) = connect_to(8, FaultCode::Unavailable);
    peer.greet().await;
    peer.is_let_in.store(false, Ordering::Relaxed);
    for _ in 0..4 {
        assert_eq!(peer.hear.next().await, Some(Outbound::Ping));
    }
    drop(peer);
    serving.await.unwrap();

    let (mut peer, serving) = connect_to(8, FaultCode::Unavailable);
    peer.is_let_in.store(false, Ordering::Relaxed);
    peer.say(r#"{"type":"connection_init"}"#).await;
    assert_eq!(peer.hear.next().await, Some(Outbound::Close(1013, "Try again later")));
    serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_stops_reading_is_let_go() {
    let (mut peer, serving) = connect(0);
    peer.greet().await;
    for n in 0..8 {
        let subscribe =
            format!(r#"{{"type":"subscribe","id":"{n}","payload":{{"query":"{{ __typename }}"}}}}"#);
        peer.say(&subscribe).await;
    }
    // Nothing is read from here on: the connection gives up by itself.
    serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_is_gone_ends_the_connection() {
    let (mut peer, serving) = connect(8);
    peer.greet().await;
    drop(peer);
    serving.await.unwrap();
}

/// Takes note of who each operation is executed for.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<Ctx>>>);

impl ExtensionFactory for Notes {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Extension for Notes {
    async fn execute(
        &self,
        context: &ExtensionContext<'_>,
        operation: Option<&str>,
        next: NextExecute<'_>,
    ) -> async_graphql::Response {
        self.0.lock().unwrap().push(context.data_unchecked::<Ctx>().clone());
        next.run(context, operation).await
    }
}

/// Takes the caller's rights away after the first look.
struct Taking(AtomicBool);

impl Doorkeeper for Taking {
    async fn admit(&self, authorization: Option<&str>) -> Result<Ctx, (Fault, Locale)> {
        let everybody = Flag(Arc::new(AtomicBool::new(true)), FaultCode::Unauthenticated);
        let mut ctx = everybody.admit(authorization).await?;
        if !self.0.swap(true, Ordering::Relaxed) {
            ctx.grants = Arc::new(Grants { roles: vec![Role::Admin], ..Grants::default() });
        }
        Ok(ctx)
    }
}

#[tokio::test(start_paused = true)]
#[expect(clippy::disallowed_methods, reason = "the test's own runtime ends the task")]
async fn each_operation_is_a_request_of_its_own_with_the_rights_of_its_time() {
    let (say, incoming) = mpsc::channel(8);
    let (outgoing, hear) = mpsc::channel(8);
    let notes = Notes::default();
    let schema =
        async_graphql::Schema::build(Query, Mutation, Subscription).extension(notes.clone()).finish();
    let serving =
        tokio::spawn(serve(schema, Taking(AtomicBool::default()), Bounds::default(), incoming, outgoing));
    let mut peer = Peer { say, hear, is_let_in: Arc::default() };
    peer.greet().await;
    for id in ["a", "b", "c"] {
        if id == "c" {
            while peer.hear.next().await.expect("the connection lasts") != Outbound::Ping {}
        }
        peer.say(&format!(r#"{{"type":"subscribe","id":"{id}","payload":{{"query":"{{ __typename }}"}}}}"#))
            .await;
        let done = Outbound::Text(format!(r#"{{"type":"complete","id":"{id}"}}"#));
        while peer.hear.next().await.expect("the connection lasts") != done {}
    }
    drop(peer);
    serving.await.unwrap();
    let seen = notes.0.lock().unwrap();
    let roles: Vec<usize> = seen.iter().map(|ctx| ctx.grants.roles.len()).collect();
    assert_eq!(roles, [1, 1, 0], "what was taken away is gone for what begins later");
    assert_ne!(seen[0].request, seen[1].request);
}

#[tokio::test(start_paused = true)]
async fn a_message_of_too_many_values_ends_the_connection() {
    let (mut peer, serving) = connect(8);
    peer.greet().await;
    peer.say(&format!(r#"{{"type":"ping","payload":[{}0]}}"#, "0,".repeat(penny_core::json::VALUES_MAX)))
        .await;
    assert_eq!(peer.hear.next().await, Some(Outbound::Close(4400, "Invalid message")));
    serving.await.unwrap();
}
