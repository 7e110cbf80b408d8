//! The schema and its text form.

use crate::{
    artifacts::{ArtifactsMutation, ArtifactsQuery, ArtifactsSubscription},
    conversations::{ConversationsMutation, ConversationsQuery, ConversationsSubscription},
    dashboards::DashboardsQuery,
    limits,
    models::ModelsQuery,
    people::{PeopleMutation, PeopleQuery},
    sharing::{SharingMutation, SharingQuery},
    tools::{ToolsMutation, ToolsQuery},
    turns::{TurnsMutation, TurnsQuery, TurnsSubscription},
};
use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions};
use penny_core::Services;
use std::sync::Arc;

/// GraphQL queries, by domain.
#[derive(MergedObject, Default)]
#[graphql(name = "Query")]
pub struct QueryRoot(
    PeopleQuery,
    ConversationsQuery,
    TurnsQuery,
    ModelsQuery,
    ToolsQuery,
    ArtifactsQuery,
    SharingQuery,
    DashboardsQuery,
);

/// GraphQL mutations, by domain.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub struct MutationRoot(
    PeopleMutation,
    ConversationsMutation,
    TurnsMutation,
    ToolsMutation,
    ArtifactsMutation,
    SharingMutation,
);

/// GraphQL subscriptions, by domain.
#[derive(MergedSubscription, Default)]
#[graphql(name = "Subscription")]
pub struct SubscriptionRoot(TurnsSubscription, ConversationsSubscription, ArtifactsSubscription);

/// The schema. Cloning is cheap.
pub type Schema = async_graphql::Schema<QueryRoot, MutationRoot, SubscriptionRoot>;

/// Builds the schema over the services.
#[must_use]
pub fn schema(services: Arc<Services>) -> Schema {
    builder().data(services).finish()
}

/// Returns the schema in GraphQL's schema definition language, as committed in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    let text = builder().finish().sdl_with_options(SDLExportOptions::new().prefer_single_line_descriptions());
    format!("{}\n", text.trim())
}

fn builder() -> async_graphql::SchemaBuilder<QueryRoot, MutationRoot, SubscriptionRoot> {
    async_graphql::Schema::build(QueryRoot::default(), MutationRoot::default(), SubscriptionRoot::default())
        .limit_depth(limits::MAX_DEPTH)
        .limit_complexity(limits::MAX_COMPLEXITY)
        .limit_directives(limits::MAX_DIRECTIVES)
}
