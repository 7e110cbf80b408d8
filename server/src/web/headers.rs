//! What every answer says about how a browser may treat it.

use super::state::AppState;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// The policy of everything that is not a page: nothing may load, nothing may frame it.
const NOTHING: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
         microphone=(), midi=(), payment=(), usb=(), browsing-topics=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Returns the policy of a page, with its nonce.
///
/// Scripts and styles run from our own files or with the nonce; WebAssembly may be compiled, text
/// may not become code. Sizes and positions are set on single elements, hence `style-src-attr`. The
/// socket is named by its host, since not every browser counts it as `'self'`.
#[must_use]
pub fn page_policy(nonce: &str, host: Option<&str>, is_https: bool) -> String {
    let is_plain = |host: &&str| host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    let scheme = if is_https { "wss" } else { "ws" };
    let socket = host.filter(is_plain).map(|host| format!(" {scheme}://{host}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; connect-src 'self'{socket}; \
         img-src 'self' data: blob:; font-src 'self'; manifest-src 'self'; media-src 'self' blob:; \
         frame-src 'self' blob:; worker-src 'self' blob:; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'; object-src 'none'"
    )
}

/// Adds the headers, where a handler did not set its own.
pub async fn protect(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        set(headers, name, value);
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        set(headers, header::CONTENT_SECURITY_POLICY, NOTHING);
        set(headers, header::X_FRAME_OPTIONS, "DENY");
    }
    if state.config.http.is_https() {
        set(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}
