//! Sign-ins that were begun in a browser and not finished yet.

use super::Error;
use crate::web::sessions::UNCLAIMED;
use chrono::{DateTime, Utc};
use penny_core::ctx::World;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

const KEY: &str = "openid";
/// The most sign-ins a browser may have begun: several tabs.
const MOST: usize = 5;

/// A sign-in that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// With which provider.
    pub provider: String,
    /// What the provider has to send back (RFC 6749, 10.12).
    pub state: String,
    /// What the proof has to contain.
    pub nonce: String,
    /// What shows that we are who asked (RFC 7636).
    pub verifier: String,
    /// Where to go on.
    pub next: Option<String>,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
}

impl Pending {
    /// Keeps it in the browser's session.
    pub async fn keep(self, session: &Session, world: &World) -> Result<(), tower_sessions::session::Error> {
        let mut all = read(session, world).await?;
        if all.len() >= MOST {
            all.remove(0);
        }
        all.push(self);
        session.insert(KEY, all).await
    }

    /// Takes it out of the browser's session: an answer counts once, whatever comes of it.
    pub async fn take(
        session: &Session,
        provider: &str,
        state: Option<&str>,
        world: &World,
    ) -> Result<Self, Error> {
        let unreadable = |error: tower_sessions::session::Error| Error::Provider(error.to_string());
        let mut all = read(session, world).await.map_err(unreadable)?;
        let state = state.ok_or(Error::Unbegun)?;
        let place = all.iter().position(|one| one.provider == provider && is_same(&one.state, state));
        let found = all.remove(place.ok_or(Error::Unbegun)?);
        session.insert(KEY, all).await.map_err(unreadable)?;
        // Written now: should the rest fail, the answer is used up all the same.
        session.save().await.map_err(unreadable)?;
        Ok(found)
    }
}

async fn read(session: &Session, world: &World) -> Result<Vec<Pending>, tower_sessions::session::Error> {
    let mut all: Vec<Pending> = session.get(KEY).await?.unwrap_or_default();
    let now = world.now();
    all.retain(|one| one.begun_at <= now && now - one.begun_at < UNCLAIMED);
    Ok(all)
}

/// Compares without telling by its time how much agreed.
fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    a.len() == b.len() && a.iter().zip(b).fold(0_u8, |difference, (x, y)| difference | (x ^ y)) == 0
}
