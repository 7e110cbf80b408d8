//! `POST /auth/password`

use super::{back, welcome, word_for};
use crate::web::{AppState, Refusal, tenant::Standing};
use axum::{
    Form,
    extract::{FromRequestParts, State, rejection::FormRejection},
    http::{header, request::Parts},
    response::Response,
};
use penny_core::{fault::ToFault, identity::PasswordAttempt};
use secrecy::SecretString;
use serde::Deserialize;
use tower_sessions::Session;

/// The fields of the form.
#[derive(Debug, Deserialize)]
pub struct Fields {
    email: String,
    password: SecretText,
    next: Option<String>,
}

/// A password as typed, never printed.
struct SecretText(SecretString);

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretText")
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(SecretString::from(text)))
    }
}

/// Signs somebody in by e-mail and password.
pub async fn sign_in(
    State(state): State<AppState>,
    standing: Standing,
    session: Session,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Ok(Form(fields)) = form else {
        return back(Some("credentials"), None);
    };
    let attempt = PasswordAttempt { email: fields.email, password: fields.password.0 };
    match state.services.identity.sign_in_password(&standing.visitor(&state), attempt).await {
        Ok(who) => welcome(&state, &session, who, fields.next.as_deref()).await,
        Err(error) => {
            let mut answer = back(Some(word_for(&error)), fields.next.as_deref());
            if let Some(seconds) = error.to_fault().retry_after {
                answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            answer
        }
    }
}

impl FromRequestParts<AppState> for Standing {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        Self::of(parts, state).await
    }
}
