//! The command line, with one file per command.
//!
//! Only a command's result is written to standard output; logs and messages go to standard error.

mod ask;
mod doctor;
mod duration;
mod error;
mod link;
mod migrate;
mod output;
mod remote;
mod schema;
mod seed;
mod serve;
mod tenant;
mod token;
mod turn;
mod worker;

pub use output::{write_stderr, write_stdout};

use crate::{
    boot,
    config::{Config, Environment, process_environment},
    telemetry,
    web::AppState,
};
use anyhow::{Result, anyhow};
use clap::{Parser, Subcommand};
use penny_core::tenants;
use penny_i18n::keys;
use penny_kernel::ctx::{Ctx, Transport};
use penny_types::Locale;
use std::{path::PathBuf, process::ExitCode};

/// PENNY: an AI assistant platform for companies.
#[derive(Debug, Parser)]
#[command(name = "penny", version, about, long_about = None)]
pub struct Cli {
    /// The configuration file. `penny schema config` prints all keys.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: CliCommand,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    /// Serve the web page, the REST API and the GraphQL API.
    Serve,
    /// Run background jobs only, for installations with several processes.
    Worker,
    /// Apply pending database migrations.
    Migrate,
    /// Install the demo company.
    Seed(seed::SeedArgs),
    /// Manage personal access tokens.
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Manage tenants.
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// Manage one-time sign-in links.
    #[command(subcommand)]
    Link(link::LinkCommand),
    /// Check the installation and print how to fix problems.
    Doctor,
    /// Print the GraphQL schema, the OpenAPI document, the configuration reference or the table of pages.
    Schema(schema::SchemaArgs),
    /// Send a message and print the response as it is generated.
    Ask(ask::AskArgs),
    /// Follow turns.
    #[command(subcommand)]
    Turn(turn::TurnCommand),
}

/// The environment of a command.
#[derive(Debug)]
struct CliContext {
    config_file: Option<PathBuf>,
    environment: Environment,
    locale: Locale,
}

impl CliContext {
    fn config(&self) -> Result<Config> {
        Ok(Config::load(self.config_file.as_deref(), &self.environment)?)
    }

    /// Opens the application without serving it.
    async fn open(&self) -> Result<AppState> {
        let config = self.config()?;
        boot::open(config, boot::BootDeps::default()).await
    }

    /// Opens the application and returns a system context in the tenant with this slug, or in the default
    /// tenant.
    async fn open_tenant(&self, slug: Option<&str>) -> Result<(AppState, Ctx)> {
        let state = self.open().await?;
        let tenant = match slug {
            Some(slug) => {
                let tenant = state.services.tenants.get_by_slug(slug).await;
                tenant.map_err(|error| match error {
                    tenants::TenantError::NotFound => {
                        anyhow!(penny_i18n::text(self.locale, keys::CLI_NO_TENANT, &[("slug", slug)]))
                    }
                    other => error::to_user_error(self.locale)(other),
                })?
            }
            None => state.services.tenants.default_tenant(&state.system).await?,
        };
        let ctx = Ctx::system(tenant, state.system.clone(), boot::OPERATOR_ACTIONS)
            .with_transport(Transport::Cli)
            .with_locale(self.locale);
        Ok((state, ctx))
    }
}

/// Runs a command and returns the exit code.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    // Must be installed before any TLS client is created.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        write_stderr("another TLS provider is already installed");
    }
    let environment = process_environment();
    let context = CliContext { locale: environment.locale(), config_file: cli.config, environment };
    let threads = std::thread::available_parallelism().map_or(4, std::num::NonZero::get).max(4);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(dispatch(cli.command, context)),
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            write_stderr(&format!("penny: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(command: CliCommand, context: CliContext) -> Result<ExitCode> {
    match command {
        CliCommand::Serve => Box::pin(serve::run(context)).await?,
        CliCommand::Worker => Box::pin(worker::run(context)).await?,
        CliCommand::Migrate => Box::pin(migrate::run(context)).await?,
        CliCommand::Seed(args) => Box::pin(seed::run(context, args)).await?,
        CliCommand::Token(command) => Box::pin(token::run(context, command)).await?,
        CliCommand::Tenant(command) => Box::pin(tenant::run(context, command)).await?,
        CliCommand::Link(command) => Box::pin(link::run(context, command)).await?,
        CliCommand::Doctor => return Box::pin(doctor::run(context)).await,
        CliCommand::Schema(args) => schema::run(&args)?,
        CliCommand::Ask(args) => return Box::pin(ask::run(context, args)).await,
        CliCommand::Turn(command) => return Box::pin(turn::run(context, command)).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// Starts logging. A short-running command logs only warnings and errors, and exports no traces.
fn start_log(
    context: &CliContext,
    config: &Config,
    is_long_running: bool,
) -> Result<telemetry::TelemetryGuard> {
    let mut settings = config.telemetry.clone();
    if !is_long_running {
        settings.log_filter = "warn".to_owned();
        settings.otlp_endpoint = None;
    }
    telemetry::start(&settings, context.environment.get("NO_COLOR").is_none())
}
