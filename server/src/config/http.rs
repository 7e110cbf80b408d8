//! The `[http]` section: addresses, limits and timeouts of the HTTP server.

use super::lenient;
use serde::Deserialize;
use std::{net::SocketAddr, path::PathBuf, time::Duration};
use tokio::sync::Semaphore;
use url::Url;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// The address and port to listen on.
    #[serde(deserialize_with = "lenient::parsed")]
    pub addr: SocketAddr,
    /// The base URL that browsers use, if it differs from `addr`.
    #[serde(deserialize_with = "lenient::optional_parsed")]
    pub public_url: Option<Url>,
    /// Whether to trust the last entry of `X-Forwarded-For` and `X-Forwarded-Host`.
    #[serde(deserialize_with = "lenient::parsed")]
    pub trust_forwarded: bool,
    /// The maximum number of concurrent connections.
    #[serde(deserialize_with = "lenient::parsed")]
    pub max_connections: usize,
    #[serde(deserialize_with = "lenient::parsed")]
    pub body_limit_bytes: usize,
    /// The time within which a response must start.
    #[serde(deserialize_with = "lenient::parsed")]
    pub timeout_seconds: u64,
    /// The folder of the built page. Default: the files embedded in the program.
    #[serde(deserialize_with = "lenient::optional_parsed")]
    pub site_dir: Option<PathBuf>,
}

impl HttpConfig {
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    /// Returns whether the public URL uses https, and so whether cookies are `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// Returns the public base URL without a trailing slash. `bound` is the address actually listened on.
    #[must_use]
    pub fn public_base_url(&self, bound: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None if bound.ip().is_unspecified() => format!("http://localhost:{}", bound.port()),
            None => format!("http://{bound}"),
        }
    }

    pub(super) fn validate(&self, problems: &mut Vec<String>) {
        if let Some(url) = &self.public_url {
            if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
                problems.push(
                    "http.public_url must start with http:// or https:// and contain a host".to_owned(),
                );
            } else if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
                problems.push("http.public_url must not contain a path, query or fragment".to_owned());
            }
        }
        if self.body_limit_bytes < 64 * 1024 {
            problems.push("http.body_limit_bytes must be at least 65536".to_owned());
        }
        if !(1..=Semaphore::MAX_PERMITS).contains(&self.max_connections) {
            problems.push("http.max_connections must be at least 1".to_owned());
        }
        if !(1..=600).contains(&self.timeout_seconds) {
            problems.push("http.timeout_seconds must be between 1 and 600".to_owned());
        }
    }
}
