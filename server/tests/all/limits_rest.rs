//! Bad input at the REST door: each is told clearly and nothing is lost.

use crate::rest_app::{Company, Person, app, events, text_of};
use penny_types::Locale;
use serde_json::{Value, json};

async fn body(
    person: &Person,
    method: &str,
    path: &str,
    body: impl Into<reqwest::Body>,
) -> crate::rest_app::Reply {
    person.send(person.request(method, path).header("content-type", "application/json").body(body)).await
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_told_apart_from_one_that_does_not_fit() {
    let alice = app().person("alice", Company::Acme).await;
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
        let reply = body(&alice, "POST", "/v1/conversations", text.to_owned()).await;
        let start: String = text.chars().take(30).collect();
        assert_eq!(reply.problem(), (status, code.to_owned()), "{start}: {}", reply.text);
        assert_eq!(reply.json()["fields"][0]["field"].as_str(), field, "{start}");
    }
    let invalid_utf8 = body(&alice, "POST", "/v1/conversations", b"{\"title\":\"\xff\xfe\"}".to_vec()).await;
    assert_eq!(invalid_utf8.problem().0, 400);
}

#[tokio::test]
async fn json_nested_without_end_is_malformed_and_says_so() {
    let alice = app().person("alice", Company::Acme).await;
    for text in ["[".repeat(200_000), "{\"a\":".repeat(40_000), "[".repeat(101)] {
        let reply = body(&alice, "POST", "/v1/tools/get_company_kpis/invoke", text).await;
        assert_eq!(reply.problem(), (400, "malformed".to_owned()));
        assert_eq!(reply.json()["messageKey"], "json-too-deep");
    }
}

#[tokio::test]
async fn json_of_too_many_values_is_too_large_at_every_door_and_in_ones_own_language() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
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
        let reply = alice.send(request.header("accept-language", "es").body(text)).await;
        assert_eq!(reply.problem(), (413, "too_large".to_owned()), "{path}: {}", reply.text);
        let said = penny_words::text(Locale::Es, "json-too-many", &[("limit", "100000")]);
        assert_eq!(reply.json()["detail"], said, "{path}");
    }
}

#[tokio::test]
async fn each_address_takes_as_much_as_it_needs() {
    let alice = app().person("alice", Company::Acme).await;
    let long = |length: usize| json!({ "title": "t", "x": "x".repeat(length) }).to_string();
    for (method, path, length, status) in [
        ("POST", "/v1/conversations", 60 * 1024, 422),
        ("POST", "/v1/conversations", 70 * 1024, 413),
        ("POST", "/v1/tools/get_company_kpis/invoke", 250 * 1024, 422),
        ("POST", "/v1/tools/get_company_kpis/invoke", 260 * 1024, 413),
        ("POST", "/v1/artifacts", 4 * 1024 * 1024, 422),
        ("POST", "/graphql", 2 * 1024 * 1024 + 70 * 1024, 413),
    ] {
        let reply = body(&alice, method, path, long(length)).await;
        assert_eq!(reply.problem().0, status, "{path} {length}");
    }
    let create = "mutation($i: NewArtifact!) { createArtifact(input: $i) { id } }";
    let input = json!({ "type": "file", "title": "t", "content": "\n".repeat(512 * 1024) });
    let made = alice.graphql(create, &json!({ "i": input })).await;
    assert!(made["data"]["createArtifact"]["id"].is_string(), "{made}");
}

#[tokio::test]
async fn a_body_has_to_say_that_it_is_json() {
    let alice = app().person("alice", Company::Acme).await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        let request = alice.request("POST", "/v1/conversations").header("content-type", kind).body("{}");
        assert_eq!(alice.send(request).await.problem().0, 415, "{kind}");
    }
    for kind in ["application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"] {
        let request = alice.request("POST", "/v1/conversations").header("content-type", kind).body("{}");
        assert_eq!(alice.send(request).await.status, 201, "{kind}");
    }
}

#[tokio::test]
async fn a_message_of_a_megabyte_is_taken_and_one_byte_more_is_too_large() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let path = format!("/v1/chat/{conversation}/messages");
    let longest = "a".repeat(1024 * 1024);
    for (content, status) in [(format!("{longest}b"), 413), ("x".repeat(8 * 1024 * 1024), 413)] {
        let reply = alice.post(&path, &json!({ "content": content, "model": "scripted/echo" })).await;
        assert_eq!(reply.problem(), (status, "too_large".to_owned()));
    }
    let seen = alice.ask(&conversation, "echo", &longest).await;
    assert_eq!(text_of(&seen, "").len(), longest.len());
    assert_eq!(seen.last().unwrap().kind, "finished");
}

#[tokio::test]
async fn an_empty_message_is_invalid_and_strange_letters_are_kept() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let path = format!("/v1/chat/{conversation}/messages");
    for content in ["", "   \n\t "] {
        let reply = alice.post(&path, &json!({ "content": content })).await;
        assert_eq!(reply.problem(), (422, "invalid".to_owned()));
        assert_eq!(reply.json()["fields"][0]["field"], "content");
    }
    let strange = "\u{202e}שלום\u{200f} مرحبا \u{1b}[31m\u{7f}\u{1}👩‍👩‍👧 \u{feff}é";
    let seen = alice.ask(&conversation, "echo", strange).await;
    assert_eq!(text_of(&seen, ""), strange);
}

