use super::*;
use std::{error::Error, net::SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinSet,
};

/// Answers every request by `reply(path)` until it is dropped, and says what was asked.
struct Server {
    address: SocketAddr,
    asked: Arc<std::sync::Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

impl Server {
    async fn start(reply: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<std::sync::Mutex<Vec<String>>> = Arc::default();
        let log = asked.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                    let mut piece = [0; 1024];
                    let read = socket.read(&mut piece).await.unwrap();
                    request.extend_from_slice(&piece[..read]);
                }
                let request = String::from_utf8(request).unwrap();
                let path = request.split(' ').nth(1).unwrap().to_owned();
                log.lock().unwrap().push(request);
                socket.write_all(reply(&path).as_bytes()).await.unwrap();
            }
        });
        Self { address, asked, _tasks: tasks }
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
    ClientFactory::new(Policy::default())
}

/// Finds our own error under those of the HTTP client.
fn refusal<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a NetError> {
    let mut next = Some(error);
    let mut found = None;
    while let Some(error) = next {
        found = error.downcast_ref::<NetError>().or(found);
        next = error.source();
    }
    found
}

#[tokio::test]
async fn an_operators_own_machine_may_be_asked_and_is_told_who_asks() {
    let server = Server::start(|_| ok("hello")).await;
    let client = factory().client(&Purpose::Operator(server.url("/"))).unwrap();
    let answer = client.get(server.url("/models")).unwrap().send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "hello");
    let asked = server.asked.lock().unwrap()[0].clone();
    assert!(asked.contains(&format!("user-agent: penny/{}", env!("CARGO_PKG_VERSION"))), "{asked}");
}

#[tokio::test]
async fn an_outsiders_loopback_address_is_refused_before_anything_is_sent() {
    let server = Server::start(|_| ok("secret")).await;
    let client = factory().client(&Purpose::Untrusted).unwrap();
    assert!(matches!(client.get(server.url("/")), Err(NetError::PrivateAddress { .. })));
    assert!(server.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_redirect_to_loopback_is_refused() {
    let inner = Server::start(|_| ok("secret")).await;
    let target = inner.url("/admin").to_string();
    let outer = Server::start(move |_| redirect(&target)).await;
    // The outer server stands for a public one: the policy allows it and nothing else.
    let policy = Policy { allowed: vec![outer.url("/")], ..Policy::default() };
    let client = ClientFactory::new(policy).client(&Purpose::Untrusted).unwrap();
    let error = client.get(outer.url("/")).unwrap().send().await.unwrap_err();
    assert!(matches!(refusal(&error), Some(NetError::PrivateAddress { .. })), "{error:?}");
    assert!(inner.asked.lock().unwrap().is_empty(), "the inner server was asked");
}

#[tokio::test]
async fn a_redirect_to_another_port_of_the_operators_machine_is_refused() {
    let inner = Server::start(|_| ok("secret")).await;
    let target = inner.url("/").to_string();
    let outer = Server::start(move |_| redirect(&target)).await;
    let client = factory().client(&Purpose::Operator(outer.url("/"))).unwrap();
    let error = client.get(outer.url("/")).unwrap().send().await.unwrap_err();
    assert!(matches!(refusal(&error), Some(NetError::PrivateAddress { .. })), "{error:?}");
    assert!(inner.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn redirects_are_followed_five_times_and_not_for_ever() {
    let server = Server::start(|path| match path.trim_start_matches('/').parse::<u32>() {
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
        assert!(matches!(refusal(&error), Some(NetError::TooManyRedirects)), "{path}: {error:?}");
    }
}

#[tokio::test]
async fn a_name_for_this_machine_is_refused_when_it_resolves() {
    let server = Server::start(|_| ok("secret")).await;
    let client = factory().client(&Purpose::Untrusted).unwrap();
    // Past the check of the address itself, as a name that only the resolver sees through would be.
    let url = format!("http://localhost:{}/", server.address.port());
    let error = client.inner.get(url).send().await.unwrap_err();
    assert!(matches!(refusal(&error), Some(NetError::PrivateAddress { .. })), "{error:?}");
    assert!(server.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_whole_answer_is_read_up_to_the_limit_and_no_further() {
    let server = Server::start(|_| ok(&"x".repeat(1000))).await;
    let client = factory().client(&Purpose::Issuer(server.url("/"))).unwrap();
    let ask = || http::Request::get(server.url("/keys").as_str()).body(Vec::new()).unwrap();
    let answer = client.fetch(ask(), 1000).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.body().len()), (200, 1000));
    assert!(matches!(client.fetch(ask(), 999).await, Err(NetError::TooLarge { limit: 999 })));
}

#[tokio::test]
async fn a_proxy_takes_what_is_not_the_operators_own() {
    let proxy = Server::start(|path| ok(&format!("by proxy: {path}"))).await;
    let own = Server::start(|_| ok("direct")).await;
    let policy = Policy { proxy: Some(proxy.url("/")), allowed: vec![proxy.url("/")], ..Policy::default() };
    let factory = ClientFactory::new(policy);
    let client = factory.client(&Purpose::Issuer(own.url("/"))).unwrap();
    let text = |url: Url| {
        let request = client.get(url).unwrap();
        async move { request.send().await.unwrap().text().await.unwrap() }
    };
    assert_eq!(text(own.url("/")).await, "direct");
    assert_eq!(text("http://example.com/keys".parse().unwrap()).await, "by proxy: http://example.com/keys");
}
