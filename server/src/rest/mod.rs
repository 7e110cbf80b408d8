//! The REST API under `/v1`, described by OpenAPI.
//!
//! Each endpoint has its own file with its documentation, its responses and a handler that extracts, calls a
//! service and renders. Shared parts: [`extract`] parses requests, [`errors`] renders errors, [`responses`]
//! describes them, [`sse`] streams the events of a turn.

mod accept;
pub(crate) mod errors;
mod extract;
mod openapi;
mod responses;
mod sse;
mod swagger_ui;
mod v1;

use crate::web::AppState;
use axum::{Router, http::header, routing::any};
use tower_http::set_header::SetResponseHeaderLayer;

pub use openapi::{openapi, openapi_json};

/// Returns all routes under `/v1`.
pub fn router() -> Router<AppState> {
    let (endpoints, _) = v1::endpoints().split_for_parts();
    endpoints
        .merge(swagger_ui::router())
        .route("/v1/openapi.json", axum::routing::get(openapi::serve))
        .method_not_allowed_fallback(errors::method_not_allowed)
        .route("/v1", any(errors::not_found))
        .route("/v1/", any(errors::not_found))
        .route("/v1/{*rest}", any(errors::not_found))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            header::HeaderValue::from_static("no-store"),
        ))
}
