//! Refuses what another site makes a browser send.
//!
//! Browsers say where a request comes from: `Sec-Fetch-Site` (Fetch Metadata), and `Origin` on
//! everything but plain navigation. A request that changes something, or opens a socket, and would
//! be let in by a cookie has to come from our own pages. A bearer token is never sent by itself, so
//! requests that carry one are left alone, except where people sign in: there a token counts for nothing.

use super::{Refusal, auth::token_in, state::AppState, tenant};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use penny_types::{Fault, FaultCode};
use penny_words::keys;
use url::Url;

/// Guards every request that a cookie could let in.
pub async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (headers, uri) = (request.headers(), request.uri());
    let has_effect = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
        || headers.contains_key(header::UPGRADE);
    if has_effect && !is_by_token(headers, uri.path()) && !is_ours(headers, uri, &state) {
        let fault = Fault::keyed(FaultCode::Forbidden, keys::IDENTITY_CROSS_SITE);
        return Refusal::new(fault, tenant::asked_locale(headers)).into_response();
    }
    next.run(request).await
}

/// Says whether a token alone decides who sent a request.
fn is_by_token(headers: &HeaderMap, path: &str) -> bool {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| token_in(value).is_some()) && !path.starts_with("/auth/")
}

fn is_ours(headers: &HeaderMap, uri: &Uri, state: &AppState) -> bool {
    let host = tenant::host(headers, uri, state.config.http.trust_forwarded);
    comes_from_us(headers, host, state.config.http.public_url.as_ref())
}

fn comes_from_us(headers: &HeaderMap, host: Option<&str>, public: Option<&Url>) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) if site != "same-origin" && site != "none" => false,
        (_, Some(origin)) => is_same(origin, host, public),
        (Some(_), None) => true,
        // Not a browser of this decade. Without a cookie there is nothing to abuse.
        (None, None) => !headers.contains_key(header::COOKIE),
    }
}

/// Says whether an origin is the host asked, or the address people type.
fn is_same(origin: &str, host: Option<&str>, public: Option<&Url>) -> bool {
    let Ok(origin) = Url::parse(origin) else {
        return false;
    };
    if public.is_some_and(|public| public.origin() == origin.origin()) {
        return true;
    }
    // Behind a proxy the scheme is not ours to see: the same host by either scheme is us.
    host.and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok())
        .is_some_and(|ours| matches!(ours.scheme(), "http" | "https") && ours.origin() == origin.origin())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_a_bearer_token_excuses_from_saying_where_one_comes_from() {
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
            assert_eq!(
                is_by_token(&headers(&[("authorization", value)]), path),
                expected,
                "{value:?} {path}"
            );
        }
        assert!(!is_by_token(&HeaderMap::new(), "/graphql"));
    }

    #[test]
    fn only_our_own_pages_may_change_things() {
        let public = Url::parse("https://penny.example").unwrap();
        for (is_ours, pairs) in [
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
                comes_from_us(&headers(pairs), Some("penny.local:3000"), Some(&public)),
                is_ours,
                "{pairs:?}"
            );
        }
    }
}
