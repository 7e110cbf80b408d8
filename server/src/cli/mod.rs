//! The command line: one file a command.
//!
//! What a command is asked for goes to the standard output and nothing else does; the log goes to
//! the standard error.

mod ask;
mod doctor;
mod duration;
mod failure;
mod link;
mod migrate;
mod out;
mod remote;
mod schema;
mod seed;
mod serve;
mod tenant;
mod token;
mod turn;
mod worker;

pub use out::{say, write};

use crate::{
    boot,
    config::{Config, Environment, process_environment},
    telemetry,
    web::AppState,
};
use anyhow::{Result, anyhow};
use clap::{Parser, Subcommand};
use penny_core::{
    ctx::{Ctx, Via},
    tenants,
};
use penny_types::Locale;
use penny_words::keys;
use std::{path::PathBuf, process::ExitCode};

/// Ask, act, see: PENNY, for a whole company, in one program.
#[derive(Debug, Parser)]
#[command(name = "penny", version, about, long_about = None)]
pub struct Cli {
    /// A configuration file; `penny schema config` prints every key.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the page and every other door.
    Serve,
    /// Does the work beside the requests, for installations of several processes.
    Worker,
    /// Brings the database up to date.
    Migrate,
    /// Installs the demo company.
    Seed(seed::Args),
    /// Makes personal access tokens.
    #[command(subcommand)]
    Token(token::Command),
    /// Makes companies.
    #[command(subcommand)]
    Tenant(tenant::Command),
    /// Makes one-time sign-in links.
    #[command(subcommand)]
    Link(link::Command),
    /// Says what is missing or off, and how to mend it.
    Doctor,
    /// Prints a contract: the GraphQL schema, the OpenAPI document, the configuration.
    Schema(schema::Args),
    /// Asks something and prints the answer as it comes.
    Ask(ask::Args),
    /// Follows answers.
    #[command(subcommand)]
    Turn(turn::Command),
}

/// What every command may use.
#[derive(Debug)]
struct Session {
    config_file: Option<PathBuf>,
    environment: Environment,
    locale: Locale,
}

impl Session {
    fn config(&self) -> Result<Config> {
        Ok(Config::load(self.config_file.as_deref(), &self.environment)?)
    }

    /// Opens the installation for one command.
    async fn open(&self) -> Result<AppState> {
        let config = self.config()?;
        boot::open(config, boot::Outside::default()).await
    }

    /// Opens the installation and acts in a tenant: the named one, or the default.
    async fn open_tenant(&self, slug: Option<&str>) -> Result<(AppState, Ctx)> {
        let state = self.open().await?;
        let tenant = match slug {
            Some(slug) => {
                let found = state.services.tenants.find_by_slug(slug).await;
                found.map_err(|error| match error {
                    tenants::Error::NotFound => {
                        anyhow!(penny_words::text(self.locale, keys::CLI_NO_TENANT, &[("slug", slug)]))
                    }
                    other => failure::in_words(self.locale)(other),
                })?
            }
            None => state.services.tenants.default(&state.world).await?,
        };
        let mut ctx = Ctx::system(tenant, state.world.clone());
        ctx.via = Via::Cli;
        ctx.locale = self.locale;
        Ok((state, ctx))
    }
}

/// Runs a command; the exit code says how it went.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    // The first thing of all: whatever speaks TLS later finds it.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        say("another TLS provider was installed first");
    }
    let environment = process_environment();
    let session = Session { locale: environment.locale(), config_file: cli.config, environment };
    let threads = std::thread::available_parallelism().map_or(4, std::num::NonZero::get).max(4);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(dispatch(cli.command, session)),
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            say(&format!("penny: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(command: Command, session: Session) -> Result<ExitCode> {
    match command {
        Command::Serve => Box::pin(serve::run(session)).await?,
        Command::Worker => Box::pin(worker::run(session)).await?,
        Command::Migrate => Box::pin(migrate::run(session)).await?,
        Command::Seed(args) => Box::pin(seed::run(session, args)).await?,
        Command::Token(command) => Box::pin(token::run(session, command)).await?,
        Command::Tenant(command) => Box::pin(tenant::run(session, command)).await?,
        Command::Link(command) => Box::pin(link::run(session, command)).await?,
        Command::Doctor => return Box::pin(doctor::run(session)).await,
        Command::Schema(args) => schema::run(&args)?,
        Command::Ask(args) => return Box::pin(ask::run(session, args)).await,
        Command::Turn(command) => return Box::pin(turn::run(session, command)).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// Begins the log of a command that runs for long; short ones only speak when something is off.
fn start_log(session: &Session, config: &Config, is_long: bool) -> Result<telemetry::Guard> {
    let mut settings = config.telemetry.clone();
    if !is_long {
        settings.log_filter = "warn".to_owned();
        settings.otlp_endpoint = None;
    }
    telemetry::start(&settings, session.environment.get("NO_COLOR").is_none())
}
