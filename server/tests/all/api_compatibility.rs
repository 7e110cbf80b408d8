//! Details of the API that clients rely on: field aliases, empty values, localised errors, HTTP/2.

use crate::{
    fresh_app::{Browser, FreshApp},
    shared_app::{ApiResponse, TestTenant, TestUser, app, client, parse_events},
};
use chrono::TimeDelta;
use penny_types::Locale;
use serde_json::{Value, json};

#[tokio::test]
async fn a_turn_has_its_id_under_the_name_that_its_events_use() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let turn = alice.start_turn(&conversation, "echo", "words").await;
    assert!(turn["turnId"].is_string() && turn["turnId"] == turn["id"], "{turn}");
    let events = parse_events(
        &alice.get(&format!("/v1/turns/{}/events", turn["turnId"].as_str().unwrap())).await.text,
    );
    assert_eq!(events[0].data["turnId"], turn["turnId"]);
}

#[tokio::test]
async fn tool_arguments_are_the_body_or_its_arguments_field() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let arguments = json!({ "period": "MTD", "unit": "company" });
    for body in [arguments.clone(), json!({ "arguments": arguments })] {
        let response = alice.post("/v1/tools/get_company_kpis/invoke", &body).await;
        assert_eq!(
            (response.status, &response.json()["status"]),
            (200, &json!("succeeded")),
            "{}",
            response.text
        );
    }
    for body in [json!({ "arguments": arguments, "more": 1 }), json!({ "arguments": "words" })] {
        let response = alice.post("/v1/tools/get_company_kpis/invoke", &body).await;
        assert_eq!(response.problem().0, 422, "{}", response.text);
    }
}

#[tokio::test]
async fn an_empty_last_event_id_or_after_starts_from_the_first_event() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let events = alice.send_message(&conversation, "echo", "words").await;
    let path = format!("/v1/turns/{}/events", events[0].data["turnId"].as_str().unwrap());
    let all = parse_events(&alice.get(&path).await.text);
    assert_eq!(all[0].id, 1);
    let empty = alice.request("GET", &format!("{path}?after=")).header("last-event-id", "");
    assert_eq!(parse_events(&alice.send(empty).await.text), all);
    let both = alice.request("GET", &format!("{path}?after=1")).header("last-event-id", "");
    assert_eq!(parse_events(&alice.send(both).await.text).first().map(|event| event.id), Some(2));
}

/// Sends a POST request in Spanish.
async fn post_in_spanish(user: &TestUser, path: &str, body: &Value) -> ApiResponse {
    user.send(user.request("POST", path).header("accept-language", "es").json(body)).await
}

#[tokio::test]
async fn validation_errors_are_localised_and_name_the_field() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let choice: (&str, &[(&str, &str)]) = ("field-choice", &[("options", "MTD, QTD, YTD")]);
    let kpis = "/v1/tools/get_company_kpis/invoke";
    let board = "/v1/tools/load_dashboard/invoke";
    let table = |content: Value| json!({ "type": "table", "title": "t", "content": content });
    for (path, body, field, (key, args)) in [
        (kpis, json!({ "period": "x", "unit": "company" }), "period", choice),
        (kpis, json!({ "unit": "company" }), "period", ("field-missing", &[])),
        (kpis, json!({ "period": "MTD", "unit": "company", "x": 1 }), "x", ("field-unknown", &[])),
        (kpis, json!(7), "arguments", ("field-kind", &[("kind", "object")])),
        (board, json!({ "slug": 7 }), "slug", ("field-kind", &[("kind", "string")])),
        (board, json!({ "slug": "company-health", "filters": { "period": "x" } }), "filters.period", choice),
        (
            board,
            json!({ "slug": "company-health", "filters": { "x": 1 } }),
            "filters.x",
            ("field-unknown", &[]),
        ),
        ("/v1/artifacts", table(json!("words")), "content", ("field-kind", &[("kind", "object")])),
        (
            "/v1/artifacts",
            table(json!({ "columns": ["a"], "rows": [] })),
            "content.columns[0]",
            ("field-kind", &[("kind", "object")]),
        ),
        (
            "/v1/artifacts",
            table(json!({ "columns": [], "rows": [[1]] })),
            "content.rows[0]",
            ("fault-table-ragged", &[("found", "1"), ("columns", "0")]),
        ),
    ] {
        let response = post_in_spanish(&alice, path, &body).await;
        assert_eq!(response.problem().0, 422, "{}", response.text);
        let expected = penny_i18n::text(Locale::Es, key, args);
        let problem = response.json();
        let error = &problem["fields"][0];
        assert_eq!(
            (&error["field"], &error["messageKey"], &error["detail"]),
            (&json!(field), &json!(key), &json!(expected)),
            "{body}"
        );
        assert!(problem["detail"].as_str().unwrap().ends_with(&format!("{field}: {expected}")), "{problem}");
        for english in ["expected", "struct", "is not", "line 1", "invalid"] {
            assert!(!problem["detail"].as_str().unwrap().contains(english), "{problem}");
        }
    }
}

