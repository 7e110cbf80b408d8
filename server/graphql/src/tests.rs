//! Tests of the committed schema, and of the page's documents against it.

use crate::schema::{MutationRoot, QueryRoot, SubscriptionRoot};
use async_graphql::{Request, Response, Variables, parser::parse_query};
use futures::StreamExt;
use serde_json::{Map, Value, json};

/// Builds a schema without services: a valid document reaches a resolver, which then fails because
/// the services are absent.
fn schema_without_services() -> crate::Schema {
    async_graphql::Schema::build(QueryRoot::default(), MutationRoot::default(), SubscriptionRoot::default())
        .limit_depth(crate::limits::MAX_DEPTH)
        .limit_complexity(crate::limits::MAX_COMPLEXITY)
        .finish()
}

/// Returns a sample value of a GraphQL input type.
fn sample(type_name: &str) -> Value {
    let id = |prefix: &str| json!(format!("{prefix}_00000000000000000000000001"));
    match type_name.trim_end_matches('!') {
        list if list.starts_with('[') => json!([]),
        "String" => json!("text"),
        "Int" => json!(100),
        "Boolean" => json!(true),
        "JSON" => json!({}),
        "ConversationId" => id("cnv"),
        "MessageId" => id("msg"),
        "TurnId" => id("trn"),
        "ToolCallId" => id("tcl"),
        "ArtifactId" => id("art"),
        "TokenId" => id("tok"),
        "Decision" => json!("approve"),
        "DashboardFilters" => json!({ "period": "MTD", "unit": "company" }),
        "MessageWindowRequest" => json!({ "limit": 100 }),
        "BranchPair" => json!({ "left": id("msg"), "right": id("msg") }),
        "BranchMerge" => json!({ "from": id("msg") }),
        "NewMessage" => json!({ "content": "text" }),
        "NewArtifact" => json!({ "type": "markdown", "title": "text", "content": "text" }),
        _ => json!({}),
    }
}

fn variables(document: &str) -> Variables {
    let parsed = parse_query(document).expect("the page's document parses");
    let mut values = Map::new();
    for (_, operation) in parsed.operations.iter() {
        for definition in &operation.node.variable_definitions {
            values.insert(definition.node.name.to_string(), sample(&definition.node.var_type.to_string()));
        }
    }
    Variables::from_json(values.into())
}

#[test]
fn the_committed_schema_equals_the_generated_one() {
    let committed = include_str!("../schema.graphql");
    assert!(committed == crate::sdl(), "server/graphql/schema.graphql is out of date: run `make schema`");
}

#[tokio::test]
async fn every_document_of_the_page_is_within_the_limits_and_valid() {
    let documents = crate::allow_list::documents();
    assert!(!documents.is_empty());
    for (name, text) in documents {
        assert!(crate::limits::parse_bounded(&text).is_ok(), "{name} exceeds a limit");
        let request = Request::new(&text).variables(variables(&text));
        let response: Response =
            schema_without_services().execute_stream(request).next().await.expect("one response");
        for error in &response.errors {
            assert!(error.message.contains("does not exist."), "{name}: {}", error.message);
            assert!(!error.message.contains("Unknown"), "{name}: {}", error.message);
        }
    }
}

#[tokio::test]
async fn the_standard_introspection_query_is_within_the_limits() {
    let query = include_str!("introspection.graphql");
    assert!(crate::limits::parse_bounded(query).is_ok());
    let response = schema_without_services().execute(query).await;
    assert_eq!(response.errors, []);
}

#[tokio::test]
async fn twenty_large_lists_are_too_complex_and_twenty_dashboards_are_not() {
    let widgets = "widgets { kpi { trend { month } } }";
    let dashboards =
        (0..20).map(|n| format!("d{n}: dashboard(slug: \"a\") {{ {widgets} }}")).collect::<String>();
    let lists = (0..20).fold(String::new(), |text, n| {
        format!("{text} a{n}: artifacts(limit: 100) {{ items {{ id title digest mediaType version versionId createdAt }} }}")
    });
    for (document, is_too_complex) in
        [(format!("{{ {dashboards} }}"), false), (format!("{{ {lists} }}"), true)]
    {
        let response = schema_without_services().execute(document).await;
        let is_rejected = response.errors.iter().any(|error| error.message == "Query is too complex.");
        assert_eq!(is_rejected, is_too_complex);
    }
}
