//! Tenant and user isolation over REST. For every endpoint of the generated OpenAPI document and every id it
//! takes, a user of another tenant and another user of the same tenant send an id of alice's data; the
//! response must be identical to that for an id that does not exist. New endpoints are covered automatically;
//! a new id type fails until [`create_data`] provides one.

use crate::shared_app::{ApiResponse, TestTenant, TestUser, app};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Ids that name the subject of a share. They are those of the tenant's directory, which its users share; that those
/// of another tenant are unknown is tested with the service.
pub const DIRECTORY_IDS: [&str; 2] = ["PrincipalId", "GroupId"];

/// Ids of a user's data, by the name of the id type.
pub type OwnedIds = HashMap<&'static str, String>;

/// Creates one object of every type that has an id. The turn runs until the gate `held-<gate>` opens.
pub async fn create_data(user: &TestUser, gate: &str) -> OwnedIds {
    let conversation = user.create_conversation().await;
    let call = r#"{"period":"MTD","unit":"company"}"#;
    let events = user.send_message(&conversation, "caller-get_company_kpis", call).await;
    let of = |kind: &str, field: &str| {
        let event = events.iter().find(|event| event.kind == kind).expect("no such event");
        event.data[field].as_str().unwrap().to_owned()
    };
    let new = json!({ "type": "markdown", "title": "t", "content": format!("text of {gate}") });
    let artifact = user.post("/v1/artifacts", &new).await.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    // A turn that is still running, so that it can be stopped.
    let other = user.create_conversation().await;
    let running = user.start_turn(&other, &format!("held-{gate}"), "one and two").await;
    let shared = user.create_conversation().await;
    let shares =
        user.post(&format!("/v1/conversations/{shared}/shares"), &json!({ "everyone": true })).await.json();
    HashMap::from([
        ("ConversationId", conversation),
        ("ShareId", text(&shares["items"][0]["id"])),
        ("TurnId", running["id"].as_str().unwrap().to_owned()),
        ("MessageId", of("started", "messageId")),
        ("ToolCallId", of("tool_call", "callId")),
        ("ArtifactId", text(&artifact["id"])),
        ("ArtifactVersionId", text(&artifact["versionId"])),
        ("TokenId", user.token_id.clone()),
    ])
}

/// Returns an id of the same type that does not exist.
pub fn missing_id(id: &str) -> String {
    format!("{}_01k00000000000000000000000", id.split('_').next().unwrap())
}

/// The parameter or body field of a request that holds an id.
#[derive(Debug, Clone, PartialEq)]
enum IdLocation {
    Path(String),
    Query(String),
    Body(String),
}

/// An operation of the OpenAPI document.
struct OpenApiEndpoint<'a> {
    method: String,
    path: String,
    operation: &'a Value,
    schemas: &'a Value,
}

/// Returns the name of the id type that a schema, its items or one of its alternatives refers to.
fn id_type(schema: &Value) -> Option<&str> {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return Some(name).filter(|name| name.ends_with("Id"));
    }
    let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    choices.into_iter().flatten().chain(schema.get("items")).find_map(id_type)
}

