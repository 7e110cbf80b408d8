//! `penny seed`: installs the demo company.

use super::{CliContext, start_log, write_stderr};
use crate::boot;
use anyhow::Result;
use penny_i18n::keys;

#[derive(Debug, clap::Args)]
pub(super) struct SeedArgs {
    /// The tenant's slug. Default: the default tenant.
    #[arg(long)]
    tenant: Option<String>,
}

pub(super) async fn run(context: CliContext, args: SeedArgs) -> Result<()> {
    let config = context.config()?;
    let _log = start_log(&context, &config, false)?;
    let (state, ctx) = context.open_tenant(args.tenant.as_deref()).await?;
    let key =
        if boot::install_demo(&state, &ctx).await? { keys::CLI_SEED_DONE } else { keys::CLI_SEED_THERE };
    write_stderr(&penny_i18n::text(context.locale, key, &[]));
    Ok(state.kernel.db.close().await?)
}
