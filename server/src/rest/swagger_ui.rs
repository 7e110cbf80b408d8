//! Swagger UI for the OpenAPI document, with embedded files.

use super::errors;
use crate::web::AppState;
use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use std::sync::{Arc, LazyLock};
use utoipa_swagger_ui::Config;

/// Allows only the page's own scripts; its style attributes need `unsafe-inline`.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    Arc::new(
        Config::from("/v1/openapi.json").validator_url("none").deep_linking(true).try_it_out_enabled(true),
    )
});

/// Returns the routes under `/v1/docs`.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/docs", get(async || Redirect::permanent("/v1/docs/")))
        .route("/v1/docs/", get(async |headers: HeaderMap| file("index.html", headers).await))
        .route(
            "/v1/docs/{*path}",
            get(async |Path(path): Path<String>, headers: HeaderMap| file(&path, headers).await),
        )
}

async fn file(path: &str, headers: HeaderMap) -> Response {
    let Ok(Some(file)) = utoipa_swagger_ui::serve(path, CONFIG.clone()) else {
        return errors::not_found(headers).await;
    };
    let content_type = HeaderValue::from_str(&file.content_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, file.bytes.into_owned()).into_response()
}
