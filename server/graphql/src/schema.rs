//! The schema, built once.

use crate::{limits, mutation::Mutation, query::Query, subscription::Subscription};
use async_graphql::SDLExportOptions;
use penny_core::Services;
use std::sync::Arc;

/// The schema. Cloning is cheap.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// Builds the schema over the services.
#[must_use]
pub fn schema(services: Arc<Services>) -> Schema {
    builder().data(services).finish()
}

/// Returns the schema in the schema definition language, as committed in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    let text = builder().finish().sdl_with_options(SDLExportOptions::new().prefer_single_line_descriptions());
    format!("{}\n", text.trim())
}

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    async_graphql::Schema::build(Query, Mutation, Subscription)
        .limit_depth(limits::MAX_DEPTH)
        .limit_complexity(limits::MAX_COMPLEXITY)
        .limit_directives(limits::MAX_DIRECTIVES)
}
