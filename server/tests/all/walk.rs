//! Every endpoint of the generated OpenAPI document, walked as somebody of another tenant and as
//! somebody else of the same one: an id of theirs is answered, to the letter, like an id that nothing
//! has. A new endpoint is walked by being in the document; a new kind of id fails until it has a value
//! here.

use crate::rest_app::{Company, Person, Reply, app};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Ids of things that somebody owns, by the name of their kind.
pub type Owned = HashMap<&'static str, String>;

/// Makes one of everything that has an id.
pub async fn belongings(person: &Person, gate: &str) -> Owned {
    let conversation = person.conversation().await;
    let call = r#"{"period":"MTD","unit":"company"}"#;
    let seen = person.ask(&conversation, "caller-get_company_kpis", call).await;
    let of = |kind: &str, field: &str| {
        let event = seen.iter().find(|event| event.kind == kind).expect("it was told");
        event.data[field].as_str().unwrap().to_owned()
    };
    let new = json!({ "type": "markdown", "title": "t", "content": format!("words of {gate}") });
    let artifact = person.post("/v1/artifacts", &new).await.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    // One that is still being said, so that there is something to stop.
    let other = person.conversation().await;
    let running = person.ask_and_leave(&other, &format!("held-{gate}"), "one and two").await;
    HashMap::from([
        ("ConversationId", conversation),
        ("TurnId", running["id"].as_str().unwrap().to_owned()),
        ("MessageId", of("started", "messageId")),
        ("ToolCallId", of("tool_call", "callId")),
        ("ArtifactId", text(&artifact["id"])),
        ("ArtifactVersionId", text(&artifact["versionId"])),
        ("TokenId", person.token_id.clone()),
    ])
}

/// Returns an id of the kind of this one that nothing has.
pub fn missing(id: &str) -> String {
    format!("{}_01k00000000000000000000000", id.split('_').next().unwrap())
}

/// A place of a request where an id stands.
#[derive(Debug, Clone, PartialEq)]
enum Place {
    Path(String),
    Query(String),
    Body(String),
}

/// What the document says of an endpoint.
struct Endpoint<'a> {
    method: String,
    path: String,
    operation: &'a Value,
    schemas: &'a Value,
}

/// Returns the kind of id a schema asks for, alone, in a list or as one of several.
fn kind(schema: &Value) -> Option<&str> {
    if let Some(name) = schema["$ref"].as_str().and_then(|at| at.rsplit('/').next()) {
        return Some(name).filter(|name| name.ends_with("Id"));
    }
    let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    choices.into_iter().flatten().chain(schema.get("items")).find_map(kind)
}

