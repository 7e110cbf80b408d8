//! `POST /auth/password`: signs in by e-mail and password.

use super::{complete_sign_in, error_code, redirect_to_sign_in};
use crate::web::{AppState, ErrorResponse, request_info::RequestInfo};
use axum::{
    Form,
    extract::{FromRequestParts, State, rejection::FormRejection},
    http::{header, request::Parts},
    response::Response,
};
use penny_core::identity::PasswordAttempt;
use penny_kernel::fault::ToFault;
use secrecy::SecretString;
use serde::Deserialize;
use tower_sessions::Session;

#[derive(Debug, Deserialize)]
pub struct PasswordForm {
    email: String,
    password: FormPassword,
    /// The path to open after the sign-in.
    next: Option<String>,
}

/// A password whose `Debug` output hides it.
struct FormPassword(SecretString);

impl std::fmt::Debug for FormPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FormPassword")
    }
}

impl<'de> Deserialize<'de> for FormPassword {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(SecretString::from(text)))
    }
}

/// Signs a user in by e-mail and password.
pub async fn sign_in(
    State(state): State<AppState>,
    info: RequestInfo,
    session: Session,
    form: Result<Form<PasswordForm>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else {
        return redirect_to_sign_in(Some("credentials"), None);
    };
    let attempt = PasswordAttempt { email: form.email, password: form.password.0 };
    match state.services.identity.sign_in_password(&info.anonymous_request(&state), attempt).await {
        Ok(user) => complete_sign_in(&state, &session, user, form.next.as_deref()).await,
        Err(error) => {
            let mut response = redirect_to_sign_in(Some(error_code(&error)), form.next.as_deref());
            if let Some(seconds) = error.to_fault().retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            response
        }
    }
}

impl FromRequestParts<AppState> for RequestInfo {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ErrorResponse> {
        Self::from_parts(parts, state).await
    }
}
