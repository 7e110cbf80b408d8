//! From a request to a [`Ctx`]: a bearer token or the page's session cookie.
//!
//! Handlers take [`Caller`] and need know no more. A cookie counts only when the request comes from
//! our own page: see [`super::csrf`].

use super::{fault::problem, sessions::SignedInSession, state::AppState, tenant::Standing};
use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
    response::{IntoResponse, Response},
};
use penny_core::{
    ctx::{Ctx, Via},
    fault::{self, ToFault},
};
use penny_types::{Fault, FaultCode, Locale};
use penny_words::keys;
use secrecy::SecretString;
use tower_sessions::Session;

/// Who calls, authenticated: `async fn handler(Caller(ctx): Caller, ..)`.
#[derive(Debug, Clone)]
pub struct Caller(pub Ctx);

/// Says why nobody is let in, in the visitor's language.
#[derive(Debug)]
pub struct Refusal {
    fault: Fault,
    locale: Locale,
}

impl Refusal {
    /// Refuses with a fault.
    #[must_use]
    pub const fn new(fault: Fault, locale: Locale) -> Self {
        Self { fault, locale }
    }

    /// Returns the fault and the language, for doors that do not speak problem+json.
    #[must_use]
    pub fn into_parts(self) -> (Fault, Locale) {
        (self.fault, self.locale)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let is_unauthenticated = self.fault.code == FaultCode::Unauthenticated;
        let mut response = problem(&self.fault, self.locale);
        if is_unauthenticated {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        authenticate(parts, state).await.map(Self)
    }
}

/// Says which door a path belongs to, for requests that carry a token.
fn door(path: &str) -> Via {
    if path.starts_with("/graphql") { Via::Graphql } else { Via::Rest }
}

/// Finds out who sent a request.
///
/// # Errors
/// `unauthenticated` when nobody is signed in or the token is wrong; whatever the database says.
pub async fn authenticate(parts: &mut Parts, state: &AppState) -> Result<Ctx, Refusal> {
    let standing = Standing::of(parts, state).await?;
    let locale = standing.locale;
    if parts.headers.contains_key(header::AUTHORIZATION) {
        // Whoever sends credentials is judged by them, never by a cookie beside them.
        let wrong =
            || Refusal::new(Fault::keyed(FaultCode::Unauthenticated, keys::IDENTITY_TOKEN_UNUSABLE), locale);
        let token = bearer(parts).ok_or_else(wrong)?;
        let via = door(parts.uri.path());
        let asked = standing.is_locale_asked.then_some(locale);
        return by_token(state, &token, via, asked, locale)
            .await
            .map(|ctx| Ctx { request: standing.request, ..ctx });
    }
    let Some(session) = parts.extensions.get::<Session>().cloned() else {
        return Err(Refusal::new(FaultCode::Unauthenticated.into(), locale));
    };
    by_session(state, &session, &standing).await
}

/// Authenticates by token alone; also for sockets, whose token comes in the first message. `asked` is
/// the language the request asks for, `locale` the one to refuse in.
///
/// # Errors
/// `unauthenticated` when the token is wrong, expired or revoked.
pub async fn by_token(
    state: &AppState,
    token: &SecretString,
    via: Via,
    asked: Option<Locale>,
    locale: Locale,
) -> Result<Ctx, Refusal> {
    let found = state.services.identity.authenticate_token(&state.world, token, via, asked).await;
    found.map_err(|error| refuse(&error, locale))
}

/// Refuses with a room's error; logs it when the fault is not the caller's.
pub(crate) fn refuse(error: &impl ToFault, locale: Locale) -> Refusal {
    Refusal::new(fault::report(error, None, "a caller could not be identified"), locale)
}

/// Authenticates by the session's cookie. A cookie of another tenant's host proves nothing here.
async fn by_session(state: &AppState, session: &Session, standing: &Standing) -> Result<Ctx, Refusal> {
    let locale = standing.locale;
    let signed_in = SignedInSession::read(session).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a session could not be read");
        Refusal::new(FaultCode::Unavailable.into(), locale)
    })?;
    let who = signed_in
        .filter(|who| who.tenant == standing.tenant)
        .ok_or_else(|| Refusal::new(FaultCode::Unauthenticated.into(), locale))?;
    let ctx = state.services.identity.ctx_for(&state.world, who, Via::Web, None).await;
    ctx.map(|ctx| Ctx { request: standing.request, ..ctx }).map_err(|error| refuse(&error, locale))
}

/// Returns the bearer token of a request (RFC 6750, 2.1).
fn bearer(parts: &Parts) -> Option<SecretString> {
    parts.headers.get(header::AUTHORIZATION)?.to_str().ok().and_then(token_in)
}

/// Reads the token out of an `Authorization` value; `None` when it holds another scheme, or nothing that
/// could be a token.
pub(crate) fn token_in(value: &str) -> Option<SecretString> {
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    (scheme.eq_ignore_ascii_case("bearer") && is_token).then(|| SecretString::from(token.to_owned()))
}
