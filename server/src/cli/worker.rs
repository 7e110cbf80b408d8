//! `penny worker`: runs background jobs without serving requests.

use super::{CliContext, serve::shutdown_signal, start_log};
use crate::{
    boot::{self, BootDeps},
    serve,
};
use anyhow::{Result, bail};

pub(super) async fn run(context: CliContext) -> Result<()> {
    let config = context.config()?;
    let _log = start_log(&context, &config, true)?;
    if config.database.is_sqlite() {
        bail!("`penny worker` requires Postgres; with SQLite, `penny serve` runs the background jobs");
    }
    let state = boot::open(config, BootDeps::default()).await?;
    state.services.start();
    tracing::info!("the worker is running");
    shutdown_signal().await;
    state.kernel.tasks.stop(serve::SHUTDOWN_TIMEOUT).await;
    Ok(state.kernel.db.close().await?)
}
