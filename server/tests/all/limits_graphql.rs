//! Invalid and oversized GraphQL requests, and the documents that a cookie session may send.

use crate::shared_app::{TestTenant, TestUser, app, client};
use serde_json::{Value, json};

async fn error_code(user: &TestUser, document: &str) -> String {
    let response = user.graphql(document, &json!({})).await;
    response["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn hostile_documents_are_rejected_with_a_code() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let exponential_fragments = (0..60)
        .fold("{ ...f0 } fragment f60 on Query { __typename }".to_owned(), |text, n| {
            format!("{text} fragment f{n} on Query {{ ...f{} ...f{} }}", n + 1, n + 1)
        });
    let aliases = (0..500).fold("{".to_owned(), |text, n| format!("{text} a{n}: viewer {{ name }}")) + "}";
    let nested = "type { ofType { ".repeat(12);
    let pages = (0..20).fold("{".to_owned(), |text, n| {
        format!("{text} a{n}: conversations(limit: 100) {{ items {{ id title isPinned updatedAt snippet activeTurnId }} }}")
    }) + "}";
    for (document, expected) in [
        (String::new(), "malformed"),
        ("{".to_owned(), "malformed"),
        ("query { viewer { name }".to_owned(), "malformed"),
        ("{ viewer { nothing } }".to_owned(), "malformed"),
        ("{ viewer }".to_owned(), "malformed"),
        ("mutation { deleteEverything }".to_owned(), "malformed"),
        ("subscription { conversationUpdates { id } }".to_owned(), "malformed"),
        ("{ conversation(id: \"nonsense\") { id } }".to_owned(), "malformed"),
        ("{ conversation(id: \"msg_00000000000000000000000001\") { id } }".to_owned(), "malformed"),
        ("query A { viewer { name } } query B { viewer { name } }".to_owned(), "malformed"),
        ("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }".to_owned(), "invalid"),
        (exponential_fragments, "invalid"),
        (aliases, "invalid"),
        (pages, "invalid"),
        ("{".repeat(30_000), "invalid"),
        (format!("{{ a(b: {}", "[".repeat(30_000)), "invalid"),
        (format!("{{ viewer {{ name }} }} #{}", "x".repeat(70_000)), "too_large"),
        (format!("{{ __schema {{ types {{ {nested} name {} }} }} }}", "}".repeat(24)), "invalid"),
        (format!("{{ viewer {{ {} }} }}", "name @skip(if: false) ".repeat(2_000)), "invalid"),
        (format!("{{ viewer {{ name {} }} }}", "@include(if: true) ".repeat(50)), "malformed"),
        ("\u{0}\u{1}\u{202e}{".to_owned(), "malformed"),
    ] {
        let start: String = document.chars().take(60).collect();
        assert_eq!(error_code(&alice, &document).await, expected, "{start}");
    }
    assert_eq!(alice.get("/v1/models").await.status, 200);
}

#[tokio::test]
async fn an_invalid_graphql_request_is_a_problem_response() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let deep = format!(
        "{{\"query\":\"{{ viewer {{ name }} }}\",\"variables\":{}1{}}}",
        "{\"a\":".repeat(10_000),
        "}".repeat(10_000)
    );
    for (kind, body, status) in [
        ("application/json", "{".to_owned(), 400),
        ("application/json", "[{\"query\":\"{ viewer { name } }\"}]".to_owned(), 400),
        ("text/plain", "{\"query\":\"{ viewer { name } }\"}".to_owned(), 415),
        ("application/json", deep, 400),
        ("application/json", format!("{{\"query\":\"{}\"}}", "a".repeat(9 * 1024 * 1024)), 413),
    ] {
        let request = alice.request("POST", "/graphql").header("content-type", kind).body(body.clone());
        let response = alice.send(request).await;
        let start: String = body.chars().take(40).collect();
        assert_eq!(response.problem().0, status, "{start}");
    }
    let anonymous = client()
        .post(app().url("/graphql"))
        .json(&json!({ "query": "{ viewer { name } }" }))
        .send()
        .await
        .unwrap();
    assert_eq!(anonymous.status(), 401);
}

#[tokio::test]
async fn a_token_may_read_the_schema() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let query = include_str!("../../graphql/src/introspection.graphql");
    let response = alice.graphql(query, &json!({})).await;
    assert!(response.get("errors").is_none(), "{response}");
    assert!(response["data"]["__schema"]["types"].as_array().unwrap().len() > 50);
}

/// Signs in like a browser and returns the `Cookie` header.
async fn session_cookie(user: &TestUser) -> String {
    let form = [("email", user.email.as_str()), ("password", "correct horse battery staple")];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = client()
        .post(app().url("/auth/password"))
        .header("origin", app().url(""))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    let response = request.send().await.unwrap();
    let cookies = response.headers().get_all("set-cookie").iter();
    let pairs: Vec<_> =
        cookies.filter_map(|value| value.to_str().ok()?.split(';').next().map(str::to_owned)).collect();
    assert!(!pairs.is_empty(), "{}: no cookie", response.status());
    pairs.join("; ")
}

async fn graphql_with_cookie(cookie: &str, body: &Value) -> (u16, Value) {
    let request = client()
        .post(app().url("/graphql"))
        .header("origin", app().url(""))
        .header("sec-fetch-site", "same-origin")
        .header("cookie", cookie)
        .json(body);
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

#[tokio::test]
async fn a_cookie_session_may_send_the_pages_own_documents_and_no_others() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let cookie = session_cookie(&alice).await;
    for (name, document) in penny_graphql::allow_list::documents() {
        if name == "viewer.graphql" {
            let (status, response) = graphql_with_cookie(&cookie, &json!({ "query": document })).await;
            assert_eq!((status, &response["data"]["viewer"]["name"]), (200, &json!("alice")), "{response}");
        }
    }
    for document in [
        "{ viewer { name } }",
        "{ __schema { types { name } } }",
        "mutation { createToken(name: \"stolen\") { secret } }",
    ] {
        let (_, response) = graphql_with_cookie(&cookie, &json!({ "query": document })).await;
        assert_eq!(response["errors"][0]["extensions"]["code"], "forbidden", "{document}: {response}");
        assert_eq!(response["errors"][0]["extensions"]["messageKey"], "graphql-not-listed");
        assert!(response["data"].is_null());
    }
    let cross_site = client()
        .post(app().url("/graphql"))
        .header("origin", "https://evil.example")
        .header("cookie", &cookie)
        .json(&json!({ "query": "{ viewer { name } }" }));
    assert_eq!(cross_site.send().await.unwrap().status(), 403);
}
