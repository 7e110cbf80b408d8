//! `penny schema`: prints the GraphQL schema, the OpenAPI document, the configuration reference or the table of pages.

use super::write_stdout;
use anyhow::Result;
use clap::ValueEnum;
use penny_app::{PAGES, PageAccess};
use serde_json::{Value, json};

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
    /// The pages of the web user interface, as JSON.
    Pages,
}

pub(super) fn run(args: &SchemaArgs) -> Result<()> {
    match args.kind {
        SchemaKind::Graphql => write_stdout(&penny_graphql::sdl()),
        SchemaKind::Openapi => {
            write_stdout(&format!("{}\n", serde_json::to_string_pretty(&crate::rest::openapi())?))
        }
        SchemaKind::Config => write_stdout(crate::config::REFERENCE),
        SchemaKind::Pages => write_stdout(&format!("{}\n", serde_json::to_string_pretty(&pages())?)),
    }
    Ok(())
}

/// Returns the table of pages, which the accessibility test visits.
fn pages() -> Vec<Value> {
    let entries = PAGES.iter().map(|page| {
        json!({
            "name": page.name,
            "path": page.path,
            "example": page.example,
            "group": page.group,
            "needsSignIn": page.access == PageAccess::SignedIn,
        })
    });
    entries.collect()
}
