//! `penny schema`: prints the GraphQL schema, the OpenAPI document or the configuration reference.

use super::write_stdout;
use anyhow::Result;
use clap::ValueEnum;

#[derive(Debug, clap::Args)]
pub(super) struct SchemaArgs {
    /// The schema to print.
    kind: SchemaKind,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SchemaKind {
    /// The GraphQL schema, in the schema definition language.
    Graphql,
    /// The OpenAPI document of `/v1`, as JSON.
    Openapi,
    /// All configuration keys with their defaults and descriptions, as TOML.
    Config,
}

pub(super) fn run(args: &SchemaArgs) -> Result<()> {
    match args.kind {
        SchemaKind::Graphql => write_stdout(&penny_graphql::sdl()),
        SchemaKind::Openapi => {
            write_stdout(&format!("{}\n", serde_json::to_string_pretty(&crate::rest::openapi())?))
        }
        SchemaKind::Config => write_stdout(crate::config::REFERENCE),
    }
    Ok(())
}
