//! `/graphql`: documents by POST, and all operations by WebSocket; with cookie or token.

use super::{Caller, ErrorResponse, body, socket, state::AppState};
use crate::rest::errors;
use axum::{
    Json, Router,
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use penny_graphql::limits::MAX_DOCUMENT_BYTES;
use penny_kernel::json;
use penny_types::{Fault, FaultCode, turns::MESSAGE_BYTES_MAX};

/// The maximum size of a request body: a document, and the longest message with every character escaped.
const BODY_BYTES_MAX: usize = 2 * MESSAGE_BYTES_MAX + MAX_DOCUMENT_BYTES;

/// Returns the routes. A WebSocket can be opened at both; `/graphql/ws` accepts nothing else.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/graphql", post(execute).fallback(socket::open_or_method_not_allowed))
        .route("/graphql/ws", get(socket::open))
        .method_not_allowed_fallback(errors::method_not_allowed)
}

async fn execute(State(state): State<AppState>, Caller(ctx): Caller, request: Request) -> Response {
    let locale = ctx.locale();
    match read_request(request, state.config.http.body_limit_bytes.min(BODY_BYTES_MAX)).await {
        Ok(request) => {
            let response = penny_graphql::execute(&state.schema, ctx, request).await;
            ([(header::CACHE_CONTROL, "no-store")], Json(response)).into_response()
        }
        Err(fault) => ErrorResponse::new(fault, locale).into_response(),
    }
}

/// Reads one GraphQL request (GraphQL over HTTP, "Request").
async fn read_request(request: Request, limit: usize) -> Result<penny_graphql::Request, Fault> {
    body::require_json(request.headers())?;
    let bytes = body::read(request, limit).await?;
    json::check_limits(&bytes)?;
    serde_json::from_slice(&bytes).map_err(|_| Fault::new(FaultCode::Malformed))
}
