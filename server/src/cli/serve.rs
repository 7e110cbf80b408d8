//! `penny serve`

use super::{Session, start_log, write};
use crate::{boot::Outside, config::LogFormat, serve};
use anyhow::Result;
use penny_words::keys;
use secrecy::ExposeSecret;
use std::time::Instant;

pub(super) async fn run(session: Session) -> Result<()> {
    let began = Instant::now();
    let config = session.config()?;
    let _log = start_log(&session, &config, true)?;
    let for_people = config.telemetry.log_format == LogFormat::Pretty;
    let server = serve::start(config, Outside::default()).await?;
    let url = server.url();
    tracing::info!(address = %server.address, url, start_ms = began.elapsed().as_millis(), "PENNY is ready");
    if !server.state.site.is_there() {
        tracing::warn!("the page has not been built: run `make build`, or set http.site_dir");
    }
    let text = |key: &str, args: &[(&str, &str)]| penny_words::text(session.locale, key, args);
    if for_people {
        write(&format!("\n  {}\n", text(keys::CLI_SERVE_READY, &[("url", &url)])));
    }
    if let Some(link) = &server.first_link {
        let words = text(keys::CLI_SERVE_LINK, &[("whom", &link.whom)]);
        write(&format!("  {words}\n\n    {}\n\n", link.address.expose_secret()));
    }
    server.until(asked_to_stop()).await
}

/// Waits for Ctrl+C or the signal to end.
pub(super) async fn asked_to_stop() {
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
    tracing::info!("stopping: what is under way ends first");
}
