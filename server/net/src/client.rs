//! Clients by purpose.

use crate::{
    NetError,
    guard::{Guard, GuardedResolver, redirects},
    tls,
};
use bytes::Bytes;
use futures::TryStreamExt;
use reqwest::{Client, Method, Proxy, RequestBuilder, Response};
use rustls::ClientConfig;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use url::Url;

const USER_AGENT: &str = concat!("penny/", env!("CARGO_PKG_VERSION"));

/// What the operator settled for all outgoing calls.
#[derive(Debug, Clone)]
pub struct Policy {
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long an answer may stay silent between two reads.
    pub read_timeout: Duration,
    /// Addresses on private networks that any call may reach.
    pub allowed: Vec<Url>,
    /// The way out for all but the operator's own addresses. It then resolves the names, so
    /// refusing private networks is its duty too.
    pub proxy: Option<Url>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(120),
            allowed: Vec::new(),
            proxy: None,
        }
    }
}

/// Whom a client will speak to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// An address the operator configured: its host and port may be private. Redirects to
    /// another host are refused, since the requests carry the operator's keys.
    Operator(Url),
    /// An identity provider the operator configured: its host and port may be private, and what
    /// it points to (keys, token endpoint) may be any public host.
    Issuer(Url),
    /// An address somebody else chose.
    Untrusted,
}

/// Makes clients.
#[derive(Debug, Clone)]
pub struct ClientFactory {
    policy: Arc<Policy>,
    tls: Arc<OnceLock<ClientConfig>>,
}

impl ClientFactory {
    /// Makes a factory that obeys `policy`.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { policy: Arc::new(policy), tls: Arc::default() }
    }

    /// Makes a client; keep it, for it keeps connections.
    ///
    /// # Errors
    /// When TLS cannot be set up or the proxy's address is no use.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that makes clients")]
    pub fn client(&self, purpose: &Purpose) -> Result<HttpClient, NetError> {
        let guard = Arc::new(self.guard(purpose));
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(self.policy.connect_timeout)
            .read_timeout(self.policy.read_timeout)
            .pool_idle_timeout(Duration::from_secs(60))
            .tcp_nodelay(true)
            .referer(false)
            // A compressor holds words back until its window is full.
            .no_gzip()
            .no_proxy()
            .redirect(redirects(guard.clone()))
            .dns_resolver(Arc::new(GuardedResolver(guard.clone())))
            .tls_backend_preconfigured(self.tls()?);
        if let Some(proxy) = self.policy.proxy.clone() {
            let direct = self.direct(purpose);
            builder = builder
                .proxy(Proxy::custom(move |url| (!direct.contains(&url.origin())).then(|| proxy.clone())));
        }
        let inner = builder.build().map_err(|error| NetError::Setup(error.into()))?;
        Ok(HttpClient { inner, guard })
    }

    fn guard(&self, purpose: &Purpose) -> Guard {
        let guard = self.policy.allowed.iter().fold(Guard::default(), Guard::exempt);
        let guard = self.policy.proxy.iter().fold(guard, Guard::resolvable);
        match purpose {
            Purpose::Operator(base) => guard.exempt(base).confined(),
            Purpose::Issuer(base) => guard.exempt(base),
            Purpose::Untrusted => guard,
        }
    }

    /// Returns what is reached without the proxy.
    fn direct(&self, purpose: &Purpose) -> Vec<url::Origin> {
        let own = match purpose {
            Purpose::Operator(base) | Purpose::Issuer(base) => Some(base),
            Purpose::Untrusted => None,
        };
        self.policy.allowed.iter().chain(own).map(Url::origin).collect()
    }

    fn tls(&self) -> Result<ClientConfig, NetError> {
        if let Some(settings) = self.tls.get() {
            return Ok(settings.clone());
        }
        let settings = tls::settings()?;
        Ok(self.tls.get_or_init(|| settings).clone())
    }
}

/// Speaks HTTP within what its purpose allows.
#[derive(Debug, Clone)]
pub struct HttpClient {
    inner: Client,
    guard: Arc<Guard>,
}

impl HttpClient {
    /// Begins a request.
    ///
    /// # Errors
    /// When the address is not http or https, or lies where this client may not go.
    pub fn request(&self, method: Method, url: Url) -> Result<RequestBuilder, NetError> {
        self.guard.check(&url)?;
        Ok(self.inner.request(method, url))
    }

    /// Begins a GET request.
    ///
    /// # Errors
    /// See [`Self::request`].
    pub fn get(&self, url: Url) -> Result<RequestBuilder, NetError> {
        self.request(Method::GET, url)
    }

    /// Begins a POST request.
    ///
    /// # Errors
    /// See [`Self::request`].
    pub fn post(&self, url: Url) -> Result<RequestBuilder, NetError> {
        self.request(Method::POST, url)
    }

    /// Sends a whole request and reads a whole answer of at most `limit` bytes. It never follows
    /// redirects to where the guard would not let it go.
    ///
    /// # Errors
    /// When the request is refused, fails, or the answer is too large.
    pub async fn fetch(
        &self,
        request: http::Request<Vec<u8>>,
        limit: usize,
    ) -> Result<http::Response<Vec<u8>>, NetError> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string()).map_err(|_| NetError::UnsupportedAddress)?;
        let response = self.request(parts.method, url)?.headers(parts.headers).body(body).send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut answer = http::Response::new(read_bounded(response, limit).await?.to_vec());
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }
}

/// Reads a body of at most `limit` bytes.
///
/// # Errors
/// When it is larger, or breaks off.
pub async fn read_bounded(response: Response, limit: usize) -> Result<Bytes, NetError> {
    let mut read = Vec::new();
    let mut body = response.bytes_stream();
    while let Some(piece) = body.try_next().await? {
        if read.len() + piece.len() > limit {
            return Err(NetError::TooLarge { limit });
        }
        read.extend_from_slice(&piece);
    }
    Ok(read.into())
}

#[cfg(test)]
mod tests;
