//! Invalid and oversized REST requests: each gets a specific error, and no data is lost.

use crate::shared_app::{ApiResponse, TestTenant, TestUser, app, joined_text, parse_events};
use penny_types::Locale;
use serde_json::{Value, json};

async fn send_json(user: &TestUser, method: &str, path: &str, body: impl Into<reqwest::Body>) -> ApiResponse {
    user.send(user.request(method, path).header("content-type", "application/json").body(body)).await
}

#[tokio::test]
async fn malformed_and_invalid_bodies_have_different_codes() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let deep = format!("{{\"title\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    for (text, status, code, field) in [
        ("{", 400, "malformed", None),
        ("{\"title\":\"\\ud800\"}", 400, "malformed", None),
        ("{'title':'a'}", 400, "malformed", None),
        ("{\"title\":\"a\"} x", 400, "malformed", None),
        ("\u{0}", 400, "malformed", None),
        ("null", 422, "invalid", None),
        ("[]", 422, "invalid", None),
        ("\"words\"", 422, "invalid", None),
        ("{\"title\":7}", 422, "invalid", Some("title")),
        ("{\"colour\":7}", 422, "invalid", Some("colour")),
        ("{\"title\":\"\"}", 422, "invalid", Some("title")),
        (deep.as_str(), 400, "malformed", None),
    ] {
        let response = send_json(&alice, "POST", "/v1/conversations", text.to_owned()).await;
        let start: String = text.chars().take(30).collect();
        assert_eq!(response.problem(), (status, code.to_owned()), "{start}: {}", response.text);
        assert_eq!(response.json()["fields"][0]["field"].as_str(), field, "{start}");
    }
    let invalid_utf8 =
        send_json(&alice, "POST", "/v1/conversations", b"{\"title\":\"\xff\xfe\"}".to_vec()).await;
    assert_eq!(invalid_utf8.problem().0, 400);
}

#[tokio::test]
async fn too_deeply_nested_json_is_malformed() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    for text in ["[".repeat(200_000), "{\"a\":".repeat(40_000), "[".repeat(101)] {
        let response = send_json(&alice, "POST", "/v1/tools/get_company_kpis/invoke", text).await;
        assert_eq!(response.problem(), (400, "malformed".to_owned()));
        assert_eq!(response.json()["messageKey"], "json-too-deep");
    }
}

#[tokio::test]
async fn json_with_too_many_values_is_too_large_on_every_endpoint() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let many = format!("[{}0]", "0,".repeat(100_000));
    for (path, text) in [
        ("/v1/artifacts".to_owned(), format!("{{\"type\":\"table\",\"title\":\"t\",\"content\":{many}}}")),
        (
            format!("/v1/chat/{conversation}/messages"),
            format!("{{\"content\":\"a\",\"attachments\":{many}}}"),
        ),
        ("/v1/tools/get_company_kpis/invoke".to_owned(), many.clone()),
        (
            "/graphql".to_owned(),
            format!("{{\"query\":\"{{ viewer {{ name }} }}\",\"variables\":{{\"a\":{many}}}}}"),
        ),
    ] {
        let request = alice.request("POST", &path).header("content-type", "application/json");
        let response = alice.send(request.header("accept-language", "es").body(text)).await;
        assert_eq!(response.problem(), (413, "too_large".to_owned()), "{path}: {}", response.text);
        let expected = penny_i18n::text(Locale::Es, "json-too-many", &[("limit", "100000")]);
        assert_eq!(response.json()["detail"], expected, "{path}");
    }
}

