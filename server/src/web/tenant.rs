//! Where a caller stands before anybody knows who they are: at whose door, in which language, from
//! which address.

use super::{Refusal, state::AppState};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use penny_app::CookiePreferences;
use penny_core::{
    ctx::{Via, Visitor},
    fault::ToFault,
};
use penny_types::{ColorScheme, Fault, FaultCode, Locale, RequestId, TenantId};
use std::net::{IpAddr, SocketAddr};

/// What is known of a request from its outside.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// At whose door.
    pub tenant: TenantId,
    /// In which language, as far as the browser says.
    pub locale: Locale,
    /// Whether the request itself asked for the language.
    pub is_locale_asked: bool,
    /// The colours the browser's cookie asks for.
    pub color_scheme: ColorScheme,
    /// From where.
    pub address: Option<IpAddr>,
    /// As which request.
    pub request: RequestId,
}

impl Standing {
    /// Returns what the middleware found out.
    ///
    /// # Errors
    /// `internal` where the middleware does not stand before the handler.
    pub async fn of(parts: &Parts, state: &AppState) -> Result<Self, Refusal> {
        match parts.extensions.get::<Self>() {
            Some(standing) => Ok(*standing),
            None => find((&parts.headers, &parts.uri), None, state.world.mint(), state).await,
        }
    }

    /// Makes the visitor that signing in starts from.
    #[must_use]
    pub fn visitor(&self, state: &AppState) -> Visitor {
        Visitor {
            tenant: self.tenant,
            address: self.address,
            locale: self.locale,
            via: Via::Web,
            request: self.request,
            world: state.world.clone(),
        }
    }
}

/// Finds out where each request stands, once.
pub async fn stand(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let id = request.extensions().get::<RequestId>().copied().unwrap_or_else(|| state.world.mint());
    match find((request.headers(), request.uri()), peer, id, &state).await {
        Ok(standing) => {
            request.extensions_mut().insert(standing);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

async fn find(
    (headers, uri): (&HeaderMap, &Uri),
    peer: Option<IpAddr>,
    request: RequestId,
    state: &AppState,
) -> Result<Standing, Refusal> {
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let cookies = CookiePreferences::from_header(cookies);
    let locale = cookies.locale.unwrap_or_else(|| asked_locale(headers));
    let host = host(headers, uri, state.config.http.trust_forwarded).unwrap_or_default();
    let tenant = state.services.tenants.resolve_host(&state.world, host).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the tenant of a host could not be found");
        let fault = error.to_fault();
        Refusal::new(
            if fault.code == FaultCode::Internal { Fault::new(FaultCode::Unavailable) } else { fault },
            locale,
        )
    })?;
    Ok(Standing {
        tenant,
        locale,
        is_locale_asked: headers.contains_key(header::ACCEPT_LANGUAGE),
        color_scheme: cookies.color_scheme.unwrap_or(ColorScheme::System),
        address: forwarded(headers, state.config.http.trust_forwarded).or(peer),
        request,
    })
}

/// Returns the language a request asks for, before it is known who sends it.
pub(crate) fn asked_locale(headers: &HeaderMap) -> Locale {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    accepted.map_or(Locale::En, Locale::from_accept_language)
}

/// Returns the host the caller typed: the proxy's word for it where the operator trusts the proxy. HTTP/2
/// names it in the address and not in a header (RFC 9113, 8.3.1).
pub(crate) fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri, trust_forwarded: bool) -> Option<&'a str> {
    let named = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let forwarded = if trust_forwarded { named("x-forwarded-host") } else { None };
    let forwarded = forwarded.and_then(|list| list.rsplit(',').next()).map(str::trim);
    // What stands before an `@` is no part of the host.
    let asked = || uri.authority().and_then(|authority| authority.as_str().rsplit('@').next());
    forwarded.or_else(|| named("host")).or_else(asked)
}

/// Returns the caller's address as the nearest proxy wrote it: the last entry; those before it are
/// the caller's own words.
fn forwarded(headers: &HeaderMap, is_trusted: bool) -> Option<IpAddr> {
    let list = headers.get_all("x-forwarded-for").iter().next_back().filter(|_| is_trusted)?;
    list.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_host_is_what_the_proxy_the_header_or_the_address_says() {
        for (pairs, uri, is_trusted, expected) in [
            (&[("host", "a.example:1")][..], "/x", false, Some("a.example:1")),
            (&[("host", "a.example")], "http://b.example/x", false, Some("a.example")),
            (&[], "https://b.example:8443/x", false, Some("b.example:8443")),
            (&[], "https://user:word@b.example/x", false, Some("b.example")),
            (&[("x-forwarded-host", "c.example"), ("host", "a.example")], "/x", false, Some("a.example")),
            (&[("x-forwarded-host", "z, c.example")], "http://b.example/x", true, Some("c.example")),
            (&[], "/x", true, None),
        ] {
            let headers: HeaderMap = pairs
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
                .collect();
            assert_eq!(host(&headers, &uri.parse().unwrap(), is_trusted), expected, "{pairs:?} {uri}");
        }
    }
}
