//! The committed schema, and the page's documents against it.

use crate::{mutation::Mutation, query::Query, subscription::Subscription};
use async_graphql::{Request, Response, Variables, parser::parse_query};
use futures::StreamExt;
use serde_json::{Map, Value, json};

/// A schema without services: what is valid reaches a resolver, which then finds none.
fn bare() -> crate::Schema {
    async_graphql::Schema::build(Query, Mutation, Subscription)
        .limit_depth(crate::limits::MAX_DEPTH)
        .limit_complexity(crate::limits::MAX_COMPLEXITY)
        .finish()
}

/// A value of a type that a document may ask for.
fn sample(kind: &str) -> Value {
    let id = |prefix: &str| json!(format!("{prefix}_00000000000000000000000001"));
    match kind.trim_end_matches('!') {
        list if list.starts_with('[') => json!([]),
        "String" => json!("words"),
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
        "NewMessage" => json!({ "content": "words" }),
        "NewArtifact" => json!({ "type": "markdown", "title": "words", "content": "words" }),
        _ => json!({}),
    }
}

fn variables(document: &str) -> Variables {
    let parsed = parse_query(document).expect("a document of the page parses");
    let mut values = Map::new();
    for (_, operation) in parsed.operations.iter() {
        for definition in &operation.node.variable_definitions {
            values.insert(definition.node.name.to_string(), sample(&definition.node.var_type.to_string()));
        }
    }
    Variables::from_json(values.into())
}

#[test]
fn the_committed_schema_is_the_one_the_code_makes() {
    let committed = include_str!("../schema.graphql");
    assert!(committed == crate::sdl(), "server/graphql/schema.graphql is out of date: run `make schema`");
}

#[tokio::test]
async fn every_document_of_the_page_keeps_the_limits_and_is_valid() {
    let documents = crate::allow_list::documents();
    assert!(!documents.is_empty());
    for (name, text) in documents {
        assert!(crate::limits::inspect(&text).is_ok(), "{name} breaks a limit");
        let request = Request::new(&text).variables(variables(&text));
        let response: Response = bare().execute_stream(request).next().await.expect("one answer");
        for error in &response.errors {
            assert!(error.message.contains("does not exist."), "{name}: {}", error.message);
            assert!(!error.message.contains("Unknown"), "{name}: {}", error.message);
        }
    }
}

#[tokio::test]
async fn the_standard_introspection_query_is_within_the_limits() {
    let query = include_str!("introspection.graphql");
    assert!(crate::limits::inspect(query).is_ok());
    let response = bare().execute(query).await;
    assert_eq!(response.errors, []);
}

#[tokio::test]
async fn a_large_page_of_everything_is_too_complex_and_a_page_of_the_pages_own_is_not() {
    let widgets = "widgets { kpi { trend { month } } }";
    let many = (0..20).map(|n| format!("d{n}: dashboard(slug: \"a\") {{ {widgets} }}")).collect::<String>();
    let heavy = (0..20).fold(String::new(), |text, n| {
        format!("{text} a{n}: artifacts(limit: 100) {{ items {{ id title digest mediaType version versionId createdAt }} }}")
    });
    for (document, is_too_complex) in [(format!("{{ {many} }}"), false), (format!("{{ {heavy} }}"), true)] {
        let response = bare().execute(document).await;
        let refused = response.errors.iter().any(|error| error.message == "Query is too complex.");
        assert_eq!(refused, is_too_complex);
    }
}
