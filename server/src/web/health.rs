//! Whether the process lives, and whether it can serve.

use super::state::AppState;
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Answers as long as the process lives.
pub async fn health() -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": "ok" }))).into_response()
}

/// Answers well when requests can be served: the database answers and is up to date, files can be
/// written. What is wrong is named without its cause.
pub async fn ready(State(state): State<AppState>) -> Response {
    let foundation = &state.foundation;
    let (database, blobs) = tokio::join!(foundation.db.check(), foundation.blobs.check());
    let is_outdated = matches!(database, Err(penny_core::db::StoreError::Outdated { .. }));
    let is_reached = database.is_ok() || is_outdated;
    let errors =
        [database.err().map(|error| error.to_string()), blobs.as_ref().err().map(ToString::to_string)];
    for error in errors.into_iter().flatten() {
        tracing::warn!(error, "not ready");
    }
    let word = |is_fine: bool| Value::from(if is_fine { "ok" } else { "failing" });
    let is_ready = is_reached && !is_outdated && blobs.is_ok();
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if is_ready { "ready" } else { "not_ready" },
        "checks": { "database": word(is_reached), "migrations": word(is_reached && !is_outdated), "blobs": word(blobs.is_ok()) },
    });
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
