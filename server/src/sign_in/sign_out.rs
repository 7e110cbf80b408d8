//! `POST /auth/sign-out`

use crate::web::{
    AppState, problem,
    sessions::{SECURE_COOKIE, SignedInSession},
    tenant::Standing,
};
use axum::{
    extract::State,
    http::header,
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use penny_types::{Fault, FaultCode};
use tower_sessions::Session;

/// Ends the browser's session.
pub async fn sign_out(State(state): State<AppState>, standing: Standing, session: Session) -> Response {
    let who = SignedInSession::read(&session).await.ok().flatten();
    if let Err(error) = session.flush().await {
        tracing::error!(error = &error as &dyn std::error::Error, "a session could not be ended");
        // Whoever leaves a shared machine has to know that they have not left.
        return problem(&Fault::new(FaultCode::Unavailable).retry_after(1), standing.locale);
    }
    if let Some(who) = who
        && let Err(error) = state.services.identity.record_sign_out(&standing.visitor(&state), who).await
    {
        tracing::error!(error = &error as &dyn std::error::Error, "a sign-out could not be recorded");
    }
    let redirect = Redirect::to("/sign-in?done=signed_out");
    if !state.config.http.is_https() {
        return redirect.into_response();
    }
    // Browsers take a change of a `__Host-` cookie only with the attributes it was made with.
    let gone = format!("{SECURE_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    (AppendHeaders([(header::SET_COOKIE, gone)]), redirect).into_response()
}
