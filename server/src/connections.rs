//! TCP connections: accepted up to a limit; each is served until the peer closes it, a timeout expires,
//! or the server stops.

use axum::{Router, body::Body, extract::ConnectInfo, serve::Listener};
use http::Request;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

/// The time within which the headers of a connection's first request must arrive.
const FIRST_REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// The time within which the headers of each further request must arrive, which is also how long an idle
/// HTTP/1 connection is kept. Longer than the usual 60 seconds of proxies, so that a connection is not
/// closed while a proxy writes to it.
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(75);
/// The interval of HTTP/2 keep-alive pings, and the time within which a peer must answer one.
const HTTP2_PING_INTERVAL: Duration = Duration::from_secs(20);

/// Holds one of the permitted connections. It is stored in every request's extensions, so that a
/// WebSocket, which outlives its opening request, keeps its permit.
#[derive(Debug, Clone)]
struct ConnectionPermit(#[expect(dead_code, reason = "held, not read")] Arc<OwnedSemaphorePermit>);

/// Serves up to `max_connections` connections at once until `shutdown`; then waits for open ones to end.
/// Further connections wait in the operating system's accept queue.
pub(crate) async fn serve(
    mut listener: TcpListener,
    app: Router,
    max_connections: usize,
    shutdown: CancellationToken,
) {
    let permits = Arc::new(Semaphore::new(max_connections));
    let connections = TaskTracker::new();
    while let Some(Some((stream, peer, permit))) =
        shutdown.run_until_cancelled(accept(&mut listener, &permits)).await
    {
        connections.spawn(serve_connection(stream, peer, permit, app.clone(), shutdown.clone()));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Waits for a permit, then for a connection. axum's `Listener::accept` skips errors of single
/// connections, and waits a second when no file descriptors are left.
async fn accept(
    listener: &mut TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, ConnectionPermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    let (stream, peer) = Listener::accept(listener).await;
    Some((stream, peer, ConnectionPermit(Arc::new(permit))))
}

async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    permit: ConnectionPermit,
    app: Router,
    shutdown: CancellationToken,
) {
    // Streamed text must be sent immediately, not when a packet is full.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = &error as &dyn std::error::Error, "TCP_NODELAY could not be set");
    }
    let first_request = CancellationToken::new();
    let first_request_arrived = first_request.clone();
    let app = app.map_request(move |request: Request<Incoming>| {
        first_request_arrived.cancel();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(permit.clone());
        request
    });
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new()).header_read_timeout(KEEP_ALIVE_TIMEOUT);
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HTTP2_PING_INTERVAL)
        .keep_alive_timeout(HTTP2_PING_INTERVAL);
    let serving = http.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(app));
    let mut serving = pin!(serving);
    // hyper's own timeouts start only once it has detected the protocol, so the first request needs ours.
    let mut first_request_timeout = pin!(tokio::time::sleep(FIRST_REQUEST_TIMEOUT));
    let (mut has_request, mut is_stopping) = (false, false);
    loop {
        tokio::select! {
            ended = serving.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(error = %error, "a connection ended with an error");
                }
                return;
            }
            () = first_request.cancelled(), if !has_request => has_request = true,
            () = first_request_timeout.as_mut(), if !has_request => return,
            () = shutdown.cancelled(), if !is_stopping => {
                is_stopping = true;
                serving.as_mut().graceful_shutdown();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        task::JoinHandle,
        time::Instant,
    };

    const REQUEST: &str = "GET / HTTP/1.1\r\nhost: penny\r\n\r\n";

    /// Starts a server that responds with the client's address.
    #[expect(clippy::disallowed_methods, reason = "the test's own runtime ends the task")]
    async fn start(max_connections: usize) -> (SocketAddr, CancellationToken, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, shutdown) = (listener.local_addr().unwrap(), CancellationToken::new());
        let client_address = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string();
        let app = Router::new().route("/", get(client_address));
        (address, shutdown.clone(), tokio::spawn(serve(listener, app, max_connections, shutdown)))
    }

    /// Sends bytes and reads until the server closes. Returns what was read and the time it took.
    async fn exchange(address: SocketAddr, sent: &[u8]) -> (String, Duration) {
        let started = Instant::now();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent).await.unwrap();
        let mut received = Vec::new();
        let _ = stream.read_to_end(&mut received).await;
        (String::from_utf8_lossy(&received).into_owned(), started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_a_complete_request_in_time_is_closed() {
        let (address, ..) = start(10).await;
        for sent in [
            "",
            "G",
            "P",
            "PRI * HTTP/2.0\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: penny\r\nx-slow: ",
        ] {
            let (received, elapsed) = exchange(address, sent.as_bytes()).await;
            assert!(!received.contains("200 OK"), "{sent:?}: {received}");
            assert!(elapsed < FIRST_REQUEST_TIMEOUT * 2, "{sent:?}: {elapsed:?}");
        }
        let (received, elapsed) = exchange(address, REQUEST.as_bytes()).await;
        assert!(received.starts_with("HTTP/1.1 200 OK") && received.ends_with("127.0.0.1"), "{received}");
        assert!(elapsed > Duration::from_secs(60) && elapsed < KEEP_ALIVE_TIMEOUT * 2, "{elapsed:?}");
    }

    #[tokio::test]
    async fn a_connection_beyond_the_limit_is_served_once_another_has_ended() {
        let (address, ..) = start(1).await;
        let mut first = TcpStream::connect(address).await.unwrap();
        first.write_all(REQUEST.as_bytes()).await.unwrap();
        assert!(first.read(&mut [0; 64]).await.unwrap() > 0);
        let mut second = TcpStream::connect(address).await.unwrap();
        second.write_all(REQUEST.as_bytes()).await.unwrap();
        let mut received = [0; 12];
        let early = tokio::time::timeout(Duration::from_millis(200), second.read_exact(&mut received)).await;
        assert!(early.is_err(), "the second connection was served beyond the limit");
        drop(first);
        second.read_exact(&mut received).await.unwrap();
        assert_eq!(&received, b"HTTP/1.1 200");
    }

    #[tokio::test]
    async fn shutdown_closes_idle_connections_at_once() {
        let (address, shutdown, server) = start(10).await;
        let mut idle = TcpStream::connect(address).await.unwrap();
        idle.write_all(REQUEST.as_bytes()).await.unwrap();
        assert!(idle.read(&mut [0; 512]).await.unwrap() > 0);
        let silent = TcpStream::connect(address).await.unwrap();
        shutdown.cancel();
        tokio::time::timeout(FIRST_REQUEST_TIMEOUT / 2, server).await.expect("the server stops").unwrap();
        drop(silent);
    }
}
