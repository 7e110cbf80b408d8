use super::*;
use std::{error::Error, net::SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinSet,
};

/// An HTTP server that responds with `reply(path)` and records the requests.
struct StubServer {
    address: SocketAddr,
    requests: Arc<std::sync::Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

impl StubServer {
    async fn start(reply: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests: Arc<std::sync::Mutex<Vec<String>>> = Arc::default();
        let log = requests.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                    let mut chunk = [0; 1024];
                    let read = socket.read(&mut chunk).await.unwrap();
                    request.extend_from_slice(&chunk[..read]);
                }
                let request = String::from_utf8(request).unwrap();
                let path = request.split(' ').nth(1).unwrap().to_owned();
                log.lock().unwrap().push(request);
                socket.write_all(reply(&path).as_bytes()).await.unwrap();
            }
        });
        Self { address, requests, _tasks: tasks }
    }

    fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

fn factory() -> ClientFactory {
    ClientFactory::new(EgressPolicy::default())
}

/// Returns the [`NetError`] in the source chain of an HTTP client error.
fn net_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a NetError> {
    let mut next = Some(error);
    let mut found = None;
    while let Some(error) = next {
        found = error.downcast_ref::<NetError>().or(found);
        next = error.source();
    }
    found
}

#[tokio::test]
async fn a_configured_private_server_is_reachable_and_receives_the_user_agent() {
    let server = StubServer::start(|_| ok("hello")).await;
    let client = factory().client(&Purpose::Operator(server.url("/"))).unwrap();
    let response = client.get(server.url("/models")).unwrap().send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "hello");
    let request = server.requests.lock().unwrap()[0].clone();
    assert!(request.contains(&format!("user-agent: penny/{}", env!("CARGO_PKG_VERSION"))), "{request}");
}

#[tokio::test]
async fn an_untrusted_loopback_url_is_rejected_before_anything_is_sent() {
    let server = StubServer::start(|_| ok("secret")).await;
    let client = factory().client(&Purpose::Untrusted).unwrap();
    assert!(matches!(client.get(server.url("/")), Err(NetError::PrivateAddress { .. })));
    assert!(server.requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_redirect_to_loopback_is_rejected() {
    let inner = StubServer::start(|_| ok("secret")).await;
    let target = inner.url("/admin").to_string();
    let outer = StubServer::start(move |_| redirect(&target)).await;
    // The outer server represents a public one: the policy allows only it.
    let policy = EgressPolicy { allowed: vec![outer.url("/")], ..EgressPolicy::default() };
    let client = ClientFactory::new(policy).client(&Purpose::Untrusted).unwrap();
    let error = client.get(outer.url("/")).unwrap().send().await.unwrap_err();
    assert!(matches!(net_error(&error), Some(NetError::PrivateAddress { .. })), "{error:?}");
    assert!(inner.requests.lock().unwrap().is_empty(), "the inner server received a request");
}

#[tokio::test]
async fn a_redirect_to_another_port_of_a_configured_server_is_rejected() {
    let inner = StubServer::start(|_| ok("secret")).await;
    let target = inner.url("/").to_string();
    let outer = StubServer::start(move |_| redirect(&target)).await;
    let client = factory().client(&Purpose::Operator(outer.url("/"))).unwrap();
    let error = client.get(outer.url("/")).unwrap().send().await.unwrap_err();
    assert!(matches!(net_error(&error), Some(NetError::PrivateAddress { .. })), "{error:?}");
    assert!(inner.requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn at_most_five_redirects_are_followed() {
    let server = StubServer::start(|path| match path.trim_start_matches('/').parse::<u32>() {
        Ok(0) => ok("arrived"),
        Ok(left) => redirect(&format!("/{}", left - 1)),
        Err(_) => redirect("/loop"),
    })
    .await;
    let client = factory().client(&Purpose::Operator(server.url("/"))).unwrap();
    let arrived = client.get(server.url("/5")).unwrap().send().await.unwrap();
    assert_eq!(arrived.text().await.unwrap(), "arrived");
    for path in ["/6", "/loop"] {
        let error = client.get(server.url(path)).unwrap().send().await.unwrap_err();
        assert!(matches!(net_error(&error), Some(NetError::TooManyRedirects)), "{path}: {error:?}");
    }
}

#[tokio::test]
async fn a_name_of_the_local_host_is_rejected_when_it_is_resolved() {
    let server = StubServer::start(|_| ok("secret")).await;
    let client = factory().client(&Purpose::Untrusted).unwrap();
    // Uses the inner client to bypass the URL check, so that only the resolver can reject the name.
    let url = format!("http://localhost:{}/", server.address.port());
    let error = client.inner.get(url).send().await.unwrap_err();
    assert!(matches!(net_error(&error), Some(NetError::PrivateAddress { .. })), "{error:?}");
    assert!(server.requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_response_body_is_read_up_to_the_limit() {
    let server = StubServer::start(|_| ok(&"x".repeat(1000))).await;
    let client = factory().client(&Purpose::Issuer(server.url("/"))).unwrap();
    let request = || http::Request::get(server.url("/keys").as_str()).body(Vec::new()).unwrap();
    let response = client.fetch(request(), 1000).await.unwrap();
    assert_eq!((response.status().as_u16(), response.body().len()), (200, 1000));
    assert!(matches!(client.fetch(request(), 999).await, Err(NetError::TooLarge { limit: 999 })));
}

#[tokio::test]
async fn the_proxy_is_used_except_for_configured_servers() {
    let proxy = StubServer::start(|path| ok(&format!("by proxy: {path}"))).await;
    let own = StubServer::start(|_| ok("direct")).await;
    let policy = EgressPolicy {
        proxy: Some(proxy.url("/")),
        allowed: vec![proxy.url("/")],
        ..EgressPolicy::default()
    };
    let factory = ClientFactory::new(policy);
    let client = factory.client(&Purpose::Issuer(own.url("/"))).unwrap();
    let text = |url: Url| {
        let request = client.get(url).unwrap();
        async move { request.send().await.unwrap().text().await.unwrap() }
    };
    assert_eq!(text(own.url("/")).await, "direct");
    assert_eq!(text("http://example.com/keys".parse().unwrap()).await, "by proxy: http://example.com/keys");
}
