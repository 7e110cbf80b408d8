//! `penny link create`: prints a one-time sign-in link.

use super::{CliContext, error::account_not_found, start_log, write_stdout};
use crate::sign_in::link;
use anyhow::Result;
use penny_core::identity::LINK_MINUTES;
use secrecy::ExposeSecret;

#[derive(Debug, clap::Subcommand)]
pub(super) enum LinkCommand {
    /// Create a link that signs a user in once, within 15 minutes, and print it.
    Create {
        /// The user's e-mail address.
        #[arg(long)]
        email: String,
        /// The tenant's slug. Default: the default tenant.
        #[arg(long)]
        tenant: Option<String>,
        /// The base URL of the link, for a tenant with its own host. Default: the public URL.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
}

pub(super) async fn run(context: CliContext, command: LinkCommand) -> Result<()> {
    let config = context.config()?;
    let _log = start_log(&context, &config, false)?;
    let base = config.http.public_base_url(config.http.addr);
    let LinkCommand::Create { email, tenant, url } = command;
    let (state, ctx) = context.open_tenant(tenant.as_deref()).await?;
    let identity = &state.services.identity;
    let user = identity.get_id_by_email(&ctx, &email).await;
    let user = user.map_err(account_not_found(context.locale, &email))?;
    let secret = identity.issue_link(&ctx, user, LINK_MINUTES).await?;
    let link = link::url(url.as_deref().unwrap_or(&base), &secret);
    write_stdout(&format!("{}\n", link.expose_secret()));
    Ok(state.kernel.db.close().await?)
}
