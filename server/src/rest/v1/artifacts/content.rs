//! `GET /v1/artifacts/{id}/versions/{version}/content`

use super::pieces;
use crate::{
    rest::{
        extract::{Filter, id},
        responses::{OfAQuery, OfAnId, Problem},
    },
    web::{AppState, Refusal, tenant::asked_locale},
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use penny_core::{artifacts::ArtifactContent, fault::ToFault};
use penny_types::ArtifactId;
use serde::Deserialize;
use utoipa::IntoParams;

/// What proves that somebody gave this address away.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Signed {
    /// Whose artifact it is.
    tenant: String,
    /// When the address stops working, in Unix seconds.
    exp: i64,
    /// The signature.
    sig: String,
}

/// Read an artifact's bytes
///
/// Takes the signed address that `GET /v1/artifacts/{id}` gives, and no token. Whatever the bytes are,
/// a browser runs nothing in them.
#[utoipa::path(
    get, path = "/v1/artifacts/{id}/versions/{version}/content", operation_id = "readArtifactContent",
    tag = "artifacts", security(()),
    params(
        ("id" = ArtifactId, Path, description = "The artifact."),
        ("version" = u32, Path, description = "The version, from 1."),
        Signed,
    ),
    responses(
        (status = 200, description = "The bytes.", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The bytes `Range` asks for.", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "What `If-None-Match` names is still so."),
        (status = 416, description = "The range begins after the end."),
        (status = 403, description = "The address was not given away here, or has expired.", body = Problem,
            content_type = "application/problem+json"),
        OfAnId, OfAQuery,
    ),
)]
pub(crate) async fn content(
    State(state): State<AppState>,
    Path((artifact, version)): Path<(String, String)>,
    Filter(signed): Filter<Signed>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let what = (id(&signed.tenant), id::<ArtifactId>(&artifact), version.parse().unwrap_or_default());
    let content = state.services.artifacts.open_signed(&state.world, what, signed.exp, &signed.sig).await;
    let content = content.map_err(|error| Refusal::new(error.to_fault(), asked_locale(&headers)))?;
    // A version never changes, so its name is the strongest of validators.
    let etag = format!("\"{}.{}\"", what.1, what.2);
    Ok(pieces::answer(&headers, &etag, content.bytes.clone(), render(content)))
}

/// Renders bytes that nobody should trust: never sniffed, never run, never framed with rights.
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

/// What a browser only ever shows, and so may show in place.
const PLAIN: [&str; 8] = [
    "application/json",
    "text/plain",
    "text/csv",
    "text/markdown",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
];

/// Says whether the bytes are shown or saved, and under which name (RFC 6266, RFC 8187).
fn disposition(media_type: &str, title: &str) -> HeaderValue {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let is_plain = PLAIN.contains(&essence);
    let kind = if is_plain { "inline" } else { "attachment" };
    let name: String = title
        .chars()
        .take(100)
        .flat_map(|letter| {
            let mut bytes = [0; 4];
            letter.encode_utf8(&mut bytes).bytes().map(percent).collect::<Vec<_>>()
        })
        .collect();
    HeaderValue::from_str(&format!("{kind}; filename*=UTF-8''{name}"))
        .unwrap_or(HeaderValue::from_static("attachment"))
}

fn percent(byte: u8) -> String {
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
    fn what_could_run_is_saved_and_never_shown() {
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
