//! Security headers of all responses.

use super::state::AppState;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// The content security policy of responses that are not pages: load nothing, allow no framing.
const DENY_ALL_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SECURITY_HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
         microphone=(), midi=(), payment=(), usb=(), browsing-topics=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Returns the content security policy of a page.
///
/// Scripts and styles must come from our own files or carry the nonce; WebAssembly may be compiled, `eval`
/// is forbidden. `style-src-attr` is needed for sizes and positions set on single elements. The WebSocket is
/// listed by its host because not every browser includes it in `'self'`.
#[must_use]
pub fn page_policy(nonce: &str, host: Option<&str>, is_https: bool) -> String {
    let is_safe = |host: &&str| host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    let scheme = if is_https { "wss" } else { "ws" };
    let socket = host.filter(is_safe).map(|host| format!(" {scheme}://{host}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; connect-src 'self'{socket}; \
         img-src 'self' data: blob:; font-src 'self'; manifest-src 'self'; media-src 'self' blob:; \
         frame-src 'self' blob:; worker-src 'self' blob:; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'; object-src 'none'"
    )
}

/// Middleware that adds the security headers which the handler did not set.
pub async fn add_security_headers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in SECURITY_HEADERS {
        set(headers, name, value);
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        set(headers, header::CONTENT_SECURITY_POLICY, DENY_ALL_POLICY);
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
