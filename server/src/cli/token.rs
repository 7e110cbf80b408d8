//! `penny token create`: prints the token and nothing else.

use super::{
    Session, duration,
    failure::{in_words, no_account},
    start_log, write,
};
use anyhow::Result;
use chrono::TimeDelta;
use penny_core::identity::NewToken;
use secrecy::ExposeSecret;

/// What to do with tokens.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Makes a token that acts as a person, and prints it.
    Create {
        /// Whose token: their e-mail address.
        #[arg(long)]
        email: String,
        /// What to call it.
        #[arg(long)]
        name: String,
        /// The tenant's short name; the default one when absent.
        #[arg(long)]
        tenant: Option<String>,
        /// What it may be used for; all that its owner may when absent. May be given several times.
        #[arg(long = "scope", value_name = "SCOPE", help = scopes_help())]
        scopes: Vec<String>,
        /// How long it works, as in 30d; until it is taken back when absent.
        #[arg(long, value_parser = duration::parse)]
        expires: Option<TimeDelta>,
    },
}

fn scopes_help() -> String {
    let known = penny_core::identity::scopes().join(", ");
    format!("What it may be used for; all that its owner may when absent. Several times, of: {known}")
}

pub(super) async fn run(session: Session, command: Command) -> Result<()> {
    let config = session.config()?;
    let _log = start_log(&session, &config, false)?;
    let Command::Create { email, name, tenant, scopes, expires } = command;
    let (state, ctx) = session.open_tenant(tenant.as_deref()).await?;
    let identity = &state.services.identity;
    let found = identity.find_by_email(&ctx, &email).await;
    let owner = found.map_err(no_account(session.locale, &email))?;
    let made = identity.issue_token_for(&ctx, owner, NewToken { name, scopes, lifetime: expires }).await;
    let (_, secret) = made.map_err(in_words(session.locale))?;
    write(&format!("{}\n", secret.expose_secret()));
    Ok(state.foundation.db.close().await?)
}