impl Endpoint<'_> {
    fn parameters(&self) -> impl Iterator<Item = &Value> {
        self.operation["parameters"].as_array().into_iter().flatten()
    }

    fn body_schema(&self) -> Option<&Value> {
        let schema = &self.operation["requestBody"]["content"]["application/json"]["schema"];
        let at = schema["$ref"]
            .as_str()
            .or_else(|| schema["oneOf"].as_array()?.iter().find_map(|one| one["$ref"].as_str()))?;
        Some(&self.schemas[at.rsplit('/').next()?])
    }

    /// Lists where ids stand, and of which kind.
    fn ids(&self) -> Vec<(Place, String)> {
        let mut found = Vec::new();
        for parameter in self.parameters() {
            let name = parameter["name"].as_str().unwrap().to_owned();
            let Some(kind) = kind(&parameter["schema"]) else { continue };
            let place = if parameter["in"] == "path" { Place::Path(name) } else { Place::Query(name) };
            found.push((place, kind.to_owned()));
        }
        let fields = self.body_schema().and_then(|schema| schema["properties"].as_object());
        for (name, schema) in fields.into_iter().flatten() {
            if let Some(kind) = kind(schema) {
                found.push((Place::Body(name.clone()), kind.to_owned()));
            }
        }
        found
    }

    /// Makes the smallest body the schema takes, with ids of the caller's own.
    fn body(&self, own: &Owned) -> Value {
        let Some(schema) = self.body_schema() else { return json!({}) };
        let mut body = Map::new();
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let wanted = &schema["properties"][name];
            let value = kind(wanted).map_or_else(|| self.sample(wanted), |kind| json!(own[kind]));
            body.insert(name.to_owned(), value);
        }
        if schema["properties"].get("content").is_some() {
            body.insert("content".to_owned(), json!("words"));
        }
        Value::Object(body)
    }

    fn sample(&self, schema: &Value) -> Value {
        if let Some(name) = schema["$ref"].as_str().and_then(|at| at.rsplit('/').next()) {
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

    /// Sends the request as somebody, with `id` at one place and their own ids at all others.
    async fn send(&self, person: &Person, own: &Owned, at: &Place, id: &str) -> Reply {
        let (mut path, mut query, mut body) = (self.path.clone(), Vec::new(), self.body(own));
        for parameter in self.parameters() {
            let name = parameter["name"].as_str().unwrap();
            let value = if *at == Place::Path(name.to_owned()) {
                id.to_owned()
            } else {
                kind(&parameter["schema"]).map_or_else(|| "1".to_owned(), |kind| own[kind].clone())
            };
            if parameter["in"] == "path" {
                path = path.replace(&format!("{{{name}}}"), &value);
            } else if *at == Place::Query(name.to_owned()) {
                query.push((name.to_owned(), id.to_owned()));
            } else if parameter["in"] == "query" && parameter["required"] == true {
                query.push((name.to_owned(), value));
            }
        }
        if let Place::Body(name) = at {
            let is_list =
                self.body_schema().is_some_and(|schema| schema["properties"][name]["type"] == "array");
            body[name] = if is_list { json!([id]) } else { json!(id) };
        }
        let method = self.method.to_uppercase();
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let mut request =
            person.request(&method, &format!("{path}?{query}")).header("accept", "application/json");
        if !self.operation["requestBody"].is_null() {
            request = request.json(&body);
        }
        person.send(request).await
    }
}

/// What may be compared of an answer: all that a client is shown, but for the id it sent itself.
fn shown(reply: &Reply, id: &str) -> (u16, String) {
    (reply.status, reply.text.replace(id, "*"))
}

#[tokio::test]
async fn no_endpoint_tells_an_id_of_somebody_else_from_one_that_nothing_has() {
    let alice = app().person("alice", Company::Acme).await;
    let others = [
        (app().person("mallory", Company::Globex).await, "walk-m"),
        (app().person("bob", Company::Acme).await, "walk-b"),
    ];
    let hers = belongings(&alice, "walk-a").await;
    let document = serde_json::to_value(penny::rest::openapi()).unwrap();
    let mut walked = 0;
    for (other, gate) in &others {
        let own = belongings(other, gate).await;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let schemas = &document["components"]["schemas"];
                let endpoint = Endpoint { method: method.clone(), path: path.clone(), operation, schemas };
                for (place, kind) in endpoint.ids() {
                    let id = hers
                        .get(kind.as_str())
                        .unwrap_or_else(|| panic!("walk.rs has no value for a {kind}"));
                    let what = format!("{method} {path} {place:?}");
                    let theirs = endpoint.send(other, &own, &place, id).await;
                    let nobodys = endpoint.send(other, &own, &place, &missing(id)).await;
                    let nonsense = endpoint.send(other, &own, &place, "nonsense").await;
                    assert_eq!(shown(&theirs, id), shown(&nobodys, &missing(id)), "{what}");
                    if matches!(place, Place::Path(_)) {
                        assert_eq!(shown(&theirs, id), shown(&nonsense, "nonsense"), "{what}");
                    }
                    let is_signed = path.ends_with("/content");
                    let expected = if is_signed { (403, "forbidden") } else { (404, "not_found") };
                    assert_eq!(
                        theirs.problem(),
                        (expected.0, expected.1.to_owned()),
                        "{what}: {}",
                        theirs.text
                    );
                    walked += 1;
                }
            }
        }
        app().gates.open(&format!("held-{gate}"));
    }
    assert!(walked >= 2 * 17, "{walked}");

    // And nothing of hers was touched.
    app().gates.open("held-walk-a");
    let turn = format!("/v1/turns/{}/events", hers["TurnId"]);
    assert!(alice.get(&turn).await.text.contains("event: finished"));
    let messages = alice.get(&format!("/v1/conversations/{}/messages", hers["ConversationId"])).await.json();
    assert_eq!(messages["pathLength"], 2);
    assert_eq!(alice.get(&format!("/v1/artifacts/{}", hers["ArtifactId"])).await.status, 200);
}
