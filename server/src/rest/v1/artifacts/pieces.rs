//! Bytes in pieces, and bytes one has already (RFC 9110, 13 and 14).

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;

/// Makes of a whole answer the one a client asked for: nothing new, one range, or all of it.
pub(super) fn answer(asked: &HeaderMap, etag: &str, bytes: Bytes, mut whole: Response) -> Response {
    let named = |name| asked.get(name).and_then(|value| value.to_str().ok());
    let headers = whole.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(value) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, value);
    }
    if named(header::IF_NONE_MATCH).is_some_and(|known| is_among(known, etag)) {
        headers.remove(header::CONTENT_LENGTH);
        return with(whole, StatusCode::NOT_MODIFIED, Body::empty());
    }
    let is_same = named(header::IF_RANGE).is_none_or(|condition| condition == etag);
    let range = named(header::RANGE).filter(|_| is_same).and_then(|range| one_range(range, bytes.len()));
    let Some(range) = range else { return whole };
    headers.remove(header::CONTENT_LENGTH);
    let (status, span, body) = match range.and_then(|(from, to)| Some((from, to, bytes.get(from..to)?))) {
        Some((from, to, piece)) => {
            let span = format!("bytes {from}-{}/{}", to.saturating_sub(1), bytes.len());
            (StatusCode::PARTIAL_CONTENT, span, bytes.slice_ref(piece).into())
        }
        None => (StatusCode::RANGE_NOT_SATISFIABLE, format!("bytes */{}", bytes.len()), Body::empty()),
    };
    if let Ok(span) = HeaderValue::from_str(&span) {
        headers.insert(header::CONTENT_RANGE, span);
    }
    with(whole, status, body)
}

fn with(mut answer: Response, status: StatusCode, body: Body) -> Response {
    *answer.status_mut() = status;
    *answer.body_mut() = body;
    answer
}

fn is_among(known: &str, etag: &str) -> bool {
    known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == etag)
}

/// Reads one range as its first byte and the one behind its last. `None` means that it is to be
/// ignored, `Some(None)` that it lies outside.
fn one_range(text: &str, length: usize) -> Option<Option<(usize, usize)>> {
    let (first, last) = text.strip_prefix("bytes=")?.trim().split_once('-')?;
    let number = |text: &str| match text {
        "" => Some(None),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(Some(digits.parse::<usize>().unwrap_or(usize::MAX)))
        }
        _ => None,
    };
    let span = match (number(first.trim())?, number(last.trim())?) {
        (None, None) => return None,
        (Some(first), Some(last)) if last < first => return None,
        (None, Some(suffix)) => (length.saturating_sub(suffix), length),
        (Some(first), last) => (first, last.map_or(length, |last| last.saturating_add(1).min(length))),
    };
    Some((span.0 < span.1).then_some(span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_by_the_rules_and_nonsense_is_ignored() {
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
            assert_eq!(one_range(text, 10), expected, "{text}");
        }
        assert_eq!(one_range("bytes=0-", 0), Some(None));
    }
}
