//! Connections: accepted up to a limit, each served until it ends, asks for nothing in time, or the
//! server stops.

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

/// How long a peer may take over its first request's headers.
const ASKS_WITHIN: Duration = Duration::from_secs(10);
/// How long it may then take over the next one's, and so keep an HTTP/1 connection idle: longer than the
/// minute for which proxies do, so that it is not closed while they write to it.
const ASKS_AGAIN_WITHIN: Duration = Duration::from_secs(75);
/// How often an HTTP/2 peer is asked whether it is still there, and how long it may take to say so.
const PING_EVERY: Duration = Duration::from_secs(20);

/// A place among the connections. It lies beside every request, so that a socket, which outlives the
/// request that opened it, keeps its place.
#[derive(Debug, Clone)]
struct Seat(#[expect(dead_code, reason = "held, not read")] Arc<OwnedSemaphorePermit>);

/// Serves connections, at most `most` at once, until the server stops; then waits for those under way.
/// Those beyond wait in the operating system's queue.
pub(crate) async fn serve(mut listener: TcpListener, app: Router, most: usize, stopping: CancellationToken) {
    let seats = Arc::new(Semaphore::new(most));
    let connections = TaskTracker::new();
    while let Some(Some((stream, peer, seat))) =
        stopping.run_until_cancelled(accept(&mut listener, &seats)).await
    {
        connections.spawn(attend(stream, peer, seat, app.clone(), stopping.clone()));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Waits for a place and then for somebody to take it. Accepting goes on after an error of one
/// connection, and waits a second when there are no files left to open.
async fn accept(listener: &mut TcpListener, seats: &Arc<Semaphore>) -> Option<(TcpStream, SocketAddr, Seat)> {
    let seat = Arc::clone(seats).acquire_owned().await.ok()?;
    let (stream, peer) = Listener::accept(listener).await;
    Some((stream, peer, Seat(Arc::new(seat))))
}

/// Serves one connection.
async fn attend(stream: TcpStream, peer: SocketAddr, seat: Seat, app: Router, stopping: CancellationToken) {
    // A word of an answer goes out at once, not when there are enough of them for a packet.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = &error as &dyn std::error::Error, "a connection could not be made quick");
    }
    let asked = CancellationToken::new();
    let has_asked = asked.clone();
    let app = app.map_request(move |request: Request<Incoming>| {
        has_asked.cancel();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(seat.clone());
        request
    });
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new()).header_read_timeout(ASKS_AGAIN_WITHIN);
    http.http2().timer(TokioTimer::new()).keep_alive_interval(PING_EVERY).keep_alive_timeout(PING_EVERY);
    let serving = http.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(app));
    let mut serving = pin!(serving);
    // Until the first request, not even the protocol may be known: its own limits do not count yet.
    let mut late = pin!(tokio::time::sleep(ASKS_WITHIN));
    let (mut is_known, mut is_ending) = (false, false);
    loop {
        tokio::select! {
            ended = serving.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(error = %error, "a connection broke off");
                }
                return;
            }
            () = asked.cancelled(), if !is_known => is_known = true,
            () = late.as_mut(), if !is_known => return,
            () = stopping.cancelled(), if !is_ending => {
                is_ending = true;
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

    const ASK: &str = "GET / HTTP/1.1\r\nhost: penny\r\n\r\n";

    /// Serves a page of one word.
    #[expect(clippy::disallowed_methods, reason = "the test's own runtime ends the task")]
    async fn start(most: usize) -> (SocketAddr, CancellationToken, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stopping) = (listener.local_addr().unwrap(), CancellationToken::new());
        let from = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string();
        let app = Router::new().route("/", get(from));
        (address, stopping.clone(), tokio::spawn(serve(listener, app, most, stopping)))
    }

    /// Says something and hears all that comes back until the server closes.
    async fn converse(address: SocketAddr, words: &[u8]) -> (String, Duration) {
        let begun = Instant::now();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(words).await.unwrap();
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard).await;
        (String::from_utf8_lossy(&heard).into_owned(), begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_ask_in_time_is_let_go() {
        let (address, ..) = start(10).await;
        for words in [
            "",
            "G",
            "P",
            "PRI * HTTP/2.0\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: penny\r\nx-slow: ",
        ] {
            let (heard, elapsed) = converse(address, words.as_bytes()).await;
            assert!(!heard.contains("200 OK"), "{words:?}: {heard}");
            assert!(elapsed < ASKS_WITHIN * 2, "{words:?}: {elapsed:?}");
        }
        let (heard, elapsed) = converse(address, ASK.as_bytes()).await;
        assert!(heard.starts_with("HTTP/1.1 200 OK") && heard.ends_with("127.0.0.1"), "{heard}");
        assert!(elapsed > Duration::from_secs(60) && elapsed < ASKS_AGAIN_WITHIN * 2, "{elapsed:?}");
    }

    #[tokio::test]
    async fn a_connection_beyond_the_limit_is_served_once_another_has_ended() {
        let (address, ..) = start(1).await;
        let mut first = TcpStream::connect(address).await.unwrap();
        first.write_all(ASK.as_bytes()).await.unwrap();
        assert!(first.read(&mut [0; 64]).await.unwrap() > 0);
        let mut second = TcpStream::connect(address).await.unwrap();
        second.write_all(ASK.as_bytes()).await.unwrap();
        let mut heard = [0; 12];
        let early = tokio::time::timeout(Duration::from_millis(200), second.read_exact(&mut heard)).await;
        assert!(early.is_err(), "there is no place for it yet");
        drop(first);
        second.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"HTTP/1.1 200");
    }

    #[tokio::test]
    async fn a_server_that_stops_lets_go_of_those_who_ask_for_nothing() {
        let (address, stopping, serving) = start(10).await;
        let mut idle = TcpStream::connect(address).await.unwrap();
        idle.write_all(ASK.as_bytes()).await.unwrap();
        assert!(idle.read(&mut [0; 512]).await.unwrap() > 0);
        let silent = TcpStream::connect(address).await.unwrap();
        stopping.cancel();
        tokio::time::timeout(ASKS_WITHIN / 2, serving).await.expect("it ends at once").unwrap();
        drop(silent);
    }
}
