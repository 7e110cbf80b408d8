//! Conditional and range requests (RFC 9110, 13 and 14).

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;

/// Converts a complete response into the requested one: not modified, one range, or complete.
pub(super) fn conditional_response(
    request_headers: &HeaderMap,
    etag: &str,
    bytes: Bytes,
    mut full: Response,
) -> Response {
    let request_header = |name| request_headers.get(name).and_then(|value| value.to_str().ok());
    let headers = full.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(value) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, value);
    }
    if request_header(header::IF_NONE_MATCH).is_some_and(|etags| matches_etag(etags, etag)) {
        headers.remove(header::CONTENT_LENGTH);
        return replace(full, StatusCode::NOT_MODIFIED, Body::empty());
    }
    let is_current = request_header(header::IF_RANGE).is_none_or(|condition| condition == etag);
    let range = request_header(header::RANGE).filter(|_| is_current);
    let range = range.and_then(|range| parse_single_range(range, bytes.len()));
    let Some(range) = range else { return full };
    headers.remove(header::CONTENT_LENGTH);
    let (status, content_range, body) =
        match range.and_then(|(from, to)| Some((from, to, bytes.get(from..to)?))) {
            Some((from, to, part)) => {
                let content_range = format!("bytes {from}-{}/{}", to.saturating_sub(1), bytes.len());
                (StatusCode::PARTIAL_CONTENT, content_range, bytes.slice_ref(part).into())
            }
            None => (StatusCode::RANGE_NOT_SATISFIABLE, format!("bytes */{}", bytes.len()), Body::empty()),
        };
    if let Ok(content_range) = HeaderValue::from_str(&content_range) {
        headers.insert(header::CONTENT_RANGE, content_range);
    }
    replace(full, status, body)
}

/// Replaces the status and the body of a response and keeps its headers.
fn replace(mut response: Response, status: StatusCode, body: Body) -> Response {
    *response.status_mut() = status;
    *response.body_mut() = body;
    response
}

fn matches_etag(list: &str, etag: &str) -> bool {
    list.split(',').map(str::trim).any(|item| item == "*" || item.trim_start_matches("W/") == etag)
}

/// Parses a single range as a half-open interval of bytes. `None` means that the header is ignored,
/// `Some(None)` that the range is not satisfiable.
fn parse_single_range(text: &str, length: usize) -> Option<Option<(usize, usize)>> {
    let (first, last) = text.strip_prefix("bytes=")?.trim().split_once('-')?;
    let number = |text: &str| match text {
        "" => Some(None),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(Some(digits.parse::<usize>().unwrap_or(usize::MAX)))
        }
        _ => None,
    };
    let range = match (number(first.trim())?, number(last.trim())?) {
        (None, None) => return None,
        (Some(first), Some(last)) if last < first => return None,
        (None, Some(suffix)) => (length.saturating_sub(suffix), length),
        (Some(first), last) => (first, last.map_or(length, |last| last.saturating_add(1).min(length))),
    };
    Some((range.0 < range.1).then_some(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_valid_range_is_parsed_and_others_are_ignored() {
        for (text, expected) in [
            ("bytes=0-0", Some(Some((0, 1)))),
            ("bytes=2-4", Some(Some((2, 5)))),
            ("bytes=2-", Some(Some((2, 10)))),
            ("bytes=-3", Some(Some((7, 10)))),
            ("bytes=-30", Some(Some((0, 10)))),
            ("bytes=5-99999999999999999999999", Some(Some((5, 10)))),
            ("bytes=10-", Some(None)),
            ("bytes=-0", Some(None)),
            ("bytes=99999999999999999999999-", Some(None)),
            ("bytes=4-2", None),
            ("bytes=-", None),
            ("bytes=a-b", None),
            ("bytes=0-1,3-4", None),
            ("lines=0-1", None),
            ("", None),
        ] {
            assert_eq!(parse_single_range(text, 10), expected, "{text}");
        }
        assert_eq!(parse_single_range("bytes=0-", 0), Some(None));
    }
}
