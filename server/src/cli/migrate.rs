//! `penny migrate`: applies pending database migrations.

use super::{CliContext, start_log};
use anyhow::Result;

pub(super) async fn run(context: CliContext) -> Result<()> {
    let config = context.config()?;
    let _log = start_log(&context, &config, true)?;
    let state = context.open().await?;
    tracing::info!("the database is up to date");
    Ok(state.kernel.db.close().await?)
}
