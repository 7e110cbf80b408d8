//! `penny seed`

use super::{Session, say, start_log};
use crate::boot;
use anyhow::Result;
use penny_words::keys;

/// Which company gets it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The tenant's short name; the default one when absent.
    #[arg(long)]
    tenant: Option<String>,
}

pub(super) async fn run(session: Session, args: Args) -> Result<()> {
    let config = session.config()?;
    let _log = start_log(&session, &config, false)?;
    let (state, ctx) = session.open_tenant(args.tenant.as_deref()).await?;
    let key =
        if boot::install_demo(&state, &ctx).await? { keys::CLI_SEED_DONE } else { keys::CLI_SEED_THERE };
    say(&penny_words::text(session.locale, key, &[]));
    Ok(state.foundation.db.close().await?)
}
