//! `penny link create`: prints a one-time sign-in link and nothing else.

use super::{Session, failure::no_account, start_log, write};
use crate::sign_in::link::address;
use anyhow::Result;
use penny_core::identity::LINK_MINUTES;
use secrecy::ExposeSecret;

/// What to do with links.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Makes a link that signs a person in once, within 15 minutes, and prints it.
    Create {
        /// Whom it signs in: their e-mail address.
        #[arg(long)]
        email: String,
        /// The tenant's short name; the default one when absent.
        #[arg(long)]
        tenant: Option<String>,
        /// The address to put in front, when the tenant has a host of its own.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
}

pub(super) async fn run(session: Session, command: Command) -> Result<()> {
    let config = session.config()?;
    let _log = start_log(&session, &config, false)?;
    let base = config.http.public_base(config.http.addr);
    let Command::Create { email, tenant, url } = command;
    let (state, ctx) = session.open_tenant(tenant.as_deref()).await?;
    let identity = &state.services.identity;
    let found = identity.find_by_email(&ctx, &email).await;
    let whom = found.map_err(no_account(session.locale, &email))?;
    let secret = identity.issue_link(&ctx, whom, LINK_MINUTES).await?;
    let address = address(url.as_deref().unwrap_or(&base), &secret);
    write(&format!("{}\n", address.expose_secret()));
    Ok(state.foundation.db.close().await?)
}
