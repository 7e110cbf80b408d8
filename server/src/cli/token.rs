//! `penny token create`: prints the token and nothing else.

use super::{Session, duration, start_log, write};
use anyhow::{Context, Result};
use chrono::TimeDelta;
use penny_core::{fault::ToFault, identity::NewToken};
use penny_words::keys;
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
    let owner = identity
        .find_by_email(&ctx, &email)
        .await
        .with_context(|| penny_words::text(session.locale, keys::CLI_NO_ACCOUNT, &[("email", &email)]))?;
    let made = identity.issue_token_for(&ctx, owner, NewToken { name, scopes, lifetime: expires }).await;
    let (_, secret) = made.map_err(|error| {
        let fault = error.to_fault();
        let fields = fault.fields.iter().map(|field| penny_words::field_fault(session.locale, field));
        let words = fields.collect::<Vec<_>>().join(" ");
        anyhow::Error::new(error).context(if words.is_empty() {
            penny_words::fault(session.locale, &fault)
        } else {
            words
        })
    })?;
    write(&format!("{}\n", secret.expose_secret()));
    Ok(state.foundation.db.close().await?)
}
