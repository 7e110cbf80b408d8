//! Liveness and readiness probes.

use super::state::AppState;
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use penny_kernel::{SharedKernel, db::StoreError};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Mutex;

/// How long a readiness result is cached: a check writes a file, and the endpoint is public.
const CACHE_TTL: TimeDelta = TimeDelta::seconds(2);

/// Liveness: responds 200 while the process runs.
pub async fn health() -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": "ok" }))).into_response()
}

/// Readiness: responds 200 if the database responds and is migrated and blobs can be written, otherwise
/// 503. Failed checks are named without their cause.
pub async fn ready(State(state): State<AppState>) -> Response {
    let checks = state.readiness.checks(&state).await;
    let is_ready = checks.is_database_reachable && checks.is_schema_current && checks.is_blob_store_writable;
    let status_word = |is_ok: bool| Value::from(if is_ok { "ok" } else { "failing" });
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if is_ready { "ready" } else { "not_ready" },
        "checks": {
            "database": status_word(checks.is_database_reachable),
            "migrations": status_word(checks.is_schema_current),
            "blobs": status_word(checks.is_blob_store_writable),
        },
    });
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

#[derive(Debug, Clone, Copy)]
struct ReadinessChecks {
    checked_at: DateTime<Utc>,
    is_database_reachable: bool,
    is_schema_current: bool,
    is_blob_store_writable: bool,
}

/// Caches the last readiness result. Concurrent requests wait for a single check.
#[derive(Debug, Clone, Default)]
pub struct ReadinessCache(Arc<Mutex<Option<ReadinessChecks>>>);

impl ReadinessCache {
    async fn checks(&self, state: &AppState) -> ReadinessChecks {
        let mut cached = self.0.lock().await;
        let now = state.system.now();
        if let Some(checks) = *cached
            && (TimeDelta::zero()..CACHE_TTL).contains(&(now - checks.checked_at))
        {
            return checks;
        }
        let checks = run_checks(&state.kernel, now).await;
        *cached = Some(checks);
        checks
    }
}

async fn run_checks(kernel: &SharedKernel, now: DateTime<Utc>) -> ReadinessChecks {
    let (database, blobs) = tokio::join!(kernel.db.check(), kernel.blobs.check());
    let is_outdated = matches!(database, Err(StoreError::Outdated { .. }));
    let checks = ReadinessChecks {
        checked_at: now,
        is_database_reachable: database.is_ok() || is_outdated,
        is_schema_current: database.is_ok(),
        is_blob_store_writable: blobs.is_ok(),
    };
    let errors = [database.err().map(|error| error.to_string()), blobs.err().map(|error| error.to_string())];
    for error in errors.into_iter().flatten() {
        tracing::warn!(error, "a readiness check failed");
    }
    checks
}
