//! `POST /auth/sign-out`: ends the session.

use crate::web::{
    AppState, problem_response,
    request_info::RequestInfo,
    sessions::{SECURE_COOKIE, SignedInSession},
};
use axum::{
    extract::State,
    http::header,
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use penny_types::{Fault, FaultCode};
use tower_sessions::Session;

/// Ends the browser's session.
pub async fn sign_out(State(state): State<AppState>, info: RequestInfo, session: Session) -> Response {
    let user = SignedInSession::read(&session).await.ok().flatten();
    if let Err(error) = session.flush().await {
        tracing::error!(error = &error as &dyn std::error::Error, "a session could not be ended");
        // The user must learn that they are still signed in, for example on a shared computer.
        return problem_response(&Fault::new(FaultCode::Unavailable).retry_after(1), info.locale);
    }
    if let Some(user) = user
        && let Err(error) =
            state.services.identity.record_sign_out(&info.anonymous_request(&state), user).await
    {
        tracing::error!(error = &error as &dyn std::error::Error, "a sign-out could not be recorded");
    }
    let redirect = Redirect::to("/sign-in?done=signed_out");
    if !state.config.http.is_https() {
        return redirect.into_response();
    }
    // Browsers accept a change of a `__Host-` cookie only with the attributes it was set with.
    let expired_cookie = format!("{SECURE_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    (AppendHeaders([(header::SET_COOKIE, expired_cookie)]), redirect).into_response()
}
