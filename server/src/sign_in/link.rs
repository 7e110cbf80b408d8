//! `POST /auth/link/{secret}`: signs in by a one-time link. `GET` only shows a confirmation page, because mail
//! scanners open links too.

use super::{complete_sign_in, error_code, redirect_to_sign_in};
use crate::web::{AppState, request_info::RequestInfo};
use axum::{
    extract::{Path, State},
    response::Response,
};
use secrecy::{ExposeSecret, SecretString};
use tower_sessions::Session;

/// Returns the URL of a one-time link.
pub(crate) fn url(base_url: &str, secret: &SecretString) -> SecretString {
    format!("{}/auth/link/{}", base_url.trim_end_matches('/'), secret.expose_secret()).into()
}

/// Signs a user in by a one-time link.
pub async fn sign_in(
    State(state): State<AppState>,
    info: RequestInfo,
    session: Session,
    Path(secret): Path<String>,
) -> Response {
    let secret = SecretString::from(secret);
    match state.services.identity.consume_link(&info.anonymous_request(&state), &secret).await {
        Ok(user) => complete_sign_in(&state, &session, user, None).await,
        Err(error) => redirect_to_sign_in(Some(error_code(&error)), None),
    }
}
