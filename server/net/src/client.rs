//! The client factory and its HTTP clients.

use crate::{
    NetError,
    guard::{EgressGuard, GuardedResolver, redirect_policy},
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

/// The operator's settings for all outgoing requests.
#[derive(Debug, Clone)]
pub struct EgressPolicy {
    pub connect_timeout: Duration,
    /// Maximum time between two reads of a response.
    pub read_timeout: Duration,
    /// URLs on private networks that every client may reach.
    pub allowed: Vec<Url>,
    /// HTTP proxy for all hosts except those the operator configured. The proxy resolves the names,
    /// so it has to block private networks itself.
    pub proxy: Option<Url>,
}

impl Default for EgressPolicy {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(120),
            allowed: Vec::new(),
            proxy: None,
        }
    }
}

/// The destination of a client's requests, which decides what it may reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A server configured by the operator: its host and port may be private. Redirects to other
    /// hosts are rejected, because the requests carry the operator's API keys.
    Operator(Url),
    /// An identity provider configured by the operator: its host and port may be private, and the
    /// endpoints it advertises (JWKS, token endpoint) may be on any public host.
    Issuer(Url),
    /// A URL from any other source, such as a user: public addresses only.
    Untrusted,
}

/// Creates HTTP clients.
#[derive(Debug, Clone)]
pub struct ClientFactory {
    policy: Arc<EgressPolicy>,
    tls: Arc<OnceLock<ClientConfig>>,
}

impl ClientFactory {
    #[must_use]
    pub fn new(policy: EgressPolicy) -> Self {
        Self { policy: Arc::new(policy), tls: Arc::default() }
    }

    /// Creates a client. Reuse it: it pools connections.
    ///
    /// # Errors
    /// When TLS cannot be configured.
    #[expect(clippy::disallowed_methods, reason = "the only place that creates HTTP clients")]
    pub fn client(&self, purpose: &Purpose) -> Result<HttpClient, NetError> {
        let guard = Arc::new(self.guard(purpose));
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(self.policy.connect_timeout)
            .read_timeout(self.policy.read_timeout)
            .pool_idle_timeout(Duration::from_secs(60))
            .tcp_nodelay(true)
            .referer(false)
            // A compressed stream would delay tokens until the compressor flushes.
            .no_gzip()
            .no_proxy()
            .redirect(redirect_policy(guard.clone()))
            .dns_resolver(Arc::new(GuardedResolver(guard.clone())))
            .tls_backend_preconfigured(self.tls()?);
        if let Some(proxy) = self.policy.proxy.clone() {
            let direct = self.direct_origins(purpose);
            builder = builder
                .proxy(Proxy::custom(move |url| (!direct.contains(&url.origin())).then(|| proxy.clone())));
        }
        let inner = builder.build().map_err(|error| NetError::Setup(error.into()))?;
        Ok(HttpClient { inner, guard })
    }

    fn guard(&self, purpose: &Purpose) -> EgressGuard {
        let guard = self.policy.allowed.iter().fold(EgressGuard::default(), EgressGuard::with_exemption);
        let guard = self.policy.proxy.iter().fold(guard, EgressGuard::with_unchecked_name);
        match purpose {
            Purpose::Operator(base) => guard.with_exemption(base).with_same_host_redirects(),
            Purpose::Issuer(base) => guard.with_exemption(base),
            Purpose::Untrusted => guard,
        }
    }

    /// Returns the origins that are reached without the proxy.
    fn direct_origins(&self, purpose: &Purpose) -> Vec<url::Origin> {
        let configured = match purpose {
            Purpose::Operator(base) | Purpose::Issuer(base) => Some(base),
            Purpose::Untrusted => None,
        };
        self.policy.allowed.iter().chain(configured).map(Url::origin).collect()
    }

    fn tls(&self) -> Result<ClientConfig, NetError> {
        if let Some(config) = self.tls.get() {
            return Ok(config.clone());
        }
        let config = tls::client_config()?;
        Ok(self.tls.get_or_init(|| config).clone())
    }
}

/// An HTTP client restricted to the destinations of its [`Purpose`].
#[derive(Debug, Clone)]
pub struct HttpClient {
    inner: Client,
    guard: Arc<EgressGuard>,
}

impl HttpClient {
    /// Builds a request.
    ///
    /// # Errors
    /// When the URL is not http or https, or its host is not allowed for this client.
    pub fn request(&self, method: Method, url: Url) -> Result<RequestBuilder, NetError> {
        self.guard.check(&url)?;
        Ok(self.inner.request(method, url))
    }

    /// Builds a GET request.
    ///
    /// # Errors
    /// See [`Self::request`].
    pub fn get(&self, url: Url) -> Result<RequestBuilder, NetError> {
        self.request(Method::GET, url)
    }

    /// Builds a POST request.
    ///
    /// # Errors
    /// See [`Self::request`].
    pub fn post(&self, url: Url) -> Result<RequestBuilder, NetError> {
        self.request(Method::POST, url)
    }

    /// Sends a request and reads the whole response, up to `limit` bytes.
    ///
    /// # Errors
    /// When the URL is not allowed, the request fails or the response is too large.
    pub async fn fetch(
        &self,
        request: http::Request<Vec<u8>>,
        limit: usize,
    ) -> Result<http::Response<Vec<u8>>, NetError> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string()).map_err(|_| NetError::UnsupportedUrl)?;
        let response = self.request(parts.method, url)?.headers(parts.headers).body(body).send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut result = http::Response::new(read_bounded(response, limit).await?.to_vec());
        *result.status_mut() = status;
        *result.headers_mut() = headers;
        Ok(result)
    }
}

/// Reads a response body of at most `limit` bytes.
///
/// # Errors
/// When the body is larger or the connection fails.
pub async fn read_bounded(response: Response, limit: usize) -> Result<Bytes, NetError> {
    let mut bytes = Vec::new();
    let mut body = response.bytes_stream();
    while let Some(chunk) = body.try_next().await? {
        if bytes.len() + chunk.len() > limit {
            return Err(NetError::TooLarge { limit });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests;