#[tokio::test]
async fn each_endpoint_has_its_own_size_limit() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let long = |length: usize| json!({ "title": "t", "x": "x".repeat(length) }).to_string();
    for (method, path, length, status) in [
        ("POST", "/v1/conversations", 60 * 1024, 422),
        ("POST", "/v1/conversations", 70 * 1024, 413),
        ("POST", "/v1/tools/get_company_kpis/invoke", 250 * 1024, 422),
        ("POST", "/v1/tools/get_company_kpis/invoke", 260 * 1024, 413),
        ("POST", "/v1/artifacts", 4 * 1024 * 1024, 422),
        ("POST", "/graphql", 2 * 1024 * 1024 + 70 * 1024, 413),
    ] {
        let response = send_json(&alice, method, path, long(length)).await;
        assert_eq!(response.problem().0, status, "{path} {length}");
    }
    let create = "mutation($i: NewArtifact!) { createArtifact(input: $i) { id } }";
    let input = json!({ "type": "file", "title": "t", "content": "\n".repeat(512 * 1024) });
    let made = alice.graphql(create, &json!({ "i": input })).await;
    assert!(made["data"]["createArtifact"]["id"].is_string(), "{made}");
}

#[tokio::test]
async fn a_body_needs_a_json_content_type() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
    {
        let request =
            alice.request("POST", "/v1/conversations").header("content-type", content_type).body("{}");
        assert_eq!(alice.send(request).await.problem().0, 415, "{content_type}");
    }
    for content_type in
        ["application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"]
    {
        let request =
            alice.request("POST", "/v1/conversations").header("content-type", content_type).body("{}");
        assert_eq!(alice.send(request).await.status, 201, "{content_type}");
    }
}

#[tokio::test]
async fn a_message_may_have_one_mebibyte_and_no_more() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let path = format!("/v1/chat/{conversation}/messages");
    let longest = "a".repeat(1024 * 1024);
    for (content, status) in [(format!("{longest}b"), 413), ("x".repeat(8 * 1024 * 1024), 413)] {
        let response = alice.post(&path, &json!({ "content": content, "model": "scripted/echo" })).await;
        assert_eq!(response.problem(), (status, "too_large".to_owned()));
    }
    let events = alice.send_message(&conversation, "echo", &longest).await;
    assert_eq!(joined_text(&events, "").len(), longest.len());
    assert_eq!(events.last().unwrap().kind, "finished");
}

#[tokio::test]
async fn an_empty_message_is_invalid_and_unusual_characters_are_kept() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let path = format!("/v1/chat/{conversation}/messages");
    for content in ["", "   \n\t "] {
        let response = alice.post(&path, &json!({ "content": content })).await;
        assert_eq!(response.problem(), (422, "invalid".to_owned()));
        assert_eq!(response.json()["fields"][0]["field"], "content");
    }
    let unusual = "\u{202e}שלום\u{200f} مرحبا \u{1b}[31m\u{7f}\u{1}👩‍👩‍👧 \u{feff}é";
    let events = alice.send_message(&conversation, "echo", unusual).await;
    assert_eq!(joined_text(&events, ""), unusual);
}

#[tokio::test]
async fn a_nul_character_causes_no_server_error() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let response = alice
        .post(
            &format!("/v1/chat/{conversation}/messages"),
            &json!({ "content": "a\u{0}b", "model": "scripted/echo" }),
        )
        .await;
    assert!(matches!(response.status, 202 | 422), "{} {}", response.status, response.text);
    for path in [
        "/v1/conversations?query=%00",
        "/v1/conversations?query=%22%27%3B--%25*(",
        "/v1/conversations?query=%F0%9F%98%80",
    ] {
        let response = alice.get(path).await;
        assert!(matches!(response.status, 200 | 422), "{path}: {} {}", response.status, response.text);
    }
}

