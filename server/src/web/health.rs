//! Whether the process lives, and whether it can serve.

use super::state::AppState;
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use penny_core::{Shared, db::StoreError};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Mutex;

/// How long an answer is kept: asking writes a file, and anybody may ask.
const KEPT: TimeDelta = TimeDelta::seconds(2);

/// Answers as long as the process lives.
pub async fn health() -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": "ok" }))).into_response()
}

/// Answers well when requests can be served: the database answers and is up to date, files can be
/// written. What is wrong is named without its cause.
pub async fn ready(State(state): State<AppState>) -> Response {
    let checks = state.readiness.checks(&state).await;
    let is_ready = checks.is_reached && checks.is_current && checks.has_blobs;
    let word = |is_fine: bool| Value::from(if is_fine { "ok" } else { "failing" });
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if is_ready { "ready" } else { "not_ready" },
        "checks": {
            "database": word(checks.is_reached),
            "migrations": word(checks.is_current),
            "blobs": word(checks.has_blobs),
        },
    });
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// What was found, and when.
#[derive(Debug, Clone, Copy)]
struct Checks {
    at: DateTime<Utc>,
    is_reached: bool,
    is_current: bool,
    has_blobs: bool,
}

/// What was found last. Many who ask at once wait for one look.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<Mutex<Option<Checks>>>);

impl Readiness {
    async fn checks(&self, state: &AppState) -> Checks {
        let mut last = self.0.lock().await;
        let now = state.world.now();
        if let Some(checks) = *last
            && (TimeDelta::zero()..KEPT).contains(&(now - checks.at))
        {
            return checks;
        }
        let checks = look(&state.foundation, now).await;
        *last = Some(checks);
        checks
    }
}

async fn look(foundation: &Shared, at: DateTime<Utc>) -> Checks {
    let (database, blobs) = tokio::join!(foundation.db.check(), foundation.blobs.check());
    let is_outdated = matches!(database, Err(StoreError::Outdated { .. }));
    let checks = Checks {
        at,
        is_reached: database.is_ok() || is_outdated,
        is_current: database.is_ok(),
        has_blobs: blobs.is_ok(),
    };
    let errors = [database.err().map(|error| error.to_string()), blobs.err().map(|error| error.to_string())];
    for error in errors.into_iter().flatten() {
        tracing::warn!(error, "not ready");
    }
    checks
}
