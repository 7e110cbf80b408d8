//! What a person sees in a browser when there is no page to show: the same words as a program gets,
//! as the plainest of pages, which tries again by itself when waiting may help.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use serde_json::Value;

/// No problem is longer.
const LONGEST: usize = 64 * 1024;
/// Seconds until the page tries again, where nobody says how long to wait.
const RETRY: u64 = 5;

/// Shows problems as pages to people who open an address in a browser.
pub async fn for_people(request: Request, next: Next) -> Response {
    let is_opened = wants_a_page(request.headers());
    let may_repeat = request.method() == Method::GET;
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !is_opened || kind != Some("application/problem+json") {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let problem: Value = match to_bytes(body, LONGEST).await {
        Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_default(),
        Err(_) => Value::Null,
    };
    let language = parts.headers.get(header::CONTENT_LANGUAGE).and_then(|value| value.to_str().ok());
    let page = page(&problem, parts.status, language.unwrap_or("en"), may_repeat);
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(parts, Body::from(page))
}

/// Says whether a browser asks for a page: programs that name no type, or all, get JSON.
fn wants_a_page(headers: &HeaderMap) -> bool {
    accepted(headers).any(|kind| kind == "text/html")
}

/// Says whether a program asks for JSON by name, and would not read a page.
pub(super) fn wants_json(headers: &HeaderMap) -> bool {
    let is_json = |kind: &str| kind == "application/json" || kind.ends_with("+json");
    !wants_a_page(headers) && accepted(headers).any(|kind| is_json(&kind))
}

/// Returns the media types a client names.
fn accepted(headers: &HeaderMap) -> impl Iterator<Item = String> {
    let lists = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges = lists.flat_map(|list| list.split(','));
    ranges.map(|range| range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

fn page(problem: &Value, status: StatusCode, language: &str, may_repeat: bool) -> String {
    let text = |name: &str| escape(problem.get(name).and_then(Value::as_str).unwrap_or_default());
    let wait = problem.get("retryAfter").and_then(Value::as_u64).unwrap_or(RETRY).max(RETRY);
    let again = match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT if may_repeat => {
            format!("<meta http-equiv=\"refresh\" content=\"{wait}\">")
        }
        _ => String::new(),
    };
    format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\">{again}\
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
    fn words_stay_words_and_only_what_may_pass_is_tried_again() {
        let problem = json!({ "title": "<b>", "detail": "a & \"b\"", "retryAfter": 30 });
        let waits = page(&problem, StatusCode::SERVICE_UNAVAILABLE, "es", true);
        assert!(waits.contains("<h1>&lt;b&gt;</h1><p>a &amp; &quot;b&quot;</p>"), "{waits}");
        assert!(waits.contains("content=\"30\"") && waits.contains("lang=\"es\""), "{waits}");
        assert!(!page(&problem, StatusCode::FORBIDDEN, "en", true).contains("refresh"));
        let form = page(&problem, StatusCode::SERVICE_UNAVAILABLE, "en", false);
        assert!(!form.contains("refresh"), "a form is not sent again by itself");
    }

    #[test]
    fn only_those_who_name_it_get_a_page_or_json() {
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
            assert_eq!((wants_a_page(&headers), wants_json(&headers)), (is_page, is_json), "{accept}");
        }
    }
}
