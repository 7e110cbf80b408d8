//! The router of all endpoints, and its middleware.
//!
//! Layers from the outermost to the innermost: request id and log, security headers, panics, timeout,
//! compression, HTML error pages, request information, cross-site protection, session. Static files and
//! probes pass only those up to the timeout.

use super::{
    csrf, error_page, graphql, headers, health, page, problem::problem_response, request_info, sessions,
    site, state::AppState,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue},
    middleware::{self, Next},
    response::Response,
    routing::get,
};
use penny_types::{Fault, FaultCode, Locale, RequestId};
use std::any::Any;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, DefaultPredicate, Predicate, predicate::SizeAbove},
};
use tracing::Instrument;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The minimum size of a compressed response. A smaller one fits into one packet anyway.
const MIN_COMPRESSED_BYTES: u64 = 1_024;

/// Builds the router of the whole application.
pub fn router(state: AppState) -> Router {
    // Leptos spawns tasks on tokio. An error means that the executor is already set.
    let _ = any_spawner::Executor::init_tokio();
    let routes = Router::new()
        .merge(crate::rest::router())
        .merge(graphql::router())
        .merge(crate::sign_in::router())
        .fallback(page::serve)
        .layer(sessions::layer(state.services.identity.sessions.clone(), &state.config))
        .layer(middleware::from_fn(sessions::render_store_errors))
        .layer(middleware::from_fn_with_state(state.clone(), csrf::reject_cross_site))
        .layer(middleware::from_fn_with_state(state.clone(), request_info::insert_request_info))
        .layer(middleware::from_fn(error_page::render_problems))
        .layer(
            CompressionLayer::new()
                .compress_when(DefaultPredicate::new().and(SizeAbove::new(MIN_COMPRESSED_BYTES))),
        )
        .layer(DefaultBodyLimit::max(state.config.http.body_limit_bytes));
    Router::new()
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .merge(site::router())
        .merge(routes)
        .layer(middleware::from_fn_with_state(state.clone(), apply_timeout))
        .layer(CatchPanicLayer::custom(panic_response))
        .layer(middleware::from_fn_with_state(state.clone(), headers::add_security_headers))
        .layer(middleware::from_fn_with_state(state.clone(), log_request))
        .with_state(state)
}

/// Middleware that assigns a request id and logs one line per request; probes and static files at debug
/// level.
async fn log_request(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let id: RequestId = state.system.new_id();
    request.extensions_mut().insert(id);
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let path = request.uri().path();
    let is_quiet = ["/pkg/", "/static/", "/health", "/ready"].iter().any(|prefix| path.starts_with(prefix));
    // A path may contain a one-time secret, so the route is logged instead.
    let logged_route = route
        .unwrap_or_else(|| if path.starts_with("/auth/") { "/auth/…".to_owned() } else { path.to_owned() });
    let method = request.method().clone();
    let span =
        tracing::info_span!("request", request.id = %id, http.method = %method, http.route = %logged_route);
    let started = std::time::Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, duration_ms) = (response.status().as_u16(), started.elapsed().as_secs_f64() * 1000.0);
    if is_quiet {
        tracing::debug!(parent: &span, http.status = status, duration_ms, "request completed");
    } else {
        tracing::info!(parent: &span, http.status = status, duration_ms, "request completed");
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Middleware that responds with a timeout fault if the response does not start in time. The duration of a
/// streamed body is not limited.
async fn apply_timeout(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let locale = request_info::requested_locale(request.headers());
    match tokio::time::timeout(state.config.http.timeout(), next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("a request timed out");
            problem_response(&Fault::new(FaultCode::Timeout), locale)
        }
    }
}

fn panic_response(cause: Box<dyn Any + Send + 'static>) -> Response {
    let message =
        cause.downcast_ref::<&str>().copied().or_else(|| cause.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = message.unwrap_or("the payload is not text"), "a handler panicked");
    problem_response(&Fault::new(FaultCode::Internal), Locale::En)
}
