//! `penny migrate`

use super::{Session, start_log};
use anyhow::Result;

pub(super) async fn run(session: Session) -> Result<()> {
    let config = session.config()?;
    let _log = start_log(&session, &config, true)?;
    let state = session.open().await?;
    tracing::info!("the database is up to date");
    Ok(state.foundation.db.close().await?)
}
