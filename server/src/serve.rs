//! The HTTP server's life cycle: start, run until shutdown, stop.

use crate::{
    boot,
    config::Config,
    connections,
    web::{AppState, router::router},
};
use anyhow::{Context, Result};
use penny_core::identity::FirstAdminStatus;
use penny_i18n::keys;
use penny_kernel::ctx::Ctx;
use secrecy::SecretString;
use std::{fs::File, net::SocketAddr, time::Duration};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The grace period for requests and turns at shutdown.
pub(crate) const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);
/// The interval at which expired sessions are deleted.
const SESSION_CLEANUP_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// A running server.
#[derive(Debug)]
pub struct RunningServer {
    /// The address it is bound to.
    pub address: SocketAddr,
    pub state: AppState,
    /// A one-time sign-in link for the administrator, present if no administrator can sign in otherwise.
    pub admin_link: Option<AdminLink>,
    shutdown: CancellationToken,
    serve_task: tokio::task::JoinHandle<()>,
    _lock: Option<File>,
}

/// A one-time sign-in link for the administrator.
#[derive(Debug, Clone)]
pub struct AdminLink {
    /// The administrator's e-mail address, or their display name if they have none.
    pub admin: String,
    pub url: SecretString,
}

/// Opens the application and starts to listen.
///
/// # Errors
/// Returns an error if the address is in use, the data folder is locked by another process, or a
/// component cannot be opened.
pub async fn start(config: Config, deps: boot::BootDeps) -> Result<RunningServer> {
    let listener = TcpListener::bind(config.http.addr).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", config.http.addr))?;
    let address = listener.local_addr()?;
    let needs_lock = config.database.is_sqlite();
    let state = boot::open(config, deps).await?;
    let lock = if needs_lock { Some(lock_data_dir(&state)?) } else { None };
    let recovered = state.services.turns.recover().await.context("interrupted turns could not be found")?;
    if recovered > 0 {
        tracing::info!(turns = recovered, "marked interrupted turns as resumable");
    }
    boot::seed(&state).await?;
    let admin_link = admin_link(&state, address).await?;
    state.services.start();
    spawn_session_cleanup(&state);
    let shutdown = CancellationToken::new();
    let serve_task = spawn_serve(listener, state.clone(), shutdown.clone());
    Ok(RunningServer { address, state, admin_link, shutdown, serve_task, _lock: lock })
}

#[expect(clippy::disallowed_methods, reason = "the server itself stops this task, after the task tracker")]
fn spawn_serve(
    listener: TcpListener,
    state: AppState,
    shutdown: CancellationToken,
) -> tokio::task::JoinHandle<()> {
    let max_connections = state.config.http.max_connections;
    tokio::spawn(connections::serve(listener, router(state), max_connections, shutdown))
}

/// Locks the data folder for this process: an installation with SQLite has exactly one.
fn lock_data_dir(state: &AppState) -> Result<File> {
    let path = state.config.data.dir.join("penny.lock");
    let file = File::create(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    file.try_lock().map_err(|_| {
        anyhow::anyhow!(
            "the data folder {} is used by another PENNY process: stop it or configure another folder",
            state.config.data.dir.display()
        )
    })?;
    Ok(file)
}

/// Issues a one-time sign-in link for the administrator if no administrator can sign in otherwise.
async fn admin_link(state: &AppState, address: SocketAddr) -> Result<Option<AdminLink>> {
    let tenant = state.services.tenants.default_tenant(&state.system).await?;
    let ctx = Ctx::system(tenant, state.system.clone(), boot::OPERATOR_ACTIONS);
    let name = penny_i18n::text(ctx.locale(), keys::CLI_ADMINISTRATOR, &[]);
    match state.services.identity.first_admin(&ctx, &name, state.openid.has_any(tenant)).await? {
        FirstAdminStatus::CanSignIn => Ok(None),
        FirstAdminStatus::NeedsLink { account, secret } => {
            let base = state.config.http.public_base_url(address);
            Ok(Some(AdminLink { admin: account, url: crate::sign_in::link::url(&base, &secret) }))
        }
    }
}

/// Starts the periodic deletion of expired sessions.
fn spawn_session_cleanup(state: &AppState) {
    let (sessions, stopping) = (state.services.identity.sessions.clone(), state.kernel.tasks.stopping());
    state.kernel.tasks.spawn(async move {
        loop {
            if let Err(error) = sessions.delete_expired().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "expired sessions could not be deleted"
                );
            }
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(SESSION_CLEANUP_INTERVAL) => {}
            }
        }
    });
}

impl RunningServer {
    /// Returns the public base URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.state.config.http.public_base_url(self.address)
    }

    /// Serves until `shutdown_signal` completes, then stops gracefully.
    ///
    /// # Errors
    /// Returns an error if the server task panics or the database cannot be closed.
    pub async fn run_until(mut self, shutdown_signal: impl Future<Output = ()>) -> Result<()> {
        tokio::select! {
            result = &mut self.serve_task => return Ok(result?),
            () = shutdown_signal => {}
        }
        self.stop().await
    }

    /// Stops gracefully: accepts no new connections, lets running requests end, checkpoints turns.
    ///
    /// # Errors
    /// Returns an error if the database cannot be closed.
    pub async fn stop(self) -> Result<()> {
        self.shutdown.cancel();
        self.state.kernel.tasks.stop(SHUTDOWN_TIMEOUT).await;
        let abort = self.serve_task.abort_handle();
        // Streams have ended with their tasks; idle connections get two more seconds.
        if tokio::time::timeout(Duration::from_secs(2), self.serve_task).await.is_err() {
            abort.abort();
        }
        Ok(self.state.kernel.db.close().await?)
    }
}
