//! `/graphql`: documents by POST, subscriptions by socket, for cookies and tokens alike.

use super::{Caller, Refusal, body, socket, state::AppState};
use crate::rest::refuse;
use axum::{
    Json, Router,
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use penny_core::json;
use penny_graphql::limits::MAX_DOCUMENT_BYTES;
use penny_types::{Fault, FaultCode, turns::MESSAGE_BYTES_MAX};

/// The largest request: a document, and the longest message with each of its letters escaped.
const BODY_BYTES_MAX: usize = 2 * MESSAGE_BYTES_MAX + MAX_DOCUMENT_BYTES;

/// Returns the two routes. A socket is opened at either; the second is its own.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/graphql", post(execute).fallback(socket::open_or_refuse))
        .route("/graphql/ws", get(socket::open))
        .method_not_allowed_fallback(refuse::method)
}

async fn execute(State(state): State<AppState>, Caller(ctx): Caller, request: Request) -> Response {
    let locale = ctx.locale;
    match read(request, state.config.http.body_limit_bytes.min(BODY_BYTES_MAX)).await {
        Ok(document) => {
            let answer = penny_graphql::execute(&state.schema, ctx, document).await;
            ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
        }
        Err(fault) => Refusal::new(fault, locale).into_response(),
    }
}

/// Reads one GraphQL request (GraphQL over HTTP, "Request").
async fn read(request: Request, limit: usize) -> Result<penny_graphql::Request, Fault> {
    body::need_json(request.headers())?;
    let bytes = body::read(request, limit).await?;
    json::bound(&bytes)?;
    serde_json::from_slice(&bytes).map_err(|_| Fault::new(FaultCode::Malformed))
}
