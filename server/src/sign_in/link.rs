//! `POST /auth/link/{secret}`: uses a one-time link up. Opening the link only shows a page that asks,
//! since mail scanners open links too.

use super::{back, welcome, word_for};
use crate::web::{AppState, tenant::Standing};
use axum::{
    extract::{Path, State},
    response::Response,
};
use secrecy::{ExposeSecret, SecretString};
use tower_sessions::Session;

/// Returns the address that uses a one-time secret, under the address people reach this server by.
pub(crate) fn address(base: &str, secret: &SecretString) -> SecretString {
    format!("{}/auth/link/{}", base.trim_end_matches('/'), secret.expose_secret()).into()
}

/// Signs somebody in by a one-time link.
pub async fn sign_in(
    State(state): State<AppState>,
    standing: Standing,
    session: Session,
    Path(secret): Path<String>,
) -> Response {
    let secret = SecretString::from(secret);
    match state.services.identity.consume_link(&standing.visitor(&state), &secret).await {
        Ok(who) => welcome(&state, &session, who, None).await,
        Err(error) => back(Some(word_for(&error)), None),
    }
}
