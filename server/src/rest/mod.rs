//! The REST door: `/v1`, described by OpenAPI.
//!
//! One endpoint, one file: its documentation, its errors and a handler that extracts, calls a service
//! and renders. What all share stands beside them: [`extract`] reads requests, [`refuse`] says no,
//! [`sse`] writes a turn's events.

mod accept;
mod document;
mod explorer;
mod extract;
pub(crate) mod refuse;
mod responses;
mod sse;
mod v1;

use crate::web::AppState;
use axum::{Router, http::header, routing::any};
use tower_http::set_header::SetResponseHeaderLayer;

pub use document::{openapi, openapi_json};

/// Returns everything under `/v1`.
pub fn router() -> Router<AppState> {
    let (endpoints, _) = v1::endpoints().split_for_parts();
    endpoints
        .merge(explorer::router())
        .route("/v1/openapi.json", axum::routing::get(document::serve))
        .method_not_allowed_fallback(refuse::method)
        .route("/v1", any(refuse::address))
        .route("/v1/", any(refuse::address))
        .route("/v1/{*rest}", any(refuse::address))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            header::HeaderValue::from_static("no-store"),
        ))
}
