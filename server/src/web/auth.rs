//! Authentication of requests by bearer token or session cookie, which yields a [`Ctx`].
//!
//! Handlers take the extractor [`Caller`]. Cookies are accepted only for requests from our own page;
//! [`super::csrf`] rejects others.

use super::{
    problem::problem_response, request_info::RequestInfo, sessions::SignedInSession, state::AppState,
};
use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
    response::{IntoResponse, Response},
};
use penny_i18n::keys;
use penny_kernel::{
    ctx::{Ctx, Transport},
    fault::{self, ToFault},
};
use penny_types::{Fault, FaultCode, Locale};
use secrecy::SecretString;
use tower_sessions::Session;

/// Extractor of the authenticated caller: `async fn handler(Caller(ctx): Caller, ..)`.
#[derive(Debug, Clone)]
pub struct Caller(pub Ctx);

/// An error response: a fault, rendered as `application/problem+json` in the caller's language.
#[derive(Debug)]
pub struct ErrorResponse {
    fault: Fault,
    locale: Locale,
}

impl ErrorResponse {
    #[must_use]
    pub const fn new(fault: Fault, locale: Locale) -> Self {
        Self { fault, locale }
    }

    /// Returns the fault and the locale, for transports that do not use problem+json.
    #[must_use]
    pub fn into_parts(self) -> (Fault, Locale) {
        (self.fault, self.locale)
    }
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        let is_unauthenticated = self.fault.code == FaultCode::Unauthenticated;
        let mut response = problem_response(&self.fault, self.locale);
        if is_unauthenticated {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ErrorResponse> {
        authenticate(parts, state).await.map(Self)
    }
}

/// Returns the transport of a request with a token.
fn transport_of(path: &str) -> Transport {
    if path.starts_with("/graphql") { Transport::Graphql } else { Transport::Rest }
}

/// Authenticates a request. An `Authorization` header takes precedence over a cookie, even if it is invalid.
///
/// # Errors
/// Returns `unauthenticated` without a signed-in session or a valid token, and the fault of a database
/// error.
pub async fn authenticate(parts: &mut Parts, state: &AppState) -> Result<Ctx, ErrorResponse> {
    let info = RequestInfo::from_parts(parts, state).await?;
    let locale = info.locale;
    if parts.headers.contains_key(header::AUTHORIZATION) {
        let unusable = || {
            ErrorResponse::new(
                Fault::with_message(FaultCode::Unauthenticated, keys::IDENTITY_TOKEN_UNUSABLE),
                locale,
            )
        };
        let token = bearer_token(parts).ok_or_else(unusable)?;
        let transport = transport_of(parts.uri.path());
        let requested = info.has_requested_locale.then_some(locale);
        return authenticate_token(state, &token, transport, requested, locale)
            .await
            .map(|ctx| ctx.with_request_id(info.request_id));
    }
    let Some(session) = parts.extensions.get::<Session>().cloned() else {
        return Err(ErrorResponse::new(FaultCode::Unauthenticated.into(), locale));
    };
    authenticate_session(state, &session, &info).await
}

/// Authenticates by a token alone; also for sockets, whose token arrives in the first message. `requested`
/// is the locale requested for the context, `locale` that of an error response.
///
/// # Errors
/// Returns `unauthenticated` if the token is unknown, expired or revoked.
pub async fn authenticate_token(
    state: &AppState,
    token: &SecretString,
    transport: Transport,
    requested: Option<Locale>,
    locale: Locale,
) -> Result<Ctx, ErrorResponse> {
    let ctx = state.services.identity.authenticate_token(&state.system, token, transport, requested).await;
    ctx.map_err(|error| error_response(&error, locale))
}

/// Converts a service's error into a response; logs it if it is not the caller's fault.
fn error_response(error: &impl ToFault, locale: Locale) -> ErrorResponse {
    ErrorResponse::new(fault::report(error, None, "a caller could not be authenticated"), locale)
}

/// Authenticates by the session cookie. A session of another tenant than the host's is not accepted.
async fn authenticate_session(
    state: &AppState,
    session: &Session,
    info: &RequestInfo,
) -> Result<Ctx, ErrorResponse> {
    let locale = info.locale;
    let signed_in = SignedInSession::read(session).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a session could not be read");
        ErrorResponse::new(FaultCode::Unavailable.into(), locale)
    })?;
    let who = signed_in
        .filter(|who| who.tenant == info.tenant)
        .ok_or_else(|| ErrorResponse::new(FaultCode::Unauthenticated.into(), locale))?;
    let ctx = state.services.identity.ctx_for(who, Transport::Web, None).await;
    ctx.map(|ctx| ctx.with_request_id(info.request_id)).map_err(|error| error_response(&error, locale))
}

/// Returns the bearer token of a request (RFC 6750, 2.1).
fn bearer_token(parts: &Parts) -> Option<SecretString> {
    parts.headers.get(header::AUTHORIZATION)?.to_str().ok().and_then(token_in)
}

/// Parses the bearer token of an `Authorization` value; `None` for another scheme or an invalid token.
pub(crate) fn token_in(value: &str) -> Option<SecretString> {
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    (scheme.eq_ignore_ascii_case("bearer") && is_token).then(|| SecretString::from(token.to_owned()))
}
