//! All doors on one address, and what every request passes on its way to one.
//!
//! From the outside in: request id, log, headers, panics, time limit, compression, plain pages for
//! people, where the caller stands, cross-site guard, session. Files of the page and the probes need
//! none but the first.

use super::{
    csrf, fault::problem, graphql, headers, health, page, plain, sessions, site, state::AppState, tenant,
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

/// What fits into one packet arrives no sooner for being smaller, and costs the compressor's tables.
const COMPRESSED_FROM: u64 = 1_024;

/// Returns the whole application.
pub fn router(state: AppState) -> Router {
    // Rendering spawns on tokio; who was first to say so does not matter.
    let _ = any_spawner::Executor::init_tokio();
    let known = Router::new()
        .merge(crate::rest::router())
        .merge(graphql::router())
        .merge(crate::sign_in::router())
        .fallback(page::serve)
        .layer(sessions::layer(state.services.identity.sessions.clone(), &state.config))
        .layer(middleware::from_fn(sessions::explain))
        .layer(middleware::from_fn_with_state(state.clone(), csrf::guard))
        .layer(middleware::from_fn_with_state(state.clone(), tenant::stand))
        .layer(middleware::from_fn(plain::for_people))
        .layer(
            CompressionLayer::new()
                .compress_when(DefaultPredicate::new().and(SizeAbove::new(COMPRESSED_FROM))),
        )
        .layer(DefaultBodyLimit::max(state.config.http.body_limit_bytes));
    Router::new()
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .merge(site::router())
        .merge(known)
        .layer(middleware::from_fn_with_state(state.clone(), limit_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(state.clone(), headers::protect))
        .layer(middleware::from_fn_with_state(state.clone(), log))
        .with_state(state)
}

/// Gives each request an id and writes one line about it. Probes and files are not worth a line.
async fn log(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let id: RequestId = state.world.mint();
    request.extensions_mut().insert(id);
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let path = request.uri().path();
    let is_quiet = ["/pkg/", "/static/", "/health", "/ready"].iter().any(|quiet| path.starts_with(quiet));
    // One-time secrets stand in paths of their own: the log knows the route, not the address.
    let shown = route
        .unwrap_or_else(|| if path.starts_with("/auth/") { "/auth/…".to_owned() } else { path.to_owned() });
    let method = request.method().clone();
    let span = tracing::info_span!("request", request.id = %id, http.method = %method, http.route = %shown);
    let began = std::time::Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, millis) = (response.status().as_u16(), began.elapsed().as_secs_f64() * 1000.0);
    if is_quiet {
        tracing::debug!(parent: &span, http.status = status, duration_ms = millis, "answered a request");
    } else {
        tracing::info!(parent: &span, http.status = status, duration_ms = millis, "answered a request");
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Gives up on an answer that does not begin in time. What streams after it began is not limited.
async fn limit_time(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let locale = tenant::asked_locale(request.headers());
    match tokio::time::timeout(state.config.http.timeout(), next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("a request took longer than it may");
            problem(&Fault::new(FaultCode::Timeout), locale)
        }
    }
}

fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let words =
        cause.downcast_ref::<&str>().copied().or_else(|| cause.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = words.unwrap_or("of another kind"), "a handler panicked");
    problem(&Fault::new(FaultCode::Internal), Locale::En)
}
