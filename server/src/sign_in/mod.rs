//! Sign-in and sign-out: by password, one-time link and OpenID Connect.
//!
//! Each endpoint ends in a redirect: to the page requested before the sign-in, or to the sign-in page with an
//! error code. The identity domain decides who may sign in.

pub(crate) mod link;
pub mod openid;
mod password;
mod safe_path;
mod sign_out;

pub use safe_path::safe_path;

use crate::web::{AppState, page, sessions::SignedInSession};
use axum::{
    Router,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use penny_core::identity::{IdentityError, SignedIn};
use penny_kernel::fault;
use tower_sessions::Session;

/// Returns all routes under `/auth`.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/auth/password", post(password::sign_in))
        .route("/auth/link/{secret}", get(page::serve).post(link::sign_in))
        .route("/auth/sign-out", post(sign_out::sign_out))
        .route("/auth/oidc/{provider}/start", get(openid::start))
        .route("/auth/oidc/{provider}/callback", get(openid::callback))
}

/// Starts the user's session and redirects to `next`.
async fn complete_sign_in(
    state: &AppState,
    session: &Session,
    user: SignedIn,
    next: Option<&str>,
) -> Response {
    if let Err(error) = SignedInSession::start(session, user, page::day_number(state)).await {
        tracing::error!(error = &error as &dyn std::error::Error, "a session could not be started");
        return redirect_to_sign_in(Some("unavailable"), next);
    }
    tracing::info!(principal.id = %user.principal, tenant.id = %user.tenant, "a user signed in");
    Redirect::to(&safe_path(next)).into_response()
}

/// Redirects to the sign-in page with an error code.
fn redirect_to_sign_in(error: Option<&str>, next: Option<&str>) -> Response {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(error) = error {
        query.append_pair("error", error);
    }
    let next = safe_path(next);
    if next != "/" {
        query.append_pair("next", &next);
    }
    Redirect::to(&format!("/sign-in?{}", query.finish())).into_response()
}

/// Returns the sign-in page's code for an error.
fn error_code(error: &IdentityError) -> &'static str {
    match error {
        IdentityError::WrongCredentials => "credentials",
        IdentityError::PasswordsDisabled => "disabled",
        IdentityError::TooManyAttempts { .. } => "rate_limited",
        IdentityError::InvalidLink => "link",
        IdentityError::AddressTaken | IdentityError::Inactive | IdentityError::NotFound => "unknown_user",
        other => {
            fault::report(other, None, "a user could not sign in");
            "unavailable"
        }
    }
}
