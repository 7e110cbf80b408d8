//! Checks which hosts a client may reach.

use crate::{NetError, is_public};
use reqwest::{
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};
use std::{net::IpAddr, sync::Arc};
use url::{Host, Url};

/// Maximum number of redirects followed for one request.
const MAX_REDIRECTS: usize = 5;

/// A host and port that the operator allowed to be on a private network.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Exemption {
    /// In the format of [`Url::host_str`]: lower case, IPv6 in brackets.
    host: String,
    port: u16,
}

/// The destinations that one client may reach.
#[derive(Debug, Clone, Default)]
pub(crate) struct EgressGuard {
    exemptions: Vec<Exemption>,
    /// Host names resolved without a check that requests themselves may not use: the proxy's.
    unchecked_names: Vec<String>,
    /// Whether redirects must stay on exempt hosts, because requests carry the operator's API keys.
    is_same_host_only: bool,
}

impl EgressGuard {
    pub(crate) fn with_exemption(mut self, url: &Url) -> Self {
        if let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) {
            self.exemptions.push(Exemption { host: host.to_owned(), port });
        }
        self
    }

    pub(crate) fn with_unchecked_name(mut self, url: &Url) -> Self {
        self.unchecked_names.extend(url.host_str().map(str::to_owned));
        self
    }

    pub(crate) const fn with_same_host_redirects(mut self) -> Self {
        self.is_same_host_only = true;
        self
    }

    /// Checks a URL before the request; host names are checked again when they are resolved.
    pub(crate) fn check(&self, url: &Url) -> Result<(), NetError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(NetError::UnsupportedUrl);
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(NetError::UnsupportedUrl);
        };
        let host_text = url.host_str().unwrap_or_default();
        let exempt: Vec<_> = self.exemptions.iter().filter(|exemption| exemption.host == host_text).collect();
        if exempt.iter().any(|exemption| exemption.port == port) {
            return Ok(());
        }
        let is_reachable = match host {
            Host::Ipv4(address) => is_public(IpAddr::V4(address)),
            Host::Ipv6(address) => is_public(IpAddr::V6(address)),
            // The name of an exempt host is resolved without a check, so of its other ports only
            // 443 is allowed, the usual target of a redirect from http to https.
            Host::Domain(_) if !exempt.is_empty() => port == 443,
            Host::Domain(name) => !is_local_name(name),
        };
        if is_reachable { Ok(()) } else { Err(NetError::PrivateAddress { host: host_text.to_owned() }) }
    }

    fn check_redirect(&self, url: &Url) -> Result<(), NetError> {
        let host = url.host_str().unwrap_or_default();
        if self.is_same_host_only && !self.exemptions.iter().any(|exemption| exemption.host == host) {
            return Err(NetError::CrossHostRedirect { host: host.to_owned() });
        }
        self.check(url)
    }

    fn resolves_unchecked(&self, name: &str) -> bool {
        let exempt = self.exemptions.iter().map(|exemption| &exemption.host);
        exempt.chain(&self.unchecked_names).any(|host| host == name)
    }
}

/// Returns whether a name always denotes the local host, regardless of DNS (RFC 6761).
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
}

/// Creates a redirect policy that follows the redirects allowed by the guard.
pub(crate) fn redirect_policy(guard: Arc<EgressGuard>) -> redirect::Policy {
    redirect::Policy::custom(move |attempt| {
        if attempt.previous().len() > MAX_REDIRECTS {
            return attempt.error(NetError::TooManyRedirects);
        }
        match guard.check_redirect(attempt.url()) {
            Ok(()) => attempt.follow(),
            Err(error) => attempt.error(error),
        }
    })
}

/// Resolves names with the operating system and rejects those with a private address.
#[derive(Debug)]
pub(crate) struct GuardedResolver(pub(crate) Arc<EgressGuard>);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            let host = name.as_str();
            let addresses: Vec<_> = tokio::net::lookup_host((host, 0)).await?.collect();
            if addresses.is_empty() {
                return Err(NetError::UnknownHost { host: host.to_owned() }.into());
            }
            // A mix of public and private addresses is rejected too: any of them may be connected to.
            if !guard.resolves_unchecked(host) && !addresses.iter().all(|address| is_public(address.ip())) {
                return Err(NetError::PrivateAddress { host: host.to_owned() }.into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn an_untrusted_client_reaches_only_public_addresses_in_any_notation() {
        let guard = EgressGuard::default();
        for (address, expected) in [
            ("https://example.com/a", true),
            ("http://1.1.1.1/", true),
            ("https://[2606:4700:4700::1111]/", true),
            ("http://127.0.0.1/", false),
            ("http://127.1/", false),
            ("http://2130706433/", false),
            ("http://0x7f.0.0.1/", false),
            ("http://0177.0.0.1/", false),
            ("http://[::1]/", false),
            ("http://[::ffff:127.0.0.1]/", false),
            ("http://[::ffff:7f00:1]:8080/", false),
            ("http://169.254.169.254/latest/meta-data", false),
            ("http://localhost:11434/", false),
            ("http://LOCALHOST./", false),
            ("http://db.localhost/", false),
            ("http://user:pass@10.0.0.1/", false),
            ("ftp://example.com/", false),
            ("file:///etc/passwd", false),
            ("data:text/plain,x", false),
        ] {
            assert_eq!(guard.check(&url(address)).is_ok(), expected, "{address}");
        }
    }

    #[test]
    fn an_exempt_address_is_reachable_on_its_own_port_only() {
        let guard = EgressGuard::default()
            .with_exemption(&url("http://127.0.0.1:11434/v1"))
            .with_exemption(&url("http://models.local"));
        for (address, expected) in [
            ("http://127.0.0.1:11434/v1/models", true),
            ("http://127.0.0.1:5432/", false),
            ("http://127.0.0.2:11434/", false),
            ("http://models.local/v1", true),
            ("https://models.local/v1", true),
            ("http://models.local:6379/", false),
            ("https://example.com/", true),
        ] {
            assert_eq!(guard.check(&url(address)).is_ok(), expected, "{address}");
        }
    }

    #[test]
    fn a_same_host_client_does_not_follow_redirects_to_another_host() {
        let guard =
            EgressGuard::default().with_exemption(&url("https://api.example.com")).with_same_host_redirects();
        assert!(guard.check_redirect(&url("https://api.example.com/v2")).is_ok());
        let rejected = guard.check_redirect(&url("https://evil.example.net/"));
        assert!(matches!(rejected, Err(NetError::CrossHostRedirect { .. })));
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_the_local_host_is_rejected_unless_exempt() {
        let resolve =
            |guard: EgressGuard| GuardedResolver(Arc::new(guard)).resolve("localhost".parse().unwrap());
        let rejected = resolve(EgressGuard::default()).await.err().unwrap();
        assert!(matches!(rejected.downcast_ref(), Some(NetError::PrivateAddress { .. })), "{rejected}");
        assert!(resolve(EgressGuard::default().with_exemption(&url("http://localhost:3000"))).await.is_ok());
    }
}
