//! Signing in and out: the forms of the page, one-time links, OpenID Connect.
//!
//! Each ends in a redirect: to where the person was going, or back to the door with a word that says
//! why. Who may come in is decided in the identity room.

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
use penny_core::{
    fault,
    identity::{Error, SignedIn},
};
use tower_sessions::Session;

/// Returns everything under `/auth`.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/auth/password", post(password::sign_in))
        .route("/auth/link/{secret}", get(page::serve).post(link::sign_in))
        .route("/auth/sign-out", post(sign_out::sign_out))
        .route("/auth/oidc/{provider}/start", get(openid::start))
        .route("/auth/oidc/{provider}/callback", get(openid::callback))
}

/// Gives the browser's session to somebody and leads them on.
async fn welcome(state: &AppState, session: &Session, who: SignedIn, next: Option<&str>) -> Response {
    if let Err(error) = SignedInSession::begin(session, who, page::today(state)).await {
        tracing::error!(error = &error as &dyn std::error::Error, "a session could not be begun");
        return back(Some("unavailable"), next);
    }
    tracing::info!(principal.id = %who.principal, tenant.id = %who.tenant, "somebody signed in");
    Redirect::to(&safe_path(next)).into_response()
}

/// Leads back to the door, with the word for what went wrong.
fn back(error: Option<&str>, next: Option<&str>) -> Response {
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

/// Says in a word of the page's why somebody was not let in.
fn word_for(error: &Error) -> &'static str {
    match error {
        Error::WrongCredentials => "credentials",
        Error::PasswordsOff => "disabled",
        Error::TooManyAttempts { .. } => "rate_limited",
        Error::LinkUnusable => "link",
        Error::AddressTaken | Error::Inactive | Error::NotFound => "unknown_user",
        other => {
            fault::report(other, None, "somebody could not sign in");
            "unavailable"
        }
    }
}
