//! OpenID Connect (Core 1.0, authorisation code flow with PKCE): any provider, several at once.
//!
//! What began in a browser ends in the same one: state, nonce and the PKCE verifier are kept in its
//! session, each used once and for ten minutes. Provider metadata and keys are kept for an hour; an
//! unknown key asks for the keys again, but not more often than every ten seconds.

mod flow;
mod pending;
mod provider;
mod verify;

pub use provider::{Provider, Providers};

use super::{back, safe_path, welcome, word_for};
use crate::web::{AppState, tenant, tenant::Standing};
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Redirect, Response},
};
use pending::Pending;
use serde::Deserialize;
use tower_sessions::Session;

/// Says why a provider's person could not be let in; for the log, not for the browser.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The provider does not answer, or not as the protocol says.
    #[error("the provider cannot be used: {0}")]
    Provider(String),
    /// The answer does not belong to anything this browser began.
    #[error("the answer belongs to nothing this browser began")]
    Unbegun,
    /// The provider says no.
    #[error("the provider answered `{0}`")]
    Refused(String),
    /// The provider's proof does not hold.
    #[error("the provider's proof does not hold: {0}")]
    Unproven(String),
}

impl Error {
    /// Returns the page's word for it.
    const fn word(&self) -> &'static str {
        match self {
            Self::Unbegun => "expired",
            Self::Provider(_) | Self::Refused(_) | Self::Unproven(_) => "provider",
        }
    }
}

/// What may be asked for when starting.
#[derive(Debug, Deserialize)]
pub struct Start {
    next: Option<String>,
}

/// What a provider answers with (RFC 6749, 4.1.2; RFC 9207).
#[derive(Debug, Deserialize)]
pub struct Answer {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Sends the browser to a provider.
pub async fn start(
    State(state): State<AppState>,
    standing: Standing,
    session: Session,
    headers: HeaderMap,
    uri: Uri,
    Path(slug): Path<String>,
    Query(query): Query<Start>,
) -> Response {
    let Some(provider) = state.openid.find(&slug, standing.tenant) else {
        return back(Some("disabled"), query.next.as_deref());
    };
    let next = query.next.map(|next| safe_path(Some(&next)));
    let begun =
        flow::begin(provider, &state.world, &our_address(&state, (&headers, &uri), &slug), next).await;
    match begun {
        Ok((address, pending)) => match pending.keep(&session, &state.world).await {
            Ok(()) => Redirect::to(address.as_str()).into_response(),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a sign-in could not be begun");
                back(Some("unavailable"), None)
            }
        },
        Err(error) => refused(&state, &standing, &slug, &error, None).await,
    }
}

/// Lets in whom a provider sends back.
pub async fn callback(
    State(state): State<AppState>,
    standing: Standing,
    session: Session,
    headers: HeaderMap,
    uri: Uri,
    Path(slug): Path<String>,
    Query(answer): Query<Answer>,
) -> Response {
    let Some(provider) = state.openid.find(&slug, standing.tenant) else {
        return back(Some("disabled"), None);
    };
    let pending = match Pending::take(&session, &slug, answer.state.as_deref(), &state.world).await {
        Ok(pending) => pending,
        Err(error) => return refused(&state, &standing, &slug, &error, None).await,
    };
    let next = pending.next.clone();
    let person = match flow::finish(
        provider,
        &state.world,
        &our_address(&state, (&headers, &uri), &slug),
        answer,
        pending,
    )
    .await
    {
        Ok(person) => person,
        Err(error) => return refused(&state, &standing, &slug, &error, next.as_deref()).await,
    };
    match state.services.identity.sign_in_external(&standing.visitor(&state), &person, provider.rules).await {
        Ok(who) => welcome(&state, &session, who, next.as_deref()).await,
        Err(error) => back(Some(word_for(&error)), next.as_deref()),
    }
}

/// Leads back whom a provider did not let in, and puts it on record. What belongs to nothing that was
/// begun here is nobody's attempt: anybody can send it, as often as they like.
async fn refused(
    state: &AppState,
    standing: &Standing,
    slug: &str,
    error: &Error,
    next: Option<&str>,
) -> Response {
    tracing::warn!(
        provider = slug,
        error = error as &dyn std::error::Error,
        "a sign-in by OpenID Connect failed"
    );
    if matches!(error, Error::Refused(_) | Error::Unproven(_)) {
        let visitor = standing.visitor(state);
        if let Err(error) = state.services.identity.record_external_refusal(&visitor, slug).await {
            tracing::error!(error = &error as &dyn std::error::Error, "a refusal could not be recorded");
        }
    }
    back(Some(error.word()), next)
}

/// Returns where the provider sends the browser back to: the host it is at now, since a session's
/// cookie belongs to one host.
fn our_address(state: &AppState, (headers, uri): (&HeaderMap, &Uri), slug: &str) -> String {
    let http = &state.config.http;
    let scheme = if http.is_https() { "https" } else { "http" };
    let base = match tenant::host(headers, uri, http.trust_forwarded) {
        Some(host) => format!("{scheme}://{host}"),
        None => http.public_base(http.addr),
    };
    format!("{base}/auth/oidc/{slug}/callback")
}
