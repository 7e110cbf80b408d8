//! Tests of timeouts and periodic checks of a connection, with tokio's paused clock.

use super::{ConnectionAuthenticator, ConnectionLimits, Inbound, Outbound, serve};
use crate::schema::{MutationRoot, QueryRoot, SubscriptionRoot};
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use futures::{SinkExt, StreamExt, channel::mpsc};
use penny_kernel::ctx::{Ctx, SystemPorts, Transport, testing::TestCtx};
use penny_ports::system::{Clock, IdGenerator, RandomSource};
use penny_types::{Fault, FaultCode, Locale, PrincipalId, TenantId, people::Role};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// System ports with a fixed clock, sequential ids and no randomness.
#[derive(Debug, Default)]
struct FixedSystem(AtomicU64);

impl Clock for FixedSystem {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::default()
    }
}

impl IdGenerator for FixedSystem {
    fn new_id(&self) -> Uuid {
        Uuid::from_u128(self.0.fetch_add(1, Ordering::Relaxed).into())
    }
}

impl RandomSource for FixedSystem {
    fn fill_bytes(&self, _: &mut [u8]) {}
}

fn ctx(roles: &[Role]) -> Ctx {
    let ports = Arc::new(FixedSystem::default());
    let system = SystemPorts { clock: ports.clone(), ids: ports.clone(), random: ports };
    let ctx = TestCtx::new(TenantId(Uuid::nil()), PrincipalId(Uuid::nil()), system);
    ctx.transport(Transport::Graphql).roles(roles).build()
}

/// Accepts every caller while the flag is set, and otherwise fails with the code.
struct FlagAuthenticator(Arc<AtomicBool>, FaultCode);

impl ConnectionAuthenticator for FlagAuthenticator {
    async fn authenticate(&self, _: Option<&str>) -> Result<Ctx, (Fault, Locale)> {
        if !self.0.load(Ordering::Relaxed) {
            return Err((self.1.into(), Locale::En));
        }
        Ok(ctx(&[]))
    }
}

/// The client's end of a connection.
struct TestPeer {
    sender: mpsc::Sender<Inbound>,
    receiver: mpsc::Receiver<Outbound>,
    is_authenticated: Arc<AtomicBool>,
}

/// Starts serving a connection whose outgoing channel buffers `capacity` messages.
fn connect(capacity: usize) -> (TestPeer, tokio::task::JoinHandle<()>) {
    connect_with_fault(capacity, FaultCode::Unauthenticated)
}

/// Like [`connect`], but authentication fails with `code` once the flag is cleared.
#[expect(clippy::disallowed_methods, reason = "the test's own runtime ends the task")]
fn connect_with_fault(capacity: usize, code: FaultCode) -> (TestPeer, tokio::task::JoinHandle<()>) {
    let (sender, incoming) = mpsc::channel(8);
    let (outgoing, receiver) = mpsc::channel(capacity);
    let is_authenticated = Arc::new(AtomicBool::new(true));
    let schema = async_graphql::Schema::new(
        QueryRoot::default(),
        MutationRoot::default(),
        SubscriptionRoot::default(),
    );
    let authenticator = FlagAuthenticator(Arc::clone(&is_authenticated), code);
    let serving = serve(schema, authenticator, ConnectionLimits::default(), incoming, outgoing);
    (TestPeer { sender, receiver, is_authenticated }, tokio::spawn(serving))
}

impl TestPeer {
    async fn send(&mut self, text: &str) {
        self.sender.send(Inbound::Text(text.to_owned())).await.unwrap();
    }