#[tokio::test]
async fn an_error_about_a_document_limit_has_no_invalid_location() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let aliases = (0..30).fold("{".to_owned(), |text, n| format!("{text} a{n}: viewer {{ name }}")) + "}";
    let nested = "ofType { ".repeat(20);
    let deep = format!("{{ __schema {{ types {{ {nested} name {} }} }} }}", "}".repeat(20));
    let heavy = (0..20).fold("{".to_owned(), |text, n| {
        format!("{text} a{n}: artifacts(limit: 100) {{ items {{ id title digest mediaType version versionId createdAt }} }}")
    }) + "}";
    for document in [aliases, deep, heavy, "{".repeat(100), format!("# {}", "x".repeat(70_000))] {
        let response = alice.graphql(&document, &json!({})).await;
        let error = &response["errors"][0];
        assert!(error["extensions"]["messageKey"].as_str().unwrap().starts_with("graphql-"), "{response}");
        for location in error["locations"].as_array().into_iter().flatten() {
            assert_ne!(location["line"], 0, "{response}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_is_a_json_problem_for_clients_that_accept_json() {
    let app = FreshApp::start(&[]).await;
    let browser = app.browser();
    for path in ["/nope", "/v2/conversations", "/api/graphql"] {
        for accept in ["application/json", "application/problem+json, application/json;q=0.9"] {
            let response = browser.send(reqwest::Method::GET, path, None, &[("accept", accept)]).await;
            assert_eq!(
                (response.status.as_u16(), response.header("content-type")),
                (404, "application/problem+json"),
                "{path}"
            );
            assert_eq!(response.json()["messageKey"], "rest-no-such-address");
        }
        let page = browser.send(reqwest::Method::GET, path, None, &[("accept", "text/html,*/*")]).await;
        assert_eq!(page.status.as_u16(), 303, "browsers are redirected to the sign-in page");
    }
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_is_checked_at_most_every_two_seconds() {
    let app = FreshApp::start(&[]).await;
    let browser = app.browser();
    assert_eq!(browser.get("/ready").await.status.as_u16(), 200);
    let blobs = app.data_dir().join("blobs");
    std::fs::remove_dir_all(&blobs).unwrap();
    std::fs::write(&blobs, "not a folder").unwrap();
    assert_eq!(browser.get("/ready").await.status.as_u16(), 200, "the result is cached");
    app.clock.advance(TimeDelta::seconds(2));
    let unready = browser.get("/ready").await;
    assert_eq!((unready.status.as_u16(), &unready.json()["checks"]["blobs"]), (503, &json!("failing")));
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "a test calls its own server")]
async fn over_http_2_the_tenant_is_resolved_from_the_authority() {
    let app = FreshApp::start(&[]).await;
    app.create_tenant("globex", "globex.example").await;
    let http = reqwest::Client::builder()
        .http2_prior_knowledge()
        .resolve("globex.example", app.server.address)
        .build()
        .unwrap();
    let port = app.server.address.port();
    let page = http.get(format!("http://globex.example:{port}/sign-in")).send().await.unwrap();
    assert_eq!((page.status().as_u16(), page.version()), (200, reqwest::Version::HTTP_2));
    let mut text = page.text().await.unwrap();
    assert!(text.contains("globex"), "{text}");
    text = Browser::at(app.url()).get("/sign-in").await.body;
    assert!(!text.contains("globex"), "{text}");
    // A form that is sent from the tenant's own page is accepted.
    let form = http
        .post(format!("http://globex.example:{port}/auth/password"))
        .header("origin", format!("http://globex.example:{port}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("email=a%40b.example&password=x");
    assert_eq!(form.send().await.unwrap().url().query(), Some("error=credentials"));
    let cross_site =
        client().post(format!("{}/auth/password", app.url())).header("origin", "http://globex.example");
    assert_eq!(cross_site.send().await.unwrap().status().as_u16(), 403);
    app.server.stop().await.unwrap();
}
