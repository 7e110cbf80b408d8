//! Serving: from an open application to one that answers, and back to rest.

use crate::{
    boot,
    config::Config,
    connections,
    web::{AppState, router::router},
};
use anyhow::{Context, Result};
use penny_core::{ctx::Ctx, identity::FirstAdmin};
use penny_words::keys;
use secrecy::SecretString;
use std::{fs::File, net::SocketAddr, time::Duration};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long requests and turns may take to end once the server stops.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// How often ended sessions are removed.
const TIDY_EVERY: Duration = Duration::from_secs(60 * 60);

/// A server that answers.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it serves.
    pub state: AppState,
    /// A one-time link for the administrator, when nobody could sign in otherwise.
    pub first_link: Option<FirstLink>,
    stopping: CancellationToken,
    serving: tokio::task::JoinHandle<()>,
    _lock: Option<File>,
}

/// A one-time link for the administrator.
#[derive(Debug, Clone)]
pub struct FirstLink {
    /// Whom it signs in.
    pub whom: String,
    /// Where it leads.
    pub address: SecretString,
}

/// Starts to serve.
///
/// # Errors
/// When the address is taken, the data folder is in use, or a part cannot be had.
pub async fn start(config: Config, outside: boot::Outside) -> Result<Server> {
    let listener = TcpListener::bind(config.http.addr).await;
    let listener = listener.with_context(|| format!("{} cannot be listened on", config.http.addr))?;
    let address = listener.local_addr()?;
    let is_alone = config.database.is_sqlite();
    let state = boot::open(config, outside).await?;
    let lock = if is_alone { Some(lock_folder(&state)?) } else { None };
    let recovered = state.services.turns.recover().await.context("interrupted turns could not be found")?;
    if recovered > 0 {
        tracing::info!(turns = recovered, "answers that were cut off can be continued");
    }
    boot::seed(&state).await?;
    let first_link = first_link(&state, address).await?;
    state.services.start();
    tidy(&state);
    let stopping = CancellationToken::new();
    let serving = serve(listener, state.clone(), stopping.clone());
    Ok(Server { address, state, first_link, stopping, serving, _lock: lock })
}

#[expect(clippy::disallowed_methods, reason = "the listener is what tasks are told to stop by")]
fn serve(listener: TcpListener, state: AppState, stopping: CancellationToken) -> tokio::task::JoinHandle<()> {
    let most = state.config.http.max_connections;
    tokio::spawn(connections::serve(listener, router(state), most, stopping))
}

/// Holds the data folder for this process: SQLite's turns belong to one.
fn lock_folder(state: &AppState) -> Result<File> {
    let path = state.config.data.dir.join("penny.lock");
    let file = File::create(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    file.try_lock().map_err(|_| {
        anyhow::anyhow!(
            "another PENNY uses the data folder {}: stop it, or use another",
            state.config.data.dir.display()
        )
    })?;
    Ok(file)
}

/// Makes the administrator's one-time link where nobody could sign in otherwise.
async fn first_link(state: &AppState, address: SocketAddr) -> Result<Option<FirstLink>> {
    let tenant = state.services.tenants.default(&state.world).await?;
    let ctx = Ctx::system(tenant, state.world.clone());
    let name = penny_words::text(ctx.locale, keys::CLI_ADMINISTRATOR, &[]);
    match state.services.identity.first_admin(&ctx, &name, state.openid.has_any(tenant)).await? {
        FirstAdmin::CanSignIn => Ok(None),
        FirstAdmin::NeedsLink { whom, secret } => {
            let base = state.config.http.public_base(address);
            Ok(Some(FirstLink { whom, address: crate::sign_in::link::address(&base, &secret) }))
        }
    }
}

/// Removes ended sessions now and then.
fn tidy(state: &AppState) {
    let (sessions, stopping) = (state.services.identity.sessions.clone(), state.foundation.tasks.stopping());
    state.foundation.tasks.spawn(async move {
        loop {
            if let Err(error) = sessions.forget_ended().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "ended sessions could not be removed"
                );
            }
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(TIDY_EVERY) => {}
            }
        }
    });
}

impl Server {
    /// Returns the address people type.
    #[must_use]
    pub fn url(&self) -> String {
        self.state.config.http.public_base(self.address)
    }

    /// Serves until `ended` comes true, then lets what is under way end.
    ///
    /// # Errors
    /// When serving breaks off, or the database cannot be closed.
    pub async fn until(mut self, ended: impl Future<Output = ()>) -> Result<()> {
        tokio::select! {
            result = &mut self.serving => return Ok(result?),
            () = ended => {}
        }
        self.stop().await
    }

    /// Stops: no new requests, those under way end, turns are checkpointed.
    ///
    /// # Errors
    /// When the database cannot be closed.
    pub async fn stop(self) -> Result<()> {
        self.stopping.cancel();
        self.state.foundation.tasks.stop(PATIENCE).await;
        let abort = self.serving.abort_handle();
        // Streams end with the tasks; a connection that lingers is not waited for long.
        if tokio::time::timeout(Duration::from_secs(2), self.serving).await.is_err() {
            abort.abort();
        }
        Ok(self.state.foundation.db.close().await?)
    }
}
