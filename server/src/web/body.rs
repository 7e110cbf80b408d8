//! Reading a request's body up to a limit.

use axum::{
    body::Bytes,
    extract::Request,
    http::{HeaderMap, header},
};
use futures::StreamExt;
use penny_types::{Fault, FaultCode};
use penny_words::keys;

/// How many times the limit is read and thrown away before the connection is given up: whoever is
/// still sending does not hear an answer.
const DRAINED: usize = 8;

/// Reads a body of at most `limit` bytes.
///
/// # Errors
/// `too_large` when it is longer, `malformed` when it ends before it is complete.
pub(crate) async fn read(request: Request, limit: usize) -> Result<Vec<u8>, Fault> {
    let too_large = Fault::keyed(FaultCode::TooLarge, keys::REST_BODY_TOO_LARGE).arg("limit", limit);
    let patience = limit.saturating_mul(DRAINED);
    if promised(request.headers()).is_some_and(|length| length > patience) {
        return Err(too_large);
    }
    let mut chunks = request.into_body().into_data_stream();
    let (mut bytes, mut length) = (Vec::new(), 0_usize);
    while let Some(chunk) = chunks.next().await {
        let chunk: Bytes = chunk.map_err(|_| Fault::keyed(FaultCode::Malformed, keys::REST_BODY_CUT))?;
        length = length.saturating_add(chunk.len());
        if length > patience {
            break;
        } else if length <= limit {
            bytes.extend_from_slice(&chunk);
        } else {
            bytes = Vec::new();
        }
    }
    if length > limit { Err(too_large) } else { Ok(bytes) }
}

/// Asks that a request says that its body is JSON (RFC 8259; RFC 6839 for `+json`). A form on another
/// site can send a body, but not one that says so.
///
/// # Errors
/// `unsupported_media_type` when it does not.
pub(crate) fn need_json(headers: &HeaderMap) -> Result<(), Fault> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json =
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    if is_json { Ok(()) } else { Err(FaultCode::UnsupportedMediaType.into()) }
}

/// Returns how long a request says that its body is.
fn promised(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use futures::stream;
    use std::io::{Error, ErrorKind};

    async fn key(length: usize, ends_well: bool) -> Option<String> {
        let end = if ends_well { None } else { Some(Err(Error::from(ErrorKind::UnexpectedEof))) };
        let chunks = stream::iter((0..length).map(|_| Ok(Bytes::from_static(b"x")))).chain(stream::iter(end));
        read(Request::new(Body::from_stream(chunks)), 10).await.err().map(|fault| fault.message_key)
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_the_limit_and_no_further() {
        for (length, ends_well, expected) in [
            (0, true, None),
            (10, true, None),
            (11, true, Some("rest-body-too-large")),
            (1_000, true, Some("rest-body-too-large")),
            (5, false, Some("rest-body-cut")),
        ] {
            assert_eq!(key(length, ends_well).await.as_deref(), expected, "{length} {ends_well}");
        }
    }
}
