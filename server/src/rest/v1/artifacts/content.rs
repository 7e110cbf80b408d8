//! `GET /v1/artifacts/{id}/versions/{version}/content`

use super::ranges;
use crate::{
    rest::{
        extract::{QueryParams, parse_id},
        responses::{IdProblems, Problem, QueryProblems},
    },
    web::{AppState, ErrorResponse, request_info::requested_locale},
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use penny_core::artifacts::ArtifactContent;
use penny_kernel::fault::ToFault;
use penny_types::ArtifactId;
use serde::Deserialize;
use utoipa::IntoParams;

/// The query of a signed URL.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SignedUrlQuery {
    /// The tenant that owns the artifact.
    tenant: String,
    /// The expiry of the URL, in Unix seconds.
    exp: i64,
    /// The signature of the URL.
    sig: String,
}

/// Read an artifact's content
///
/// Needs no token, but the signed URL returned by `GET /v1/artifacts/{id}`. The response headers prevent a
/// browser from executing the content.
#[utoipa::path(
    get, path = "/v1/artifacts/{id}/versions/{version}/content", operation_id = "readArtifactContent",
    tag = "artifacts", security(()),
    params(
        ("id" = ArtifactId, Path, description = "The artifact."),
        ("version" = u32, Path, description = "The version, from 1."),
        SignedUrlQuery,
    ),
    responses(
        (status = 200, description = "The bytes.", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The requested range of bytes.", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "The version in `If-None-Match` is current."),
        (status = 416, description = "The range starts after the end of the content."),
        (status = 403, description = "The signature is invalid or has expired.", body = Problem,
            content_type = "application/problem+json"),
        IdProblems, QueryProblems,
    ),
)]
pub(crate) async fn content(
    State(state): State<AppState>,
    Path((artifact, version)): Path<(String, String)>,
    QueryParams(query): QueryParams<SignedUrlQuery>,
    headers: HeaderMap,
) -> Result<Response, ErrorResponse> {
    let target =
        (parse_id(&query.tenant), parse_id::<ArtifactId>(&artifact), version.parse().unwrap_or_default());
    let content =
        state.services.artifacts.get_signed_content(&state.system, target, query.exp, &query.sig).await;
    let content =
        content.map_err(|error| ErrorResponse::new(error.to_fault(), requested_locale(&headers)))?;
    // A version is immutable, so its id and number are a strong validator.
    let etag = format!("\"{}.{}\"", target.1, target.2);
    Ok(ranges::conditional_response(&headers, &etag, content.bytes.clone(), render(content)))
}

/// Renders untrusted content: without media type sniffing, script execution or access to our origin.
fn render(content: ArtifactContent) -> Response {
    let media_type = HeaderValue::from_str(&content.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_DISPOSITION, disposition(&content.media_type, &content.title)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=300")),
    ];
    (headers, content.bytes).into_response()
}

/// Media types that a browser displays without executing them, and that may be shown inline.
const INLINE_MEDIA_TYPES: [&str; 8] = [
    "application/json",
    "text/plain",
    "text/csv",
    "text/markdown",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
];

/// Returns the `Content-Disposition`: inline or attachment, and the file name (RFC 6266, RFC 8187).
fn disposition(media_type: &str, title: &str) -> HeaderValue {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let is_inline = INLINE_MEDIA_TYPES.contains(&essence);
    let kind = if is_inline { "inline" } else { "attachment" };
    let name: String = title
        .chars()
        .take(100)
        .flat_map(|letter| {
            let mut bytes = [0; 4];
            letter.encode_utf8(&mut bytes).bytes().map(percent_encode).collect::<Vec<_>>()
        })
        .collect();
    HeaderValue::from_str(&format!("{kind}; filename*=UTF-8''{name}"))
        .unwrap_or(HeaderValue::from_static("attachment"))
}

fn percent_encode(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executable_media_types_are_attachments() {
        for (media_type, expected) in [
            ("application/json; charset=utf-8", "inline"),
            ("image/png", "inline"),
            ("text/html", "attachment"),
            ("image/svg+xml", "attachment"),
            ("application/xhtml+xml", "attachment"),
            ("", "attachment"),
        ] {
            let value = disposition(media_type, "a \"b\"\r\nX: é");
            assert_eq!(
                value.to_str().ok(),
                Some(&*format!("{expected}; filename*=UTF-8''a%20%22b%22%0D%0AX%3A%20%C3%A9"))
            );
        }
    }
}
