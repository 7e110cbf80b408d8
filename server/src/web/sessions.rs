//! Browsers' sessions: kept by the identity room, carried by tower-sessions.

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

use super::fault::problem;
use super::tenant::asked_locale;
use crate::config::Config;

const WHO: &str = "who";
/// How long a session lasts to which nobody is signed in: it holds what was begun at a provider, and is
/// anybody's to make.
pub(crate) const UNCLAIMED: TimeDelta = TimeDelta::minutes(10);

/// Puts words to a session that could not be stored, which the layer below answers without any.
pub async fn explain(request: Request, next: Next) -> Response {
    let locale = asked_locale(request.headers());
    let response = next.run(request).await;
    let is_bare = response.status() == StatusCode::INTERNAL_SERVER_ERROR
        && !response.headers().contains_key(header::CONTENT_TYPE);
    if is_bare { problem(&Fault::new(FaultCode::Unavailable).retry_after(1), locale) } else { response }
}

/// Who a session belongs to, as it is written in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedInSession {
    tenant: TenantId,
    principal: PrincipalId,
    /// The day it was last written, to push its end back once a day.
    day: i64,
}

impl SignedInSession {
    /// Returns who the session belongs to, if anybody.
    ///
    /// # Errors
    /// When the session cannot be loaded.
    pub async fn read(
        session: &Session,
    ) -> std::result::Result<Option<SignedIn>, tower_sessions::session::Error> {
        let found = session.get::<Self>(WHO).await?;
        Ok(found.map(|found| SignedIn { tenant: found.tenant, principal: found.principal }))
    }

    /// Gives the session to somebody. Its id changes, so that one planted before is worth nothing,
    /// and what it held before is gone.
    ///
    /// # Errors
    /// When the session cannot be stored.
    pub async fn begin(
        session: &Session,
        who: SignedIn,
        today: i64,
    ) -> std::result::Result<(), tower_sessions::session::Error> {
        session.clear().await;
        session.cycle_id().await?;
        session.insert(WHO, Self { tenant: who.tenant, principal: who.principal, day: today }).await
    }

    /// Pushes the session's end back, once a day.
    ///
    /// # Errors
    /// When the session cannot be loaded.
    pub async fn keep_alive(
        session: &Session,
        today: i64,
    ) -> std::result::Result<(), tower_sessions::session::Error> {
        match session.get::<Self>(WHO).await? {
            Some(mut found) if found.day != today => {
                found.day = today;
                session.insert(WHO, found).await
            }
            _ => Ok(()),
        }
    }
}

/// The cookie's name under https: the prefix binds it to this host and to https (RFC 6265bis, 4.1.3.2).
pub(crate) const SECURE_COOKIE: &str = "__Host-penny";

/// Makes the layer that reads and writes the session's cookie.
#[must_use]
pub fn layer(sessions: Sessions, config: &Config) -> SessionManagerLayer<Store> {
    let is_https = config.http.is_https();
    let name = if is_https { SECURE_COOKIE } else { "penny_session" };
    let seconds = i64::try_from(config.auth.session_lifetime().as_secs()).unwrap_or(i64::MAX);
    SessionManagerLayer::new(Store(sessions))
        .with_name(name)
        .with_secure(is_https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::seconds(seconds)))
}

/// The identity room's sessions, as tower-sessions wants them.
#[derive(Debug, Clone)]
pub struct Store(Sessions);

#[async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> Result<()> {
        while self.0.find(&key(record.id)).await.map_err(backend)?.is_some() {
            record.id = Id::default();
        }
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let who = record.data.get(WHO).cloned().map(serde_json::from_value::<SignedInSession>);
        let who = who.transpose().map_err(|error| Error::Encode(error.to_string()))?;
        let data = serde_json::to_vec(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        let expires_at = DateTime::from_timestamp(record.expiry_date.unix_timestamp(), 0)
            .ok_or_else(|| Error::Encode("the end of a session is out of range".to_owned()))?;
        let unclaimed = who.is_none().then(|| self.0.world().now() + UNCLAIMED);
        let stored = StoredSession {
            tenant: who.map(|who| who.tenant),
            principal: who.map(|who| who.principal),
            data,
            expires_at: unclaimed.map_or(expires_at, |unclaimed| expires_at.min(unclaimed)),
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
        self.0.end(&key(*id)).await.map_err(backend)
    }
}

fn key(id: Id) -> [u8; 16] {
    id.0.to_be_bytes()
}

fn backend(error: penny_core::identity::Error) -> Error {
    Error::Backend(error.to_string())
}
