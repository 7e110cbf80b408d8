//! OpenID Connect (Core 1.0, authorisation code flow with PKCE), with any number of providers.
//!
//! State, nonce and the PKCE verifier are stored in the browser's session; each can be used once, within ten
//! minutes. Provider metadata and keys are cached for an hour; an unknown key causes the keys to be fetched
//! again, but at most every ten seconds.

mod flow;
mod pending;
mod provider;
mod verify;

pub use provider::{OpenIdProvider, OpenIdProviders};

use super::{complete_sign_in, error_code, redirect_to_sign_in, safe_path};
use crate::web::{
    AppState,
    request_info::{self, RequestInfo},
};
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Redirect, Response},
};
use pending::PendingSignIn;
use serde::Deserialize;
use tower_sessions::Session;

/// The reason why a sign-in failed; for the log, not for the browser.
#[derive(Debug, thiserror::Error)]
pub enum OpenIdError {
    /// The provider does not respond, or violates the protocol.
    #[error("the provider cannot be used: {0}")]
    Provider(String),
    /// The callback matches no pending sign-in of this browser.
    #[error("the callback matches no pending sign-in of this browser")]
    NoPendingSignIn,
    /// The provider denied the sign-in; with its error code.
    #[error("the provider denied the sign-in: `{0}`")]
    Denied(String),
    /// The ID token or the callback's issuer is invalid.
    #[error("the ID token or the callback is invalid: {0}")]
    InvalidIdToken(String),
}

impl OpenIdError {
    /// Returns the sign-in page's code for the error.
    const fn code(&self) -> &'static str {
        match self {
            Self::NoPendingSignIn => "expired",
            Self::Provider(_) | Self::Denied(_) | Self::InvalidIdToken(_) => "provider",
        }
    }
}

#[derive(Debug, Deserialize)]
pub struct StartQuery {
    /// The path to open after the sign-in.
    next: Option<String>,
}

/// The query of the provider's redirect (RFC 6749, 4.1.2; RFC 9207).
#[derive(Debug, Deserialize)]
pub struct CallbackQuery {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Redirects the browser to a provider.
pub async fn start(
    State(state): State<AppState>,
    info: RequestInfo,
    session: Session,
    headers: HeaderMap,
    uri: Uri,
    Path(slug): Path<String>,
    Query(query): Query<StartQuery>,
) -> Response {
    let Some(provider) = state.openid.find(&slug, info.tenant) else {
        return redirect_to_sign_in(Some("disabled"), query.next.as_deref());
    };
    let next = query.next.map(|next| safe_path(Some(&next)));
    let started =
        flow::start(provider, &state.system, &callback_url(&state, (&headers, &uri), &slug), next).await;
    match started {
        Ok((url, pending)) => match pending.store(&session, &state.system).await {
            Ok(()) => Redirect::to(url.as_str()).into_response(),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a sign-in could not be started");
                redirect_to_sign_in(Some("unavailable"), None)
            }
        },
        Err(error) => fail(&state, &info, &slug, &error, None).await,
    }
}

/// Signs a user in after the provider's redirect.
pub async fn callback(
    State(state): State<AppState>,
    info: RequestInfo,
    session: Session,
    headers: HeaderMap,
    uri: Uri,
    Path(slug): Path<String>,
    Query(query): Query<CallbackQuery>,
) -> Response {
    let Some(provider) = state.openid.find(&slug, info.tenant) else {
        return redirect_to_sign_in(Some("disabled"), None);
    };
    let pending = match PendingSignIn::take(&session, &slug, query.state.as_deref(), &state.system).await {
        Ok(pending) => pending,
        Err(error) => return fail(&state, &info, &slug, &error, None).await,
    };
    let next = pending.next.clone();
    let user = match flow::finish(
        provider,
        &state.system,
        &callback_url(&state, (&headers, &uri), &slug),
        query,
        pending,
    )
    .await
    {
        Ok(user) => user,
        Err(error) => return fail(&state, &info, &slug, &error, next.as_deref()).await,
    };
    match state
        .services
        .identity
        .sign_in_external(&info.anonymous_request(&state), &user, provider.options)
        .await
    {
        Ok(user) => complete_sign_in(&state, &session, user, next.as_deref()).await,
        Err(error) => redirect_to_sign_in(Some(error_code(&error)), next.as_deref()),
    }
}

/// Logs a failed sign-in, records it in the audit trail and redirects to the sign-in page.
///
/// A callback without a pending sign-in is not recorded: anyone can send one, any number of times.
async fn fail(
    state: &AppState,
    info: &RequestInfo,
    slug: &str,
    error: &OpenIdError,
    next: Option<&str>,
) -> Response {
    tracing::warn!(
        provider = slug,
        error = error as &dyn std::error::Error,
        "a sign-in by OpenID Connect failed"
    );
    if matches!(error, OpenIdError::Denied(_) | OpenIdError::InvalidIdToken(_)) {
        let request = info.anonymous_request(state);
        if let Err(error) = state.services.identity.record_external_denial(&request, slug).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a failed sign-in could not be recorded"
            );
        }
    }
    redirect_to_sign_in(Some(error.code()), next)
}

/// Returns the redirect URI: on the requested host, because the session cookie belongs to that host.
fn callback_url(state: &AppState, (headers, uri): (&HeaderMap, &Uri), slug: &str) -> String {
    let http = &state.config.http;
    let scheme = if http.is_https() { "https" } else { "http" };
    let base_url = match request_info::host(headers, uri, http.trust_forwarded) {
        Some(host) => format!("{scheme}://{host}"),
        None => http.public_base_url(http.addr),
    };
    format!("{base_url}/auth/oidc/{slug}/callback")
}
