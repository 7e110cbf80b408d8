//! `penny token create`: creates a personal access token and prints it.

use super::{
    CliContext, duration,
    error::{account_not_found, to_user_error},
    start_log, write_stdout,
};
use anyhow::Result;
use chrono::TimeDelta;
use penny_core::identity::NewToken;
use secrecy::ExposeSecret;

#[derive(Debug, clap::Subcommand)]
pub(super) enum TokenCommand {
    /// Create a personal access token and print it.
    Create {
        /// The owner's e-mail address.
        #[arg(long)]
        email: String,
        /// The token's name.
        #[arg(long)]
        name: String,
        /// The tenant's slug. Default: the default tenant.
        #[arg(long)]
        tenant: Option<String>,
        #[arg(long = "scope", value_name = "SCOPE", help = scopes_help())]
        scopes: Vec<String>,
        /// The lifetime, such as 30d. Default: until revoked.
        #[arg(long, value_parser = duration::parse)]
        expires: Option<TimeDelta>,
    },
}

fn scopes_help() -> String {
    let known = penny_core::identity::scopes().join(", ");
    format!("A permitted scope; may be repeated. Default: all rights of the owner. One of: {known}")
}

pub(super) async fn run(context: CliContext, command: TokenCommand) -> Result<()> {
    let config = context.config()?;
    let _log = start_log(&context, &config, false)?;
    let TokenCommand::Create { email, name, tenant, scopes, expires } = command;
    let (state, ctx) = context.open_tenant(tenant.as_deref()).await?;
    let identity = &state.services.identity;
    let owner = identity.get_id_by_email(&ctx, &email).await;
    let owner = owner.map_err(account_not_found(context.locale, &email))?;
    let issued = identity.issue_token_for(&ctx, owner, NewToken { name, scopes, lifetime: expires }).await;
    let (_, secret) = issued.map_err(to_user_error(context.locale))?;
    write_stdout(&format!("{}\n", secret.expose_secret()));
    Ok(state.kernel.db.close().await?)
}
