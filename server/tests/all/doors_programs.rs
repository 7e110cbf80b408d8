//! What programs may count on at every door: names, empty values, sentences, addresses.

use crate::{
    rest_app::{Company, Person, Reply, app, client, events},
    sign_in_app::{Browser, House},
};
use chrono::TimeDelta;
use penny_types::Locale;
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_sent_for_is_named_as_its_events_name_it() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let turn = alice.ask_and_leave(&conversation, "echo", "words").await;
    assert!(turn["turnId"].is_string() && turn["turnId"] == turn["id"], "{turn}");
    let seen =
        events(&alice.get(&format!("/v1/turns/{}/events", turn["turnId"].as_str().unwrap())).await.text);
    assert_eq!(seen[0].data["turnId"], turn["turnId"]);
}

#[tokio::test]
async fn a_tools_arguments_are_the_body_or_stand_in_it() {
    let alice = app().person("alice", Company::Acme).await;
    let month = json!({ "period": "MTD", "unit": "company" });
    for body in [month.clone(), json!({ "arguments": month })] {
        let reply = alice.post("/v1/tools/get_company_kpis/invoke", &body).await;
        assert_eq!((reply.status, &reply.json()["status"]), (200, &json!("succeeded")), "{}", reply.text);
    }
    for body in [json!({ "arguments": month, "more": 1 }), json!({ "arguments": "words" })] {
        let reply = alice.post("/v1/tools/get_company_kpis/invoke", &body).await;
        assert_eq!(reply.problem().0, 422, "{}", reply.text);
    }
}

#[tokio::test]
async fn nothing_seen_yet_may_be_said_with_an_empty_value() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let seen = alice.ask(&conversation, "echo", "words").await;
    let path = format!("/v1/turns/{}/events", seen[0].data["turnId"].as_str().unwrap());
    let all = events(&alice.get(&path).await.text);
    assert_eq!(all[0].id, 1);
    let empty = alice.request("GET", &format!("{path}?after=")).header("last-event-id", "");
    assert_eq!(events(&alice.send(empty).await.text), all);
    let both = alice.request("GET", &format!("{path}?after=1")).header("last-event-id", "");
    assert_eq!(events(&alice.send(both).await.text).first().map(|event| event.id), Some(2));
}

/// Sends a body in Spanish.
async fn in_spanish(person: &Person, path: &str, body: &Value) -> Reply {
    person.send(person.request("POST", path).header("accept-language", "es").json(body)).await
}

#[tokio::test]
async fn what_is_wrong_with_arguments_and_contents_is_said_in_ones_own_language() {
    let alice = app().person("alice", Company::Acme).await;
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
        let reply = in_spanish(&alice, path, &body).await;
        assert_eq!(reply.problem().0, 422, "{}", reply.text);
        let said = penny_words::text(Locale::Es, key, args);
        let problem = reply.json();
        let found = &problem["fields"][0];
        assert_eq!(
            (&found["field"], &found["messageKey"], &found["detail"]),
            (&json!(field), &json!(key), &json!(said)),
            "{body}"
        );
        assert!(problem["detail"].as_str().unwrap().ends_with(&format!("{field}: {said}")), "{problem}");
        for english in ["expected", "struct", "is not", "line 1", "invalid"] {
            assert!(!problem["detail"].as_str().unwrap().contains(english), "{problem}");
        }
    }
}

#[tokio::test]
async fn a_document_that_breaks_a_limit_has_no_line_to_blame() {
    let alice = app().person("alice", Company::Acme).await;
    let aliases = (0..30).fold("{".to_owned(), |text, n| format!("{text} a{n}: viewer {{ name }}")) + "}";
    let nested = "ofType { ".repeat(20);
    let deep = format!("{{ __schema {{ types {{ {nested} name {} }} }} }}", "}".repeat(20));
    let heavy = (0..20).fold("{".to_owned(), |text, n| {
        format!("{text} a{n}: artifacts(limit: 100) {{ items {{ id title digest mediaType version versionId createdAt }} }}")
    }) + "}";
    for document in [aliases, deep, heavy, "{".repeat(100), format!("# {}", "x".repeat(70_000))] {
        let answer = alice.graphql(&document, &json!({})).await;
        let error = &answer["errors"][0];
        assert!(error["extensions"]["messageKey"].as_str().unwrap().starts_with("graphql-"), "{answer}");
        for place in error["locations"].as_array().into_iter().flatten() {
            assert_ne!(place["line"], 0, "{answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_asks_for_json_is_told_in_json_that_there_is_nothing() {
    let house = House::open(&[]).await;
    let browser = house.browser();
    for path in ["/nope", "/v2/conversations", "/api/graphql"] {
        for accept in ["application/json", "application/problem+json, application/json;q=0.9"] {
            let answer = browser.send(reqwest::Method::GET, path, None, &[("accept", accept)]).await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("content-type")),
                (404, "application/problem+json"),
                "{path}"
            );
            assert_eq!(answer.json()["messageKey"], "rest-no-such-address");
        }
        let page = browser.send(reqwest::Method::GET, path, None, &[("accept", "text/html,*/*")]).await;
        assert_eq!(page.status.as_u16(), 303, "people are led to the door");
    }
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_it_is_ready_is_looked_at_no_more_than_every_two_seconds() {
    let house = House::open(&[]).await;
    let browser = house.browser();
    assert_eq!(browser.get("/ready").await.status.as_u16(), 200);
    let blobs = house.data().join("blobs");
    std::fs::remove_dir_all(&blobs).unwrap();
    std::fs::write(&blobs, "no folder").unwrap();
    assert_eq!(browser.get("/ready").await.status.as_u16(), 200, "it was looked at a moment ago");
    house.clock.advance(TimeDelta::seconds(2));
    let unready = browser.get("/ready").await;
    assert_eq!((unready.status.as_u16(), &unready.json()["checks"]["blobs"]), (503, &json!("failing")));
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "a test calls its own server")]
async fn over_http_2_the_company_is_found_by_the_address() {
    let house = House::open(&[]).await;
    house.company("globex", "globex.example").await;
    let http = reqwest::Client::builder()
        .http2_prior_knowledge()
        .resolve("globex.example", house.server.address)
        .build()
        .unwrap();
    let port = house.server.address.port();
    let page = http.get(format!("http://globex.example:{port}/sign-in")).send().await.unwrap();
    assert_eq!((page.status().as_u16(), page.version()), (200, reqwest::Version::HTTP_2));
    let mut text = page.text().await.unwrap();
    assert!(text.contains("globex"), "{text}");
    text = Browser::at(house.url()).get("/sign-in").await.body;
    assert!(!text.contains("globex"), "{text}");
    // The form is sent from its own page.
    let form = http
        .post(format!("http://globex.example:{port}/auth/password"))
        .header("origin", format!("http://globex.example:{port}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("email=a%40b.example&password=x");
    assert_eq!(form.send().await.unwrap().url().query(), Some("error=credentials"));
    let evil =
        client().post(format!("{}/auth/password", house.url())).header("origin", "http://globex.example");
    assert_eq!(evil.send().await.unwrap().status().as_u16(), 403);
    house.server.stop().await.unwrap();
}
