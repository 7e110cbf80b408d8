//! Sign-ins that were started in a browser and are not finished yet, stored in its session.

use super::OpenIdError;
use crate::web::sessions::ANONYMOUS_LIFETIME;
use chrono::{DateTime, Utc};
use penny_kernel::ctx::SystemPorts;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

/// The session key of the pending sign-ins.
const SESSION_KEY: &str = "openid";
/// The maximum number of pending sign-ins per browser, for several tabs. The oldest is dropped.
const MAX_PENDING: usize = 5;

/// A pending sign-in, as stored in the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingSignIn {
    /// The provider's slug.
    pub provider: String,
    /// The `state` that the callback must contain (RFC 6749, 10.12).
    pub state: String,
    /// The nonce that the ID token must contain.
    pub nonce: String,
    /// The PKCE code verifier (RFC 7636).
    pub verifier: String,
    /// The path to open after the sign-in.
    pub next: Option<String>,
    #[serde(rename = "begun_at")]
    pub started_at: DateTime<Utc>,
}

impl PendingSignIn {
    /// Stores the sign-in in the session.
    pub async fn store(
        self,
        session: &Session,
        system: &SystemPorts,
    ) -> Result<(), tower_sessions::session::Error> {
        let mut all = read(session, system).await?;
        if all.len() >= MAX_PENDING {
            all.remove(0);
        }
        all.push(self);
        session.insert(SESSION_KEY, all).await
    }

    /// Removes and returns the sign-in that matches a callback. Each can be used only once.
    pub async fn take(
        session: &Session,
        provider: &str,
        state: Option<&str>,
        system: &SystemPorts,
    ) -> Result<Self, OpenIdError> {
        let unreadable = |error: tower_sessions::session::Error| OpenIdError::Provider(error.to_string());
        let mut all = read(session, system).await.map_err(unreadable)?;
        let state = state.ok_or(OpenIdError::NoPendingSignIn)?;
        let index = all
            .iter()
            .position(|pending| pending.provider == provider && constant_time_eq(&pending.state, state));
        let pending = all.remove(index.ok_or(OpenIdError::NoPendingSignIn)?);
        session.insert(SESSION_KEY, all).await.map_err(unreadable)?;
        // Saved now, so that the sign-in is used up even if a later step fails.
        session.save().await.map_err(unreadable)?;
        Ok(pending)
    }
}

async fn read(
    session: &Session,
    system: &SystemPorts,
) -> Result<Vec<PendingSignIn>, tower_sessions::session::Error> {
    let mut all: Vec<PendingSignIn> = session.get(SESSION_KEY).await?.unwrap_or_default();
    let now = system.now();
    all.retain(|pending| pending.started_at <= now && now - pending.started_at < ANONYMOUS_LIFETIME);
    Ok(all)
}

/// Compares in constant time, against timing attacks.
fn constant_time_eq(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    a.len() == b.len() && a.iter().zip(b).fold(0_u8, |difference, (x, y)| difference | (x ^ y)) == 0
}
