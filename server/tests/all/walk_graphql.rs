//! Every field of the schema that takes an id, as an argument or inside an input, walked as somebody of
//! another tenant and as somebody else of the same one. A new field is walked by being in the schema.

use crate::{
    graphql_socket::Socket,
    rest_app::{Company, Person, app},
    walk::{Owned, belongings, missing},
};
use serde_json::{Map, Value, json};

/// The schema, as the door itself tells it.
struct Schema(Value);

/// What a type is under its wrappings.
struct Named<'a> {
    name: &'a str,
    kind: &'a str,
    is_required: bool,
    is_list: bool,
    /// As it is written.
    text: String,
}

fn unwrap(kind: &Value) -> Named<'_> {
    let inner = &kind["ofType"];
    match kind["kind"].as_str().unwrap() {
        "NON_NULL" => {
            let of = unwrap(inner);
            Named { is_required: true, text: format!("{}!", of.text), ..of }
        }
        "LIST" => {
            let of = unwrap(inner);
            Named { is_required: false, is_list: true, text: format!("[{}]", of.text), ..of }
        }
        named => {
            let name = kind["name"].as_str().unwrap();
            Named { name, kind: named, is_required: false, is_list: false, text: name.to_owned() }
        }
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

impl Schema {
    async fn read(person: &Person) -> Self {
        let query = include_str!("../../graphql/src/introspection.graphql");
        Self(person.graphql(query, &json!({})).await["data"]["__schema"].clone())
    }

    fn find(&self, name: &str) -> &Value {
        list(&self.0["types"]).find(|one| one["name"] == name).unwrap()
    }

    /// Lists where ids stand below an argument or an input's field: the path to each, and its kind.
    fn ids(&self, value: &Value, path: &[String]) -> Vec<(Vec<String>, String)> {
        let named = unwrap(&value["type"]);
        let mut path = path.to_vec();
        path.push(value["name"].as_str().unwrap().to_owned());
        match named.kind {
            "SCALAR" if named.name.ends_with("Id") => vec![(path, named.name.to_owned())],
            "INPUT_OBJECT" => {
                list(&self.find(named.name)["inputFields"]).flat_map(|field| self.ids(field, &path)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Makes a value: what must be there, and the id at its place. Other ids are one's own.
    fn value(&self, value: &Value, own: &Owned, at: &[String], id: &str) -> Option<Value> {
        let named = unwrap(&value["type"]);
        let (is_here, rest) = match at.split_first() {
            Some((first, rest)) if value["name"] == first.as_str() => (true, rest),
            _ => (false, at),
        };
        if !named.is_required && !is_here {
            return None;
        }
        let one = match named.kind {
            "INPUT_OBJECT" => {
                let mut fields = Map::new();
                for field in list(&self.find(named.name)["inputFields"]) {
                    let below = if is_here { rest } else { &[] };
                    if let Some(made) = self.value(field, own, below, id) {
                        fields.insert(field["name"].as_str().unwrap().to_owned(), made);
                    }
                }
                Value::Object(fields)
            }
            "ENUM" => list(&self.find(named.name)["enumValues"]).next().unwrap()["name"].clone(),
            _ if is_here => json!(id),
            _ if named.name.ends_with("Id") => own.get(named.name).map_or(Value::Null, |own| json!(own)),
            _ => match named.name {
                "Boolean" => json!(true),
                "Int" | "Float" => json!(1),
                _ => json!("words"),
            },
        };
        let is_empty = named.is_list && !is_here;
        Some(if is_empty {
            json!([])
        } else if named.is_list {
            json!([one])
        } else {
            one
        })
    }
}

/// A document that asks for one field, and its variables.
fn ask(schema: &Schema, root: &str, field: &Value, own: &Owned, at: &[String], id: &str) -> (String, Value) {
    let name = field["name"].as_str().unwrap();
    let (mut head, mut call, mut variables) = (Vec::new(), Vec::new(), Map::new());
    for argument in list(&field["args"]) {
        let Some(value) = schema.value(argument, own, at, id) else { continue };
        let argument_name = argument["name"].as_str().unwrap();
        head.push(format!("${argument_name}: {}", unwrap(&argument["type"]).text));
        call.push(format!("{argument_name}: ${argument_name}"));
        variables.insert(argument_name.to_owned(), value);
    }
    let is_leaf = matches!(unwrap(&field["type"]).kind, "SCALAR" | "ENUM");
    let selection = if is_leaf { "" } else { "{ __typename }" };
    let document = format!("{root}({}) {{ {name}({}) {selection} }}", head.join(", "), call.join(", "));
    (document, Value::Object(variables))
}

async fn answer(person: &Person, root: &str, document: &str, variables: Value) -> Value {
    if root != "subscription" {
        return person.graphql(document, &variables).await;
    }
    let mut socket = Socket::of(person).await;
    socket.subscribe("walk", document, variables).await;
    json!(socket.hear_out("walk").await)
}

#[tokio::test]
async fn no_field_tells_an_id_of_somebody_else_from_one_that_nothing_has() {
    let alice = app().person("alice", Company::Acme).await;
    let schema = Schema::read(&alice).await;
    let hers = belongings(&alice, "fields-a").await;
    let others = [
        (app().person("mallory", Company::Globex).await, "fields-m"),
        (app().person("bob", Company::Acme).await, "fields-b"),
    ];
    let mut walked = 0;
    for (other, gate) in &others {
        let own = belongings(other, gate).await;
        for (root, name) in [("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")] {
            for field in list(&schema.find(name)["fields"]) {
                let ids: Vec<_> =
                    list(&field["args"]).flat_map(|argument| schema.ids(argument, &[])).collect();
                for (place, kind) in ids {
                    let id = hers
                        .get(kind.as_str())
                        .unwrap_or_else(|| panic!("walk.rs has no value for a {kind}"));
                    let what = format!("{root} {} {place:?}", field["name"]);
                    let mut answers = Vec::new();
                    for id in [id.clone(), missing(id)] {
                        let (document, variables) = ask(&schema, root, field, &own, &place, &id);
                        let told = answer(other, root, &document, variables).await;
                        answers.push(told.to_string().replace(&id, "*"));
                    }
                    assert_eq!(answers[0], answers[1], "{what}");
                    let is_filter = place.first().is_some_and(|first| first == "filter");
                    let expected = if is_filter { "\"data\":{" } else { "\"code\":\"not_found\"" };
                    assert!(answers[0].contains(expected), "{what}: {}", answers[0]);
                    walked += 1;
                }
            }
        }
        app().gates.open(&format!("held-{gate}"));
    }
    assert!(walked >= 2 * 20, "{walked}");
    app().gates.open("held-fields-a");
    let turn = format!("/v1/turns/{}/events", hers["TurnId"]);
    assert!(alice.get(&turn).await.text.contains("event: finished"), "nobody stopped her turn");
    assert_eq!(alice.get("/v1/tools").await.status, 200, "nobody took her token back");
    assert_eq!(alice.get(&format!("/v1/artifacts/{}", hers["ArtifactId"])).await.status, 200);
}
