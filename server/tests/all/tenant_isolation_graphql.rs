//! Tenant and user isolation over GraphQL, like `tenant_isolation_rest`: every field of the schema that takes
//! an id, as an argument or inside an input object. New fields are covered automatically.

use crate::{
    graphql_socket::GraphqlSocket,
    shared_app::{TestTenant, TestUser, app},
    tenant_isolation_rest::{DIRECTORY_IDS, OwnedIds, create_data, missing_id},
};
use serde_json::{Map, Value, json};

/// The schema, from introspection.
struct IntrospectedSchema(Value);

/// A named type, without its list and non-null wrappers.
struct NamedType<'a> {
    name: &'a str,
    kind: &'a str,
    is_required: bool,
    is_list: bool,
    /// The type in GraphQL syntax, with its wrappers.
    text: String,
}

fn named_type(wrapped: &Value) -> NamedType<'_> {
    let inner = &wrapped["ofType"];
    match wrapped["kind"].as_str().unwrap() {
        "NON_NULL" => {
            let of = named_type(inner);
            NamedType { is_required: true, text: format!("{}!", of.text), ..of }
        }
        "LIST" => {
            let of = named_type(inner);
            NamedType { is_required: false, is_list: true, text: format!("[{}]", of.text), ..of }
        }
        kind => {
            let name = wrapped["name"].as_str().unwrap();
            NamedType { name, kind, is_required: false, is_list: false, text: name.to_owned() }
        }
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

impl IntrospectedSchema {
    async fn fetch(user: &TestUser) -> Self {
        let query = include_str!("../../graphql/src/introspection.graphql");
        Self(user.graphql(query, &json!({})).await["data"]["__schema"].clone())
    }

    fn get_type(&self, name: &str) -> &Value {
        list(&self.0["types"]).find(|one| one["name"] == name).unwrap()
    }

    /// Lists the ids in an argument or input field: the path to each, and its type.
    fn ids(&self, value: &Value, path: &[String]) -> Vec<(Vec<String>, String)> {
        let named = named_type(&value["type"]);
        let mut path = path.to_vec();
        path.push(value["name"].as_str().unwrap().to_owned());
        match named.kind {
            "SCALAR" if DIRECTORY_IDS.contains(&named.name) => Vec::new(),
            "SCALAR" if named.name.ends_with("Id") => vec![(path, named.name.to_owned())],
            "INPUT_OBJECT" => list(&self.get_type(named.name)["inputFields"])
                .flat_map(|field| self.ids(field, &path))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Returns a value with the required fields only, `id` at the path `at`, and the user's own ids
    /// elsewhere; `None` when it is neither required nor on the path.
    fn value(&self, value: &Value, own: &OwnedIds, at: &[String], id: &str) -> Option<Value> {
        let named = named_type(&value["type"]);
        let (is_on_path, rest) = match at.split_first() {
            Some((first, rest)) if value["name"] == first.as_str() => (true, rest),
            _ => (false, at),
        };
        if !named.is_required && !is_on_path {
            return None;
        }
        let one = match named.kind {
            "INPUT_OBJECT" => {
                let mut fields = Map::new();
                for field in list(&self.get_type(named.name)["inputFields"]) {
                    let field_path = if is_on_path { rest } else { &[] };
                    if let Some(field_value) = self.value(field, own, field_path, id) {
                        fields.insert(field["name"].as_str().unwrap().to_owned(), field_value);
                    }
                }
                Value::Object(fields)
            }
            "ENUM" => list(&self.get_type(named.name)["enumValues"]).next().unwrap()["name"].clone(),
            _ if is_on_path => json!(id),
            _ if named.name.ends_with("Id") => own.get(named.name).map_or(Value::Null, |own| json!(own)),
            _ => match named.name {
                "Boolean" => json!(true),
                "Int" | "Float" => json!(1),
                _ => json!("words"),
            },
        };
        let is_empty = named.is_list && !is_on_path;
        Some(if is_empty {
            json!([])
        } else if named.is_list {
            json!([one])
        } else {
            one
        })
    }
}

/// Returns a document that selects one field, and its variables.
fn field_document(
    schema: &IntrospectedSchema,
    root: &str,
    field: &Value,
    own: &OwnedIds,
    at: &[String],
    id: &str,
) -> (String, Value) {
    let name = field["name"].as_str().unwrap();
    let (mut head, mut call, mut variables) = (Vec::new(), Vec::new(), Map::new());
    for argument in list(&field["args"]) {
        let Some(value) = schema.value(argument, own, at, id) else { continue };
        let argument_name = argument["name"].as_str().unwrap();
        head.push(format!("${argument_name}: {}", named_type(&argument["type"]).text));
        call.push(format!("{argument_name}: ${argument_name}"));
        variables.insert(argument_name.to_owned(), value);
    }
    let is_leaf = matches!(named_type(&field["type"]).kind, "SCALAR" | "ENUM");
    let selection = if is_leaf { "" } else { "{ __typename }" };
    let document = format!("{root}({}) {{ {name}({}) {selection} }}", head.join(", "), call.join(", "));
    (document, Value::Object(variables))
}

async fn execute(user: &TestUser, root: &str, document: &str, variables: Value) -> Value {
    if root != "subscription" {
        return user.graphql(document, &variables).await;
    }
    let mut socket = GraphqlSocket::authenticated(user).await;
    socket.subscribe("field", document, variables).await;
    json!(socket.receive_until_complete("field").await)
}

#[tokio::test]
async fn no_field_distinguishes_a_foreign_id_from_a_missing_one() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let schema = IntrospectedSchema::fetch(&alice).await;
    let alice_ids = create_data(&alice, "fields-a").await;
    let others = [
        (app().create_user("mallory", TestTenant::Globex).await, "fields-m"),
        (app().create_user("bob", TestTenant::Acme).await, "fields-b"),
    ];
    let mut checked = 0;
    for (other, gate) in &others {
        let own = create_data(other, gate).await;
        for (root, name) in [("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")] {
            for field in list(&schema.get_type(name)["fields"]) {
                let ids: Vec<_> =
                    list(&field["args"]).flat_map(|argument| schema.ids(argument, &[])).collect();
                for (path, kind) in ids {
                    let id =
                        alice_ids.get(kind.as_str()).unwrap_or_else(|| panic!("create_data has no {kind}"));
                    let context = format!("{root} {} {path:?}", field["name"]);
                    let mut responses = Vec::new();
                    for id in [id.clone(), missing_id(id)] {
                        let (document, variables) = field_document(&schema, root, field, &own, &path, &id);
                        let response = execute(other, root, &document, variables).await;
                        responses.push(response.to_string().replace(&id, "*"));
                    }
                    assert_eq!(responses[0], responses[1], "{context}");
                    let is_filter = path.first().is_some_and(|first| first == "filter");
                    let expected = if is_filter { "\"data\":{" } else { "\"code\":\"not_found\"" };
                    assert!(responses[0].contains(expected), "{context}: {}", responses[0]);
                    checked += 1;
                }
            }
        }
        app().gates.open(&format!("held-{gate}"));
    }
    assert!(checked >= 2 * 20, "{checked}");
    app().gates.open("held-fields-a");
    let turn = format!("/v1/turns/{}/events", alice_ids["TurnId"]);
    assert!(alice.get(&turn).await.text.contains("event: finished"), "alice's turn was stopped");
    assert_eq!(alice.get("/v1/tools").await.status, 200, "alice's token was revoked");
    assert_eq!(alice.get(&format!("/v1/artifacts/{}", alice_ids["ArtifactId"])).await.status, 200);
}
