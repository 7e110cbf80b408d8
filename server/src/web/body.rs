//! Reads request bodies up to a limit.

use axum::{
    body::Bytes,
    extract::Request,
    http::{HeaderMap, header},
};
use futures::StreamExt;
use penny_i18n::keys;
use penny_types::{Fault, FaultCode};

/// A body that is too large is still read, and discarded, up to this multiple of the limit: many clients
/// read a response only after they have sent the whole body.
const DRAIN_FACTOR: usize = 8;

/// Reads a body of at most `limit` bytes.
///
/// # Errors
/// Returns `too_large` for a longer body, `malformed` for an incomplete one.
pub(crate) async fn read(request: Request, limit: usize) -> Result<Vec<u8>, Fault> {
    let too_large = Fault::with_message(FaultCode::TooLarge, keys::REST_BODY_TOO_LARGE).arg("limit", limit);
    let drain_limit = limit.saturating_mul(DRAIN_FACTOR);
    if content_length(request.headers()).is_some_and(|length| length > drain_limit) {
        return Err(too_large);
    }
    let mut chunks = request.into_body().into_data_stream();
    let (mut bytes, mut length) = (Vec::new(), 0_usize);
    while let Some(chunk) = chunks.next().await {
        let chunk: Bytes =
            chunk.map_err(|_| Fault::with_message(FaultCode::Malformed, keys::REST_BODY_CUT))?;
        length = length.saturating_add(chunk.len());
        if length > drain_limit {
            break;
        } else if length <= limit {
            bytes.extend_from_slice(&chunk);
        } else {
            bytes = Vec::new();
        }
    }
    if length > limit { Err(too_large) } else { Ok(bytes) }
}

/// Checks that `Content-Type` is JSON (RFC 8259; RFC 6839 for `+json`). An HTML form on another site cannot
/// send this content type.
///
/// # Errors
/// Returns `unsupported_media_type` otherwise.
pub(crate) fn require_json(headers: &HeaderMap) -> Result<(), Fault> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json =
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    if is_json { Ok(()) } else { Err(FaultCode::UnsupportedMediaType.into()) }
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use futures::stream;
    use std::io::{Error, ErrorKind};

    async fn error_key(length: usize, is_complete: bool) -> Option<String> {
        let end = if is_complete { None } else { Some(Err(Error::from(ErrorKind::UnexpectedEof))) };
        let chunks = stream::iter((0..length).map(|_| Ok(Bytes::from_static(b"x")))).chain(stream::iter(end));
        read(Request::new(Body::from_stream(chunks)), 10).await.err().map(|fault| fault.message_key)
    }

    #[tokio::test]
    async fn a_body_over_the_limit_or_incomplete_is_an_error() {
        for (length, is_complete, expected) in [
            (0, true, None),
            (10, true, None),
            (11, true, Some("rest-body-too-large")),
            (1_000, true, Some("rest-body-too-large")),
            (5, false, Some("rest-body-cut")),
        ] {
            assert_eq!(error_key(length, is_complete).await.as_deref(), expected, "{length} {is_complete}");
        }
    }
}
