//! Browser sessions: stored by the identity domain, managed by tower-sessions.

use async_trait::async_trait;
use axum::{
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::Response,
};
use chrono::{DateTime, TimeDelta};
use penny_core::identity::{Sessions, SignedIn, StoredSession};
use penny_types::{Fault, FaultCode, PrincipalId, TenantId};
use serde::{Deserialize, Serialize};
use tower_sessions::{
    Expiry, Session, SessionManagerLayer, SessionStore,
    cookie::{
        SameSite,
        time::{Duration, OffsetDateTime},
    },
    session::{Id, Record},
    session_store::{Error, Result},
};

use super::problem::problem_response;
use super::request_info::requested_locale;
use crate::config::Config;

/// The session key of [`SignedInSession`].
const SIGNED_IN_KEY: &str = "who";
/// The lifetime of a session without a signed-in user. It holds sign-ins in progress, and anyone can create one.
pub(crate) const ANONYMOUS_LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// Middleware that renders an error of the session store, for which the session layer responds 500 without a
/// body, as an `unavailable` problem.
pub async fn render_store_errors(request: Request, next: Next) -> Response {
    let locale = requested_locale(request.headers());
    let response = next.run(request).await;
    let is_store_error = response.status() == StatusCode::INTERNAL_SERVER_ERROR
        && !response.headers().contains_key(header::CONTENT_TYPE);
    if is_store_error {
        problem_response(&Fault::new(FaultCode::Unavailable).retry_after(1), locale)
    } else {
        response
    }
}

/// The signed-in user of a session, as stored in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedInSession {
    tenant: TenantId,
    principal: PrincipalId,
    /// The day number of the last write; the session's expiry is extended once a day.
    day: i64,
}

impl SignedInSession {
    /// Returns the session's user, if one is signed in.
    ///
    /// # Errors
    /// Returns an error if the session cannot be loaded.
    pub async fn read(
        session: &Session,
    ) -> std::result::Result<Option<SignedIn>, tower_sessions::session::Error> {
        let stored = session.get::<Self>(SIGNED_IN_KEY).await?;
        Ok(stored.map(|stored| SignedIn { tenant: stored.tenant, principal: stored.principal }))
    }

    /// Signs a user in to the session. Clears its data and changes its id, against session fixation.
    ///
    /// # Errors
    /// Returns an error if the session cannot be stored.
    pub async fn start(
        session: &Session,
        user: SignedIn,
        today: i64,
    ) -> std::result::Result<(), tower_sessions::session::Error> {
        session.clear().await;
        session.cycle_id().await?;
        session
            .insert(SIGNED_IN_KEY, Self { tenant: user.tenant, principal: user.principal, day: today })
            .await
    }

    /// Extends the session's lifetime, at most once a day.
    ///
    /// # Errors
    /// Returns an error if the session cannot be loaded.
    pub async fn keep_alive(
        session: &Session,
        today: i64,
    ) -> std::result::Result<(), tower_sessions::session::Error> {
        match session.get::<Self>(SIGNED_IN_KEY).await? {
            Some(mut stored) if stored.day != today => {
                stored.day = today;
                session.insert(SIGNED_IN_KEY, stored).await
            }
            _ => Ok(()),
        }
    }
}

/// The cookie's name under https: the prefix binds it to this host and to https (RFC 6265bis, 4.1.3.2).
pub(crate) const SECURE_COOKIE: &str = "__Host-penny";

/// Builds the layer that loads and stores the session of the cookie.
#[must_use]
pub fn layer(sessions: Sessions, config: &Config) -> SessionManagerLayer<IdentitySessionStore> {
    let is_https = config.http.is_https();
    let name = if is_https { SECURE_COOKIE } else { "penny_session" };
    let seconds = i64::try_from(config.auth.session_lifetime().as_secs()).unwrap_or(i64::MAX);
    SessionManagerLayer::new(IdentitySessionStore(sessions))
        .with_name(name)
        .with_secure(is_https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::seconds(seconds)))
}

/// Adapts the identity domain's sessions to tower-sessions.
#[derive(Debug, Clone)]
pub struct IdentitySessionStore(Sessions);

#[async_trait]
impl SessionStore for IdentitySessionStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        while self.0.find(&key(record.id)).await.map_err(backend)?.is_some() {
            record.id = Id::default();
        }
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let user = record.data.get(SIGNED_IN_KEY).cloned().map(serde_json::from_value::<SignedInSession>);
        let user = user.transpose().map_err(|error| Error::Encode(error.to_string()))?;
        let data = serde_json::to_vec(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        let expires_at = DateTime::from_timestamp(record.expiry_date.unix_timestamp(), 0)
            .ok_or_else(|| Error::Encode("the expiry of a session is out of range".to_owned()))?;
        let anonymous_expiry = user.is_none().then(|| self.0.system().now() + ANONYMOUS_LIFETIME);
        let stored = StoredSession {
            tenant: user.map(|user| user.tenant),
            principal: user.map(|user| user.principal),
            data,
            expires_at: anonymous_expiry.map_or(expires_at, |expiry| expires_at.min(expiry)),
        };
        self.0.save(&key(record.id), stored).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(stored) = self.0.find(&key(*id)).await.map_err(backend)? else {
            return Ok(None);
        };
        let data = serde_json::from_slice(&stored.data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(stored.expires_at.timestamp())
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.delete(&key(*id)).await.map_err(backend)
    }
}

fn key(id: Id) -> [u8; 16] {
    id.0.to_be_bytes()
}

fn backend(error: penny_core::identity::IdentityError) -> Error {
    Error::Backend(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    /// Sessions are stored and their cookies are in browsers: a change of any value here signs every user out.
    #[test]
    fn a_session_keeps_its_key_and_its_content() {
        let id: Id = "EA8ODQwLCgkIBwYFBAMCAQ".parse().unwrap();
        assert_eq!(key(id).to_vec(), (1..=16).collect::<Vec<u8>>());

        let stored = json!({
            "tenant": "ten_00000000000000000000000001",
            "principal": "prn_00000000000000000000000002",
            "day": 20_782
        });
        let who = SignedInSession {
            tenant: TenantId(Uuid::from_u128(1)),
            principal: PrincipalId(Uuid::from_u128(2)),
            day: 20_782,
        };
        assert_eq!(SIGNED_IN_KEY, "who");
        assert_eq!(serde_json::to_value(who).unwrap(), stored);
        assert_eq!(serde_json::from_value::<SignedInSession>(stored).unwrap(), who);
    }
}
