//! Decides which destinations a client may reach.

use crate::{NetError, is_public};
use reqwest::{
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};
use std::{net::IpAddr, sync::Arc};
use url::{Host, Url};

/// Redirects that are followed before giving up.
const MAX_REDIRECTS: usize = 5;

/// A host and port that may lie on a private network, because an operator said so.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Exemption {
    /// As [`Url::host_str`] writes it: lower case, IPv6 in brackets.
    host: String,
    port: u16,
}

/// What one client may reach.
#[derive(Debug, Clone, Default)]
pub(crate) struct Guard {
    exempt: Vec<Exemption>,
    /// Names resolved unchecked though no request may name them: the proxy's.
    resolvable: Vec<String>,
    /// Whether redirects must stay on the exempt hosts, since requests carry the operator's keys.
    is_confined: bool,
}

impl Guard {
    pub(crate) fn exempt(mut self, url: &Url) -> Self {
        if let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) {
            self.exempt.push(Exemption { host: host.to_owned(), port });
        }
        self
    }

    pub(crate) fn resolvable(mut self, url: &Url) -> Self {
        self.resolvable.extend(url.host_str().map(str::to_owned));
        self
    }

    pub(crate) const fn confined(mut self) -> Self {
        self.is_confined = true;
        self
    }

    /// Checks an address before it is asked; names are checked again when they resolve.
    pub(crate) fn check(&self, url: &Url) -> Result<(), NetError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(NetError::UnsupportedAddress);
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(NetError::UnsupportedAddress);
        };
        let host_text = url.host_str().unwrap_or_default();
        let exempt: Vec<_> = self.exempt.iter().filter(|exemption| exemption.host == host_text).collect();
        if exempt.iter().any(|exemption| exemption.port == port) {
            return Ok(());
        }
        let is_reachable = match host {
            Host::Ipv4(address) => is_public(IpAddr::V4(address)),
            Host::Ipv6(address) => is_public(IpAddr::V6(address)),
            // Another port of an exempt host: its name resolves unchecked, so only the port of
            // https, where a redirect from http commonly leads, is let through.
            Host::Domain(_) if !exempt.is_empty() => port == 443,
            Host::Domain(name) => !is_local_name(name),
        };
        if is_reachable { Ok(()) } else { Err(NetError::PrivateAddress { host: host_text.to_owned() }) }
    }

    fn check_redirect(&self, to: &Url) -> Result<(), NetError> {
        let host = to.host_str().unwrap_or_default();
        if self.is_confined && !self.exempt.iter().any(|exemption| exemption.host == host) {
            return Err(NetError::StrayRedirect { host: host.to_owned() });
        }
        self.check(to)
    }

    fn resolves_unchecked(&self, name: &str) -> bool {
        let exempt = self.exempt.iter().map(|exemption| &exemption.host);
        exempt.chain(&self.resolvable).any(|host| host == name)
    }
}

/// Says whether a name means this machine whatever a name server answers (RFC 6761).
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
}

/// Follows redirects that the guard lets through.
pub(crate) fn redirects(guard: Arc<Guard>) -> redirect::Policy {
    redirect::Policy::custom(move |attempt| {
        if attempt.previous().len() > MAX_REDIRECTS {
            return attempt.error(NetError::TooManyRedirects);
        }
        match guard.check_redirect(attempt.url()) {
            Ok(()) => attempt.follow(),
            Err(refusal) => attempt.error(refusal),
        }
    })
}

/// Resolves names by the operating system and refuses those that lead to a private network.
#[derive(Debug)]
pub(crate) struct GuardedResolver(pub(crate) Arc<Guard>);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            let host = name.as_str();
            let found: Vec<_> = tokio::net::lookup_host((host, 0)).await?.collect();
            if found.is_empty() {
                return Err(NetError::UnknownHost { host: host.to_owned() }.into());
            }
            // One private address among public ones is refused too: which one is tried is chance.
            if !guard.resolves_unchecked(host) && !found.iter().all(|address| is_public(address.ip())) {
                return Err(NetError::PrivateAddress { host: host.to_owned() }.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
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
    fn outsiders_reach_only_public_addresses_however_they_are_written() {
        let guard = Guard::default();
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
    fn an_operators_address_is_exempt_and_its_other_ports_are_not() {
        let guard =
            Guard::default().exempt(&url("http://127.0.0.1:11434/v1")).exempt(&url("http://models.local"));
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
    fn a_confined_client_is_not_led_to_another_host() {
        let guard = Guard::default().exempt(&url("https://api.example.com")).confined();
        assert!(guard.check_redirect(&url("https://api.example.com/v2")).is_ok());
        let strayed = guard.check_redirect(&url("https://evil.example.net/"));
        assert!(matches!(strayed, Err(NetError::StrayRedirect { .. })));
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_this_machine_is_refused_unless_exempt() {
        let resolve = |guard: Guard| GuardedResolver(Arc::new(guard)).resolve("localhost".parse().unwrap());
        let refused = resolve(Guard::default()).await.err().unwrap();
        assert!(matches!(refused.downcast_ref(), Some(NetError::PrivateAddress { .. })), "{refused}");
        assert!(resolve(Guard::default().exempt(&url("http://localhost:3000"))).await.is_ok());
    }
}