    async fn initialise(&mut self) {
        self.send(r#"{"type":"connection_init"}"#).await;
        assert_eq!(
            self.receiver.next().await,
            Some(Outbound::Text(r#"{"type":"connection_ack"}"#.to_owned()))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_init_is_closed_after_ten_seconds() {
    let (mut peer, serving) = connect(8);
    let started = tokio::time::Instant::now();
    assert_eq!(peer.receiver.next().await, Some(Outbound::Close(4408, "Connection initialisation timeout")));
    assert_eq!(started.elapsed().as_secs(), 10);
    serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_closed_within_thirty_seconds_of_its_sessions_end() {
    let (mut peer, serving) = connect(8);
    peer.initialise().await;
    assert_eq!(peer.receiver.next().await, Some(Outbound::Ping));
    peer.is_authenticated.store(false, Ordering::Relaxed);
    let ended = tokio::time::Instant::now();
    assert_eq!(peer.receiver.next().await, Some(Outbound::Close(4401, "Unauthorized")));
    assert!(ended.elapsed() <= Duration::from_secs(30));
    serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_unavailable_database_keeps_open_connections_and_prevents_new_ones() {
    let (mut peer, serving) = connect_with_fault(8, FaultCode::Unavailable);
    peer.initialise().await;
    peer.is_authenticated.store(false, Ordering::Relaxed);
    for _ in 0..4 {
        assert_eq!(peer.receiver.next().await, Some(Outbound::Ping));
    }
    drop(peer);
    serving.await.unwrap();

    let (mut peer, serving) = connect_with_fault(8, FaultCode::Unavailable);
    peer.is_authenticated.store(false, Ordering::Relaxed);
    peer.send(r#"{"type":"connection_init"}"#).await;
    assert_eq!(peer.receiver.next().await, Some(Outbound::Close(1013, "Try again later")));
    serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_stops_reading_is_disconnected() {
    let (mut peer, serving) = connect(0);
    peer.initialise().await;
    for n in 0..8 {
        let subscribe =
            format!(r#"{{"type":"subscribe","id":"{n}","payload":{{"query":"{{ __typename }}"}}}}"#);
        peer.send(&subscribe).await;
    }
    // The test reads nothing from here on: the connection ends by its send timeout.
    serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_connection_ends_when_its_peer_disconnects() {
    let (mut peer, serving) = connect(8);
    peer.initialise().await;
    drop(peer);
    serving.await.unwrap();
}

/// Records the context in which each operation is executed.
#[derive(Clone, Default)]
struct CtxRecorder(Arc<Mutex<Vec<Ctx>>>);

impl ExtensionFactory for CtxRecorder {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Extension for CtxRecorder {
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

/// Grants the administrator role at the first authentication only.
struct RevokingAuthenticator(AtomicBool);

impl ConnectionAuthenticator for RevokingAuthenticator {
    async fn authenticate(&self, _: Option<&str>) -> Result<Ctx, (Fault, Locale)> {
        let is_first = !self.0.swap(true, Ordering::Relaxed);
        Ok(ctx(if is_first { &[Role::Admin] } else { &[] }))
    }
}

#[tokio::test(start_paused = true)]
#[expect(clippy::disallowed_methods, reason = "the test's own runtime ends the task")]
async fn each_operation_has_its_own_request_id_and_the_current_rights() {
    let (sender, incoming) = mpsc::channel(8);
    let (outgoing, receiver) = mpsc::channel(8);
    let recorder = CtxRecorder::default();
    let schema = async_graphql::Schema::build(
        QueryRoot::default(),
        MutationRoot::default(),
        SubscriptionRoot::default(),
    )
    .extension(recorder.clone())
    .finish();
    let serving = tokio::spawn(serve(
        schema,
        RevokingAuthenticator(AtomicBool::default()),
        ConnectionLimits::default(),
        incoming,
        outgoing,
    ));
    let mut peer = TestPeer { sender, receiver, is_authenticated: Arc::default() };
    peer.initialise().await;
    for id in ["a", "b", "c"] {
        if id == "c" {
            while peer.receiver.next().await.expect("the connection lasts") != Outbound::Ping {}
        }
        peer.send(&format!(r#"{{"type":"subscribe","id":"{id}","payload":{{"query":"{{ __typename }}"}}}}"#))
            .await;
        let done = Outbound::Text(format!(r#"{{"type":"complete","id":"{id}"}}"#));
        while peer.receiver.next().await.expect("the connection lasts") != done {}
    }
    drop(peer);
    serving.await.unwrap();
    let contexts = recorder.0.lock().unwrap();
    let roles: Vec<usize> = contexts.iter().map(|ctx| ctx.rights().roles().len()).collect();
    assert_eq!(roles, [1, 1, 0], "operations started after the check lack the revoked role");
    assert_ne!(contexts[0].request_id(), contexts[1].request_id());
}

#[tokio::test(start_paused = true)]
async fn a_message_with_too_many_values_closes_the_connection() {
    let (mut peer, serving) = connect(8);
    peer.initialise().await;
    peer.send(&format!(r#"{{"type":"ping","payload":[{}0]}}"#, "0,".repeat(penny_kernel::json::VALUES_MAX)))
        .await;
    assert_eq!(peer.receiver.next().await, Some(Outbound::Close(4400, "Invalid message")));
    serving.await.unwrap();
}
