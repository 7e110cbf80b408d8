//! `penny worker`

use super::{Session, serve::asked_to_stop, start_log};
use crate::{
    boot::{self, Outside},
    serve,
};
use anyhow::{Result, bail};

pub(super) async fn run(session: Session) -> Result<()> {
    let config = session.config()?;
    let _log = start_log(&session, &config, true)?;
    if config.database.is_sqlite() {
        bail!("with SQLite `penny serve` does this work itself; workers are for Postgres");
    }
    let state = boot::open(config, Outside::default()).await?;
    state.services.start();
    tracing::info!("the worker runs");
    asked_to_stop().await;
    state.foundation.tasks.stop(serve::PATIENCE).await;
    Ok(state.foundation.db.close().await?)
}
