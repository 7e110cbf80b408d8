//! Renders problem documents as HTML pages for browsers. The page of a temporary error reloads itself.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use serde_json::Value;

/// The maximum size of a problem document, in bytes.
const MAX_PROBLEM_BYTES: usize = 64 * 1024;
/// The minimum delay before the page reloads, in seconds.
const MIN_RELOAD_SECONDS: u64 = 5;

/// Middleware that converts a problem document to an HTML page if the client accepts HTML.
pub async fn render_problems(request: Request, next: Next) -> Response {
    let is_browser = accepts_html(request.headers());
    let can_reload = request.method() == Method::GET;
    let response = next.run(request).await;
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !is_browser || content_type != Some("application/problem+json") {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let problem: Value = match to_bytes(body, MAX_PROBLEM_BYTES).await {
        Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_default(),
        Err(_) => Value::Null,
    };
    let language = parts.headers.get(header::CONTENT_LANGUAGE).and_then(|value| value.to_str().ok());
    let page = error_page(&problem, parts.status, language.unwrap_or("en"), can_reload);
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(parts, Body::from(page))
}

/// Returns whether `Accept` lists `text/html`, as browsers do. `*/*` or no header does not count.
fn accepts_html(headers: &HeaderMap) -> bool {
    accepted_media_types(headers).any(|media_type| media_type == "text/html")
}

/// Returns whether `Accept` lists a JSON media type but not HTML.
pub(super) fn accepts_json_only(headers: &HeaderMap) -> bool {
    let is_json = |media_type: &str| media_type == "application/json" || media_type.ends_with("+json");
    !accepts_html(headers) && accepted_media_types(headers).any(|media_type| is_json(&media_type))
}

/// Returns the media types of `Accept` in lower case, without parameters.
fn accepted_media_types(headers: &HeaderMap) -> impl Iterator<Item = String> {
    let lists = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges = lists.flat_map(|list| list.split(','));
    ranges.map(|range| range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

fn error_page(problem: &Value, status: StatusCode, language: &str, can_reload: bool) -> String {
    let text = |name: &str| escape(problem.get(name).and_then(Value::as_str).unwrap_or_default());
    let retry_after = problem.get("retryAfter").and_then(Value::as_u64);
    let delay = retry_after.unwrap_or(MIN_RELOAD_SECONDS).max(MIN_RELOAD_SECONDS);
    let reload = match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT if can_reload => {
            format!("<meta http-equiv=\"refresh\" content=\"{delay}\">")
        }
        _ => String::new(),
    };
    format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\">{reload}\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{}</title></head>\
         <body><main><h1>{}</h1><p>{}</p></main></body></html>",
        status.as_u16(),
        text("title"),
        text("detail"),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_is_escaped_and_only_temporary_errors_of_get_requests_reload() {
        let problem = json!({ "title": "<b>", "detail": "a & \"b\"", "retryAfter": 30 });
        let page = error_page(&problem, StatusCode::SERVICE_UNAVAILABLE, "es", true);
        assert!(page.contains("<h1>&lt;b&gt;</h1><p>a &amp; &quot;b&quot;</p>"), "{page}");
        assert!(page.contains("content=\"30\"") && page.contains("lang=\"es\""), "{page}");
        assert!(!error_page(&problem, StatusCode::FORBIDDEN, "en", true).contains("refresh"));
        let after_post = error_page(&problem, StatusCode::SERVICE_UNAVAILABLE, "en", false);
        assert!(!after_post.contains("refresh"), "a form is not submitted again automatically");
    }

    #[test]
    fn html_and_json_must_be_listed_explicitly() {
        for (accept, is_page, is_json) in [
            ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", true, false),
            ("application/json, Text/HTML;q=0.5", true, false),
            ("*/*", false, false),
            ("application/json", false, true),
            ("Application/JSON; charset=utf-8, */*;q=0.1", false, true),
            ("application/problem+json", false, true),
            ("", false, false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!((accepts_html(&headers), accepts_json_only(&headers)), (is_page, is_json), "{accept}");
        }
    }
}
