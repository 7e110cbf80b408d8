//! Protection against cross-site request forgery.
//!
//! Browsers state the source of a request in `Sec-Fetch-Site` (Fetch Metadata) and, except for plain
//! navigation, in `Origin`. A request with side effects or a WebSocket upgrade that is authenticated by
//! cookie must come from our own pages. Browsers never send a bearer token on their own, so requests with
//! one are exempt, except under `/auth/`, where tokens are not used.

use super::{ErrorResponse, auth::token_in, request_info, state::AppState};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use penny_i18n::keys;
use penny_types::{Fault, FaultCode};
use url::Url;

/// Middleware that rejects cross-site requests with side effects.
pub async fn reject_cross_site(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (headers, uri) = (request.headers(), request.uri());
    let has_effect = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
        || headers.contains_key(header::UPGRADE);
    if has_effect && !uses_token(headers, uri.path()) && !is_same_site(headers, uri, &state) {
        let fault = Fault::with_message(FaultCode::Forbidden, keys::IDENTITY_CROSS_SITE);
        return ErrorResponse::new(fault, request_info::requested_locale(headers)).into_response();
    }
    next.run(request).await
}

/// Returns whether the request is authenticated by a bearer token.
fn uses_token(headers: &HeaderMap, path: &str) -> bool {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| token_in(value).is_some()) && !path.starts_with("/auth/")
}

fn is_same_site(headers: &HeaderMap, uri: &Uri, state: &AppState) -> bool {
    let host = request_info::host(headers, uri, state.config.http.trust_forwarded);
    is_own_request(headers, host, state.config.http.public_url.as_ref())
}

fn is_own_request(headers: &HeaderMap, host: Option<&str>, public: Option<&Url>) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) if site != "same-origin" && site != "none" => false,
        (_, Some(origin)) => is_own_origin(origin, host, public),
        (Some(_), None) => true,
        // Not a current browser. Without a cookie the request has no credentials to abuse.
        (None, None) => !headers.contains_key(header::COOKIE),
    }
}

/// Returns whether an origin is the public URL or the requested host.
fn is_own_origin(origin: &str, host: Option<&str>, public: Option<&Url>) -> bool {
    let Ok(origin) = Url::parse(origin) else {
        return false;
    };
    if public.is_some_and(|public| public.origin() == origin.origin()) {
        return true;
    }
    // Behind a proxy the original scheme is unknown, so both http and https are accepted.
    host.and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok())
        .is_some_and(|own| matches!(own.scheme(), "http" | "https") && own.origin() == origin.origin())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_a_valid_bearer_token_exempts_a_request() {
        for (value, path, expected) in [
            ("Bearer pny_1", "/v1/conversations", true),
            ("bearer pny_1", "/graphql", true),
            ("Bearer pny_1", "/auth/sign-out", false),
            ("Bearer", "/graphql", false),
            ("Bearer ", "/graphql", false),
            ("Bearer a b", "/graphql", false),
            ("Basic YTpi", "/graphql", false),
            ("", "/graphql", false),
        ] {
            assert_eq!(uses_token(&headers(&[("authorization", value)]), path), expected, "{value:?} {path}");
        }
        assert!(!uses_token(&HeaderMap::new(), "/graphql"));
    }

    #[test]
    fn only_requests_from_our_own_pages_are_accepted() {
        let public = Url::parse("https://penny.example").unwrap();
        for (is_accepted, pairs) in [
            (true, &[("sec-fetch-site", "same-origin"), ("origin", "http://penny.local:3000")][..]),
            (true, &[("sec-fetch-site", "same-origin")]),
            (true, &[("sec-fetch-site", "none")]),
            (true, &[("origin", "http://penny.local:3000"), ("cookie", "a=b")]),
            (true, &[("origin", "https://penny.example")]),
            (true, &[]),
            (false, &[("cookie", "a=b")]),
            (false, &[("sec-fetch-site", "cross-site")]),
            (false, &[("sec-fetch-site", "same-site"), ("origin", "http://penny.local:3000")]),
            (false, &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")]),
            (false, &[("origin", "https://evil.example")]),
            (false, &[("origin", "http://penny.local:3001")]),
            (false, &[("origin", "http://penny.local.evil.example:3000")]),
            (false, &[("origin", "https://penny.example.evil")]),
            (false, &[("origin", "null")]),
        ] {
            assert_eq!(
                is_own_request(&headers(pairs), Some("penny.local:3000"), Some(&public)),
                is_accepted,
                "{pairs:?}"
            );
        }
    }
}
