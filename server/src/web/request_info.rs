//! Facts about a request that are known before authentication: tenant, language, address.

use super::{ErrorResponse, state::AppState};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use penny_app::CookiePreferences;
use penny_kernel::{
    ctx::{AnonymousRequest, Transport},
    fault::ToFault,
};
use penny_types::{ColorScheme, Fault, FaultCode, Locale, RequestId, TenantId};
use std::net::{IpAddr, SocketAddr};

/// Facts about a request that are known before authentication.
#[derive(Debug, Clone, Copy)]
pub struct RequestInfo {
    /// The tenant of the host.
    pub tenant: TenantId,
    /// From the preferences cookie, else from `Accept-Language`.
    pub locale: Locale,
    /// Whether the request has an `Accept-Language` header.
    pub has_requested_locale: bool,
    /// From the preferences cookie.
    pub color_scheme: ColorScheme,
    /// The client's address, from the proxy's header if it is trusted.
    pub address: Option<IpAddr>,
    pub request_id: RequestId,
}

impl RequestInfo {
    /// Returns what the middleware resolved; resolves it again, without the peer's address, if the
    /// middleware did not run.
    ///
    /// # Errors
    /// Returns the fault if the tenant cannot be resolved.
    pub async fn from_parts(parts: &Parts, state: &AppState) -> Result<Self, ErrorResponse> {
        match parts.extensions.get::<Self>() {
            Some(info) => Ok(*info),
            None => resolve((&parts.headers, &parts.uri), None, state.system.new_id(), state).await,
        }
    }

    /// Converts into the context of a sign-in.
    #[must_use]
    pub fn anonymous_request(&self, state: &AppState) -> AnonymousRequest {
        AnonymousRequest {
            tenant: self.tenant,
            address: self.address,
            locale: self.locale,
            transport: Transport::Web,
            request_id: self.request_id,
            system: state.system.clone(),
        }
    }
}

/// Middleware that resolves [`RequestInfo`] and stores it in the request's extensions.
pub async fn insert_request_info(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let id = request.extensions().get::<RequestId>().copied().unwrap_or_else(|| state.system.new_id());
    match resolve((request.headers(), request.uri()), peer, id, &state).await {
        Ok(info) => {
            request.extensions_mut().insert(info);
            next.run(request).await
        }
        Err(response) => response.into_response(),
    }
}

async fn resolve(
    (headers, uri): (&HeaderMap, &Uri),
    peer: Option<IpAddr>,
    request_id: RequestId,
    state: &AppState,
) -> Result<RequestInfo, ErrorResponse> {
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let cookies = CookiePreferences::from_header(cookies);
    let locale = cookies.locale.unwrap_or_else(|| requested_locale(headers));
    let host = host(headers, uri, state.config.http.trust_forwarded).unwrap_or_default();
    let tenant = state.services.tenants.resolve_host(&state.system, host).await.map_err(|error| {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the tenant of a host could not be resolved"
        );
        let fault = error.to_fault();
        ErrorResponse::new(
            if fault.code == FaultCode::Internal { Fault::new(FaultCode::Unavailable) } else { fault },
            locale,
        )
    })?;
    Ok(RequestInfo {
        tenant,
        locale,
        has_requested_locale: headers.contains_key(header::ACCEPT_LANGUAGE),
        color_scheme: cookies.color_scheme.unwrap_or(ColorScheme::System),
        address: forwarded_address(headers, state.config.http.trust_forwarded).or(peer),
        request_id,
    })
}

/// Returns the locale of `Accept-Language`, or English.
pub(crate) fn requested_locale(headers: &HeaderMap) -> Locale {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    accepted.map_or(Locale::En, Locale::from_accept_language)
}

/// Returns the requested host: from `X-Forwarded-Host` if the proxy is trusted, else from `Host`, else from
/// the URI, where HTTP/2 has it (RFC 9113, 8.3.1).
pub(crate) fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri, trust_forwarded: bool) -> Option<&'a str> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let forwarded = if trust_forwarded { header("x-forwarded-host") } else { None };
    let forwarded = forwarded.and_then(|list| list.rsplit(',').next()).map(str::trim);
    // An authority may contain user information before an `@`.
    let from_uri = || uri.authority().and_then(|authority| authority.as_str().rsplit('@').next());
    forwarded.or_else(|| header("host")).or_else(from_uri)
}

/// Returns the last address of `X-Forwarded-For`, which the nearest proxy wrote; the client can forge the
/// entries before it.
fn forwarded_address(headers: &HeaderMap, is_trusted: bool) -> Option<IpAddr> {
    let list = headers.get_all("x-forwarded-for").iter().next_back().filter(|_| is_trusted)?;
    list.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_host_is_taken_from_the_trusted_proxy_then_the_header_then_the_uri() {
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