impl OpenApiEndpoint<'_> {
    fn parameters(&self) -> impl Iterator<Item = &Value> {
        self.operation["parameters"].as_array().into_iter().flatten()
    }

    fn body_schema(&self) -> Option<&Value> {
        let schema = &self.operation["requestBody"]["content"]["application/json"]["schema"];
        let reference = schema["$ref"]
            .as_str()
            .or_else(|| schema["oneOf"].as_array()?.iter().find_map(|one| one["$ref"].as_str()))?;
        Some(&self.schemas[reference.rsplit('/').next()?])
    }

    /// Lists the locations of ids, with their types.
    fn ids(&self) -> Vec<(IdLocation, String)> {
        let mut ids = Vec::new();
        for parameter in self.parameters() {
            let name = parameter["name"].as_str().unwrap().to_owned();
            let Some(kind) = id_type(&parameter["schema"]) else { continue };
            let location =
                if parameter["in"] == "path" { IdLocation::Path(name) } else { IdLocation::Query(name) };
            ids.push((location, kind.to_owned()));
        }
        let fields = self.body_schema().and_then(|schema| schema["properties"].as_object());
        for (name, schema) in fields.into_iter().flatten() {
            if let Some(kind) = id_type(schema) {
                ids.push((IdLocation::Body(name.clone()), kind.to_owned()));
            }
        }
        ids.retain(|(_, kind)| !DIRECTORY_IDS.contains(&kind.as_str()));
        ids
    }

    /// Returns a body with the required fields only, and the caller's own ids.
    fn body(&self, own: &OwnedIds) -> Value {
        let Some(schema) = self.body_schema() else { return json!({}) };
        let mut body = Map::new();
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let wanted = &schema["properties"][name];
            let value = id_type(wanted).map_or_else(|| self.sample(wanted), |kind| json!(own[kind]));
            body.insert(name.to_owned(), value);
        }
        if schema["properties"].get("content").is_some() {
            body.insert("content".to_owned(), json!("words"));
        }
        Value::Object(body)
    }

    fn sample(&self, schema: &Value) -> Value {
        if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
            return self.sample(&self.schemas[name]);
        }
        match (schema["enum"].get(0), schema["type"].as_str()) {
            (Some(first), _) => first.clone(),
            (_, Some("string")) => json!("words"),
            (_, Some("boolean")) => json!(true),
            (_, Some("integer" | "number")) => json!(1),
            (_, Some("array")) => json!([]),
            _ => json!({}),
        }
    }

    /// Sends the request as `user`, with `id` at one location and the user's own ids at all others.
    async fn send(&self, user: &TestUser, own: &OwnedIds, at: &IdLocation, id: &str) -> ApiResponse {
        let (mut path, mut query, mut body) = (self.path.clone(), Vec::new(), self.body(own));
        for parameter in self.parameters() {
            let name = parameter["name"].as_str().unwrap();
            let value = if *at == IdLocation::Path(name.to_owned()) {
                id.to_owned()
            } else {
                id_type(&parameter["schema"]).map_or_else(|| "1".to_owned(), |kind| own[kind].clone())
            };
            if parameter["in"] == "path" {
                path = path.replace(&format!("{{{name}}}"), &value);
            } else if *at == IdLocation::Query(name.to_owned()) {
                query.push((name.to_owned(), id.to_owned()));
            } else if parameter["in"] == "query" && parameter["required"] == true {
                query.push((name.to_owned(), value));
            }
        }
        if let IdLocation::Body(name) = at {
            let is_list =
                self.body_schema().is_some_and(|schema| schema["properties"][name]["type"] == "array");
            body[name] = if is_list { json!([id]) } else { json!(id) };
        }
        let method = self.method.to_uppercase();
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let mut request =
            user.request(&method, &format!("{path}?{query}")).header("accept", "application/json");
        if !self.operation["requestBody"].is_null() {
            request = request.json(&body);
        }
        user.send(request).await
    }
}

/// Returns the status and the text of a response, with the id that was sent replaced by `*`.
fn without_id(response: &ApiResponse, id: &str) -> (u16, String) {
    (response.status, response.text.replace(id, "*"))
}

#[tokio::test]
async fn no_endpoint_distinguishes_a_foreign_id_from_a_missing_one() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let others = [
        (app().create_user("mallory", TestTenant::Globex).await, "isolation-m"),
        (app().create_user("bob", TestTenant::Acme).await, "isolation-b"),
    ];
    let alice_ids = create_data(&alice, "isolation-a").await;
    let document = serde_json::to_value(penny::rest::openapi()).unwrap();
    let mut checked = 0;
    for (other, gate) in &others {
        let own = create_data(other, gate).await;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let schemas = &document["components"]["schemas"];
                let endpoint =
                    OpenApiEndpoint { method: method.clone(), path: path.clone(), operation, schemas };
                for (location, kind) in endpoint.ids() {
                    let id =
                        alice_ids.get(kind.as_str()).unwrap_or_else(|| panic!("create_data has no {kind}"));
                    let context = format!("{method} {path} {location:?}");
                    let foreign = endpoint.send(other, &own, &location, id).await;
                    let missing = endpoint.send(other, &own, &location, &missing_id(id)).await;
                    let malformed = endpoint.send(other, &own, &location, "nonsense").await;
                    assert_eq!(without_id(&foreign, id), without_id(&missing, &missing_id(id)), "{context}");
                    if matches!(location, IdLocation::Path(_)) {
                        assert_eq!(without_id(&foreign, id), without_id(&malformed, "nonsense"), "{context}");
                    }
                    let is_signed = path.ends_with("/content");
                    let expected = if is_signed { (403, "forbidden") } else { (404, "not_found") };
                    assert_eq!(
                        foreign.problem(),
                        (expected.0, expected.1.to_owned()),
                        "{context}: {}",
                        foreign.text
                    );
                    checked += 1;
                }
            }
        }
        app().gates.open(&format!("held-{gate}"));
    }
    assert!(checked >= 2 * 17, "{checked}");

    // Alice's data is unchanged.
    app().gates.open("held-isolation-a");
    let turn = format!("/v1/turns/{}/events", alice_ids["TurnId"]);
    assert!(alice.get(&turn).await.text.contains("event: finished"));
    let messages =
        alice.get(&format!("/v1/conversations/{}/messages", alice_ids["ConversationId"])).await.json();
    assert_eq!(messages["pathLength"], 2);
    assert_eq!(alice.get(&format!("/v1/artifacts/{}", alice_ids["ArtifactId"])).await.status, 200);
}
