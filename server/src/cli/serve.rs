//! `penny serve`: runs the server until it is stopped.

use super::{CliContext, start_log, write_stdout};
use crate::{boot::BootDeps, config::LogFormat, serve};
use anyhow::Result;
use penny_i18n::keys;
use secrecy::ExposeSecret;
use std::time::Instant;

pub(super) async fn run(context: CliContext) -> Result<()> {
    let started = Instant::now();
    let config = context.config()?;
    let _log = start_log(&context, &config, true)?;
    let is_pretty = config.telemetry.log_format == LogFormat::Pretty;
    let server = serve::start(config, BootDeps::default()).await?;
    let url = server.url();
    tracing::info!(address = %server.address, url, start_ms = started.elapsed().as_millis(), "PENNY is ready");
    if !server.state.site.is_built() {
        tracing::warn!("the page has not been built: run `make build`, or set http.site_dir");
    }
    let text = |key: &str, args: &[(&str, &str)]| penny_i18n::text(context.locale, key, args);
    if is_pretty {
        write_stdout(&format!("\n  {}\n", text(keys::CLI_SERVE_READY, &[("url", &url)])));
    }
    if let Some(link) = &server.admin_link {
        let message = text(keys::CLI_SERVE_LINK, &[("whom", &link.admin)]);
        write_stdout(&format!("  {message}\n\n    {}\n\n", link.url.expose_secret()));
    }
    server.run_until(shutdown_signal()).await
}

/// Waits for Ctrl+C (SIGINT) or SIGTERM.
pub(super) async fn shutdown_signal() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut ended) => tokio::select! {
                _ = interrupted => {}
                _ = ended.recv() => {}
            },
            Err(_) => drop(interrupted.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupted.await);
    tracing::info!("shutting down");
}
