//! `penny schema`: prints a contract.

use super::write;
use anyhow::Result;
use clap::ValueEnum;

/// Which contract.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    which: Which,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Which {
    /// The GraphQL schema, in its own language.
    Graphql,
    /// The OpenAPI document of `/v1`, as JSON.
    Openapi,
    /// Every configuration key, its default and what it does.
    Config,
}

pub(super) fn run(args: &Args) -> Result<()> {
    match args.which {
        Which::Graphql => write(&penny_graphql::sdl()),
        Which::Openapi => write(&format!("{}\n", serde_json::to_string_pretty(&crate::rest::openapi())?)),
        Which::Config => write(crate::config::REFERENCE),
    }
    Ok(())
}
