//! What a connection does as time passes, told by a clock that the test moves.

use super::{Bounds, Doorkeeper, Inbound, Outbound, serve};
use crate::{mutation::Mutation, query::Query, subscription::Subscription};
use futures::{SinkExt, StreamExt, channel::mpsc};
use penny_core::ctx::{Actor, Ctx, Grants, Via, World};
use penny_ports::world::{Clock, Entropy, IdSource};
use penny_types::{Fault, FaultCode, Locale, PrincipalId, RequestId, TenantId, people::PrincipalKind};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// A world in which nothing happens.
#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::default()
    }
}

impl IdSource for Still {
    fn mint(&self) -> Uuid {
        Uuid::nil()
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
        let still = Arc::new(Still);
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