#[tokio::test]
async fn an_error_names_the_invalid_parameter() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    for (path, field) in [
        ("/v1/conversations?colour=red".to_owned(), "colour"),
        ("/v1/conversations?limit=many".to_owned(), "limit"),
        ("/v1/conversations?limit=-1".to_owned(), "limit"),
        ("/v1/conversations?limit=1&limit=2".to_owned(), "limit"),
        (format!("/v1/conversations/{conversation}/messages?leafId=7"), "leafId"),
        ("/v1/turns/trn_00000000000000000000000000/events?after=soon".to_owned(), "after"),
    ] {
        let response = alice.get(&path).await;
        assert_eq!(response.problem(), (422, "invalid".to_owned()), "{path}");
        assert_eq!(response.json()["fields"][0]["field"], field, "{path}: {}", response.text);
    }
    let events = alice.send_message(&conversation, "echo", "words").await;
    let path = format!("/v1/turns/{}/events", events[0].data["turnId"].as_str().unwrap());
    let response = alice.send(alice.request("GET", &path).header("last-event-id", "soon")).await;
    assert_eq!(response.problem().0, 422);
    assert!(parse_events(&alice.get(&format!("{path}?after=18446744073709551615")).await.text).is_empty());
}

#[tokio::test]
async fn unknown_methods_and_paths_are_problem_responses() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    for (method, path, status) in [
        ("PUT", "/v1/conversations", 405),
        ("DELETE", "/v1/tools", 405),
        ("GET", "/v1/tools/get_company_kpis/invoke", 405),
        ("GET", "/v1/nothing", 404),
        ("POST", "/v1/", 404),
        ("GET", "/v1/conversations/", 404),
        ("GET", "/v1", 404),
        ("GET", "/v2/conversations/..%2f..", 404),
    ] {
        let response = alice.send(alice.request(method, path)).await;
        if path.starts_with("/v1") {
            assert_eq!(response.problem().0, status, "{method} {path}");
        }
        assert_eq!(response.status, status, "{method} {path}");
        assert_eq!(response.header("allow").is_empty(), status != 405, "{method} {path}");
    }
}

#[tokio::test]
async fn an_invalid_or_revoked_token_is_rejected() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let http = crate::shared_app::client();
    for value in ["Bearer", "Bearer ", "Bearer x", "Basic YTpi", "bearer pny_0000", "Bearer \u{e9}"] {
        let value = reqwest::header::HeaderValue::from_bytes(value.as_bytes()).unwrap();
        let response = http.get(app().url("/v1/tools")).header("authorization", value).send().await.unwrap();
        assert_eq!(response.status(), 401);
    }
    assert_eq!(http.get(app().url("/v1/tools")).send().await.unwrap().status(), 401);
    assert_eq!(alice.get("/v1/tools").await.status, 200);
    let revoked = alice
        .graphql("mutation($id: TokenId!) { revokeToken(id: $id) }", &json!({ "id": alice.token_id }))
        .await;
    assert_eq!(revoked, json!({ "data": { "revokeToken": true } }));
    assert_eq!(alice.get("/v1/tools").await.problem(), (401, "unauthenticated".to_owned()));
}

#[tokio::test]
async fn a_problem_is_in_the_accepted_language() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    for (accepted, locale) in [("es-MX, en;q=0.5", Locale::Es), ("en", Locale::En)] {
        let request = |path: &str| alice.request("GET", path).header("accept-language", accepted);
        let body: Value = alice.send(request("/v1/conversations/x")).await.json();
        assert_eq!(body["detail"], penny_i18n::text(locale, "fault-not-found", &[]));
        let body: Value = alice.send(request("/v1/nothing")).await.json();
        assert_eq!(body["detail"], penny_i18n::text(locale, "rest-no-such-address", &[]));
    }
}

#[tokio::test]
async fn concurrent_messages_are_accepted_or_get_a_conflict() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let path = format!("/v1/chat/{conversation}/messages");
    let (one, two) = (
        json!({ "content": "one", "model": "scripted/echo" }),
        json!({ "content": "two", "model": "scripted/echo" }),
    );
    let (first, second) = tokio::join!(alice.post(&path, &one), alice.post(&path, &two));
    for response in [&first, &second] {
        assert!(matches!(response.status, 202 | 409), "{} {}", response.status, response.text);
    }
    assert!([first.status, second.status].contains(&202));
}