#[tokio::test]
async fn a_null_character_loses_nothing_and_breaks_nothing() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let reply = alice
        .post(
            &format!("/v1/chat/{conversation}/messages"),
            &json!({ "content": "a\u{0}b", "model": "scripted/echo" }),
        )
        .await;
    assert!(matches!(reply.status, 202 | 422), "{} {}", reply.status, reply.text);
    for path in [
        "/v1/conversations?query=%00",
        "/v1/conversations?query=%22%27%3B--%25*(",
        "/v1/conversations?query=%F0%9F%98%80",
    ] {
        let reply = alice.get(path).await;
        assert!(matches!(reply.status, 200 | 422), "{path}: {} {}", reply.status, reply.text);
    }
}

#[tokio::test]
async fn unknown_and_wrong_parameters_are_named() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    for (path, field) in [
        ("/v1/conversations?colour=red".to_owned(), "colour"),
        ("/v1/conversations?limit=many".to_owned(), "limit"),
        ("/v1/conversations?limit=-1".to_owned(), "limit"),
        ("/v1/conversations?limit=1&limit=2".to_owned(), "limit"),
        (format!("/v1/conversations/{conversation}/messages?leafId=7"), "leafId"),
        ("/v1/turns/trn_00000000000000000000000000/events?after=soon".to_owned(), "after"),
    ] {
        let reply = alice.get(&path).await;
        assert_eq!(reply.problem(), (422, "invalid".to_owned()), "{path}");
        assert_eq!(reply.json()["fields"][0]["field"], field, "{path}: {}", reply.text);
    }
    let seen = alice.ask(&conversation, "echo", "words").await;
    let path = format!("/v1/turns/{}/events", seen[0].data["turnId"].as_str().unwrap());
    let reply = alice.send(alice.request("GET", &path).header("last-event-id", "soon")).await;
    assert_eq!(reply.problem().0, 422);
    assert!(events(&alice.get(&format!("{path}?after=18446744073709551615")).await.text).is_empty());
}

#[tokio::test]
async fn wrong_methods_and_addresses_are_problems_too() {
    let alice = app().person("alice", Company::Acme).await;
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
        let reply = alice.send(alice.request(method, path)).await;
        if path.starts_with("/v1") {
            assert_eq!(reply.problem().0, status, "{method} {path}");
        }
        assert_eq!(reply.status, status, "{method} {path}");
        assert_eq!(reply.header("allow").is_empty(), status != 405, "{method} {path}");
    }
}

#[tokio::test]
async fn a_wrong_or_revoked_token_is_refused_and_a_cookie_beside_it_does_not_help() {
    let alice = app().person("alice", Company::Acme).await;
    let http = crate::rest_app::client();
    for value in ["Bearer", "Bearer ", "Bearer x", "Basic YTpi", "bearer pny_0000", "Bearer \u{e9}"] {
        let value = reqwest::header::HeaderValue::from_bytes(value.as_bytes()).unwrap();
        let response = http.get(app().url("/v1/tools")).header("authorization", value).send().await.unwrap();
        assert_eq!(response.status(), 401);
    }
    assert_eq!(http.get(app().url("/v1/tools")).send().await.unwrap().status(), 401);
    assert_eq!(alice.get("/v1/tools").await.status, 200);
    let gone = alice
        .graphql("mutation($id: TokenId!) { revokeToken(id: $id) }", &json!({ "id": alice.token_id }))
        .await;
    assert_eq!(gone, json!({ "data": { "revokeToken": true } }));
    assert_eq!(alice.get("/v1/tools").await.problem(), (401, "unauthenticated".to_owned()));
}

#[tokio::test]
async fn a_problem_speaks_the_language_asked_for() {
    let alice = app().person("alice", Company::Acme).await;
    for (accepted, locale) in [("es-MX, en;q=0.5", Locale::Es), ("en", Locale::En)] {
        let ask = |path: &str| alice.request("GET", path).header("accept-language", accepted);
        let body: Value = alice.send(ask("/v1/conversations/x")).await.json();
        assert_eq!(body["detail"], penny_words::text(locale, "fault-not-found", &[]));
        let body: Value = alice.send(ask("/v1/nothing")).await.json();
        assert_eq!(body["detail"], penny_words::text(locale, "rest-no-such-address", &[]));
    }
}

#[tokio::test]
async fn two_who_send_at_once_are_both_heard_or_told() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let path = format!("/v1/chat/{conversation}/messages");
    let (one, two) = (
        json!({ "content": "one", "model": "scripted/echo" }),
        json!({ "content": "two", "model": "scripted/echo" }),
    );
    let (first, second) = tokio::join!(alice.post(&path, &one), alice.post(&path, &two));
    for reply in [&first, &second] {
        assert!(matches!(reply.status, 202 | 409), "{} {}", reply.status, reply.text);
    }
    assert!([first.status, second.status].contains(&202));
}
