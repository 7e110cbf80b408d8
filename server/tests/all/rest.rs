//! REST: each endpoint, in success and error cases.

use crate::shared_app::{TestTenant, app, joined_text, parse_events};
use insta::{assert_json_snapshot, dynamic_redaction};
use serde_json::{Value, json};

/// Redacts an id in a snapshot, after checking its prefix and length.
fn redacted_id(prefix: &'static str) -> insta::internals::Redaction {
    dynamic_redaction(move |value, path| {
        let text = value.as_str().unwrap_or_else(|| panic!("{path} is not a string")).to_owned();
        assert!(text.starts_with(&format!("{prefix}_")) && text.len() == prefix.len() + 27, "{path}: {text}");
        format!("[{prefix}]")
    })
}

/// Redacts a timestamp in a snapshot, after checking its format.
fn redacted_time() -> insta::internals::Redaction {
    dynamic_redaction(|value, path| {
        let text = value.as_str().unwrap_or_else(|| panic!("{path} is not a string")).to_owned();
        assert!(text.len() >= 20 && text.ends_with('Z') && text.contains('T'), "{path}: {text}");
        "[time]"
    })
}

#[tokio::test]
async fn a_conversation_is_created_read_changed_listed_and_deleted() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let created = alice.post("/v1/conversations", &json!({ "title": "  Budget\n2026 " })).await;
    assert_eq!(created.status, 201);
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/conversations/{id}");
    assert_eq!(created.header("location"), path);
    assert_eq!(created.header("cache-control"), "no-store");
    assert_json_snapshot!("conversation", created.json(), {
        ".id" => redacted_id("cnv"), ".ownerId" => redacted_id("prn"), ".createdAt" => redacted_time(), ".updatedAt" => redacted_time(),
    });

    assert_eq!(alice.get(&path).await.json()["title"], "Budget 2026");
    let patch = json!({ "isPinned": true, "draft": "not yet sent" });
    let changed = alice.send(alice.request("PATCH", &path).json(&patch)).await.json();
    assert_eq!(
        (&changed["isPinned"], &changed["draft"], &changed["title"]),
        (&json!(true), &json!("not yet sent"), &json!("Budget 2026"))
    );

    let listed = alice.get("/v1/conversations?query=budget&limit=5").await;
    assert_eq!(listed.status, 200);
    assert_json_snapshot!("conversations", listed.json(), {
        ".items[].id" => redacted_id("cnv"), ".items[].updatedAt" => redacted_time(),
    });

    assert_eq!(alice.send(alice.request("DELETE", &path)).await.status, 204);
    assert_eq!(alice.get(&path).await.problem(), (404, "not_found".to_owned()));
    assert_eq!(alice.get("/v1/conversations").await.json()["items"], json!([]));
}

#[tokio::test]
async fn paging_returns_every_conversation_once() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let mut created = Vec::new();
    for _ in 0..5 {
        created.push(alice.create_conversation().await);
    }
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = alice.get(&format!("/v1/conversations?limit=2{cursor}")).await.json();
        let items = page["items"].as_array().unwrap().clone();
        assert!(items.len() <= 2);
        ids.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    created.reverse();
    assert_eq!(ids, created);
    assert_eq!(alice.get("/v1/conversations?cursor=nonsense").await.problem(), (422, "invalid".to_owned()));
}

#[tokio::test]
async fn a_turn_is_streamed_as_events_numbered_from_one_without_gaps() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let words = "Revenue is 12 % above plan — ¡olé! \"quoted\"\nand a second line";
    let body = json!({ "content": words, "model": "scripted/echo" });
    let response =
        alice.send(alice.request("POST", &format!("/v1/chat/{conversation}/messages")).json(&body)).await;

    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), "text/event-stream");
    assert_eq!(response.header("cache-control"), "no-store");
    assert_eq!(response.header("x-accel-buffering"), "no");
    let events = parse_events(&response.text);
    assert_eq!(
        events.iter().map(|event| event.id).collect::<Vec<_>>(),
        (1..=events.len() as u64).collect::<Vec<_>>()
    );
    assert_eq!(events.first().unwrap().kind, "started");
    assert_eq!(events.last().unwrap().kind, "finished");
    assert_eq!(joined_text(&events, ""), words);
    assert_eq!(events.last().unwrap().data["length"], words.len());
    let turn = events[0].data["turnId"].as_str().unwrap();
    for event in &events {
        assert_eq!(event.data["turnId"], turn);
        assert_eq!(event.data["kind"], event.kind);
    }
    let first = response.text.split("\n\n").next().unwrap();
    let message = events[0].data["messageId"].as_str().unwrap();
    assert_eq!(
        first,
        format!(
            "id: 1\nevent: started\ndata: {{\"turnId\":\"{turn}\",\"kind\":\"started\",\"messageId\":\"{message}\",\
             \"model\":\"scripted/echo\"}}"
        )
    );
    let turn_view = alice.get(&format!("/v1/turns/{turn}")).await.json();
    assert_json_snapshot!("turn", turn_view, {
        ".id" => redacted_id("trn"), ".conversationId" => redacted_id("cnv"), ".userMessageId" => redacted_id("msg"),
        ".messageId" => redacted_id("msg"), ".createdAt" => redacted_time(), ".finishedAt" => redacted_time(),
    });
}

#[tokio::test]
async fn the_messages_of_a_conversation_are_read_in_windows() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    alice.send_message(&conversation, "echo", "one two").await;
    alice.send_message(&conversation, "echo", "three").await;
    let window = alice.get(&format!("/v1/conversations/{conversation}/messages?limit=3")).await.json();
    assert_eq!((&window["pathLength"], &window["hasBefore"]), (&json!(4), &json!(true)));
    let texts: Vec<&Value> =
        window["items"].as_array().unwrap().iter().map(|m| &m["parts"][0]["body"]["text"]).collect();
    assert_eq!(texts, ["one two", "three", "three"]);
    let before = window["items"][0]["id"].as_str().unwrap();
    let older = alice.get(&format!("/v1/conversations/{conversation}/messages?before={before}")).await.json();
    assert_eq!(older["items"][0]["parts"][0]["body"]["text"], "one two");
    assert_json_snapshot!("messages", older, {
        ".items[].id" => redacted_id("msg"), ".items[].conversationId" => redacted_id("cnv"), ".items[].createdAt" => redacted_time(),
        ".items[].siblingIds[]" => redacted_id("msg"), ".items[].parts[].id" => redacted_id("prt"),
    });
}

#[tokio::test]
async fn a_turn_can_be_resumed_after_every_sequence_number() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let words = "a b c d e f g h i j";
    let live = alice.send_message(&conversation, "echo", words).await;
    let turn = live[0].data["turnId"].as_str().unwrap().to_owned();
    let last = live.last().unwrap().id;
    // Includes numbers that a replay skips because it merged events.
    let positions = live.iter().map(|event| event.id).chain([0, last + 1, last + 3]);
    for after in positions {
        let received: Vec<_> = live.iter().filter(|event| event.id <= after).cloned().collect();
        let query = alice.get(&format!("/v1/turns/{turn}/events?after={after}")).await;
        let header =
            alice.request("GET", &format!("/v1/turns/{turn}/events?after=0")).header("last-event-id", after);
        for response in [query, alice.send(header).await] {
            let rest = parse_events(&response.text);
            assert!(rest.iter().all(|event| event.id > after), "after {after}: {rest:?}");
            assert_eq!(joined_text(&rest, &joined_text(&received, "")), words, "after {after}");
            if after < last {
                assert_eq!(rest.last().unwrap().kind, "finished", "after {after}");
            }
        }
    }
}

#[tokio::test]
async fn two_clients_receive_the_same_turn_and_disconnecting_does_not_stop_it() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let words = "the first half and the second half of it";
    let turn = alice.start_turn(&conversation, "held-two", words).await;
    let path = format!("/v1/turns/{}/events", turn["id"].as_str().unwrap());

    // A third client disconnects in the middle.
    let mut leaving = alice.request("GET", &path).send().await.unwrap();
    assert!(leaving.chunk().await.unwrap().is_some());
    drop(leaving);

    let first = alice.request("GET", &path).send().await.unwrap();
    let second = alice.request("GET", &path).send().await.unwrap();
    app().gates.open("held-two");
    let (first, second) =
        (parse_events(&first.text().await.unwrap()), parse_events(&second.text().await.unwrap()));
    for events in [&first, &second] {
        assert_eq!(joined_text(events, ""), words);
        assert_eq!(events.last().unwrap().kind, "finished");
        assert!(events.iter().any(|event| event.kind == "reasoning" && event.data["text"] == "thought"));
    }
    assert_eq!(first.last(), second.last());
}

#[tokio::test]
async fn a_stopped_turn_keeps_its_text_and_can_be_resumed() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let turn = alice.start_turn(&conversation, "held-stop", "kept and lost").await;
    let id = turn["id"].as_str().unwrap();
    let mut following = alice.request("GET", &format!("/v1/turns/{id}/events")).send().await.unwrap();
    let mut events = String::new();
    while !events.contains("event: delta") {
        events.push_str(std::str::from_utf8(&following.chunk().await.unwrap().unwrap()).unwrap());
    }
    let stopped = alice.post(&format!("/v1/turns/{id}/stop"), &json!({})).await;
    assert_eq!((stopped.status, &stopped.json()["status"]), (200, &json!("stopped")), "{}", stopped.text);
    while let Some(chunk) = following.chunk().await.unwrap() {
        events.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    let events = parse_events(&events);
    let end = events.last().unwrap();
    assert_eq!((end.kind.as_str(), &end.data["length"]), ("stopped", &json!(joined_text(&events, "").len())));
    assert_eq!(alice.get(&format!("/v1/turns/{id}")).await.json()["status"], "stopped");
    // Stopping a stopped turn changes nothing.
    assert_eq!(alice.post(&format!("/v1/turns/{id}/stop"), &json!({})).await.json()["status"], "stopped");

    let resumed = alice.post(&format!("/v1/turns/{id}/resume"), &json!({})).await;
    assert_eq!((resumed.status, &resumed.json()["continues"]), (202, &json!(id)));
    app().gates.open("held-stop");
    let next = resumed.json()["id"].as_str().unwrap().to_owned();
    let rest = parse_events(&alice.get(&format!("/v1/turns/{next}/events")).await.text);
    assert_eq!(rest.last().unwrap().kind, "finished");
    assert_eq!(
        alice.post(&format!("/v1/turns/{next}/resume"), &json!({})).await.problem(),
        (409, "conflict".to_owned())
    );
}

#[tokio::test]
async fn a_turn_whose_stream_breaks_ends_with_failed_and_a_code() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let events = alice.send_message(&conversation, "broken", "half an answer").await;
    let end = events.last().unwrap();
    assert_eq!((end.kind.as_str(), &end.data["code"]), ("failed", &json!("unavailable")));
    assert_eq!(end.data["length"], joined_text(&events, "").len());
}

#[tokio::test]
async fn a_client_key_is_idempotent() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let body = json!({ "content": "once", "model": "scripted/echo", "clientKey": "k1" });
    let path = format!("/v1/chat/{conversation}/messages");
    let first = alice.post(&path, &body).await;
    let second = alice.post(&path, &body).await;
    assert_eq!(first.json()["id"], second.json()["id"]);
    assert_eq!(first.header("location"), format!("/v1/turns/{}", first.json()["id"].as_str().unwrap()));
    let streamed = parse_events(&alice.send(alice.request("POST", &path).json(&body)).await.text);
    assert_eq!(streamed[0].data["turnId"], first.json()["id"]);
    let window = alice.get(&format!("/v1/conversations/{conversation}/messages")).await.json();
    assert_eq!(window["pathLength"], 2);
}

#[tokio::test]
async fn tools_are_listed_and_called_and_report_errors() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let tools = alice.get("/v1/tools").await.json();
    let named = |name: &str| tools.as_array().unwrap().iter().find(|tool| tool["name"] == name).cloned();
    let kpis = named("get_company_kpis").expect("the tool is not listed");
    assert_eq!(
        (&kpis["effect"], &kpis["inputSchema"]["required"]),
        (&json!("read"), &json!(["period", "unit"]))
    );
    assert!(named("load_dashboard").is_some());

    let called =
        alice.post("/v1/tools/get_company_kpis/invoke", &json!({ "period": "MTD", "unit": "company" })).await;
    assert_eq!((called.status, &called.json()["status"]), (200, &json!("succeeded")), "{}", called.text);
    for (name, arguments, expected) in [
        ("get_company_kpis", json!({ "period": "MTD" }), (422, "invalid")),
        ("get_company_kpis", json!({ "period": "WEEK", "unit": "company" }), (422, "invalid")),
        ("get_company_kpis", json!({ "period": "MTD", "unit": "bu" }), (422, "invalid")),
        ("get_company_kpis", json!([]), (422, "invalid")),
        ("no_such_tool", json!({}), (404, "not_found")),
        ("no%00such", json!({}), (404, "not_found")),
    ] {
        let response = alice.post(&format!("/v1/tools/{name}/invoke"), &arguments).await;
        assert_eq!(response.problem(), (expected.0, expected.1.to_owned()), "{name} {arguments}");
    }
}

#[tokio::test]
async fn a_tool_call_in_a_turn_is_streamed_as_it_changes() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let arguments = r#"{"period":"YTD","unit":"company"}"#;
    let events = alice.send_message(&conversation, "caller-get_company_kpis", arguments).await;
    let calls: Vec<_> = events.iter().filter(|event| event.kind == "tool_call").collect();
    assert_eq!(calls.last().unwrap().data["status"], "succeeded", "{events:?}");
    for call in &calls {
        assert_eq!(call.data["name"], "get_company_kpis");
        assert_eq!(call.data["arguments"], json!({ "period": "YTD", "unit": "company" }));
        assert_eq!(call.data["callId"], calls[0].data["callId"]);
    }
    let created = events.iter().find(|event| event.kind == "artifact").expect("no artifact event");
    for field in ["artifactId", "version", "type", "title"] {
        assert!(!created.data[field].is_null(), "{field}");
    }
    assert_eq!(events.last().unwrap().kind, "finished");
}

#[tokio::test]
async fn the_available_models_are_listed() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let models = alice.get("/v1/models").await.json();
    let ids: Vec<&Value> = models.as_array().unwrap().iter().map(|model| &model["id"]).collect();
    assert!(ids.contains(&&json!("scripted/echo")), "{models}");
    assert_eq!(models.as_array().unwrap().iter().filter(|model| model["isDefault"] == true).count(), 1);
}

#[tokio::test]
async fn an_artifact_is_created_and_its_content_read_through_a_signed_url() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let new =
        json!({ "type": "markdown", "title": "Minutes", "content": "# Hello\n<script>alert(1)</script>" });
    let created = alice.post("/v1/artifacts", &new).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_json_snapshot!("artifact", created.json(), {
        ".id" => redacted_id("art"), ".versionId" => redacted_id("arv"), ".ownerId" => redacted_id("prn"),
        ".createdAt" => redacted_time(), ".updatedAt" => redacted_time(),
    });
    let read = alice.get(created.header("location")).await.json();
    let url = read["contentUrl"].as_str().unwrap().to_owned();
    // The signed URL needs no token.
    let anonymous = crate::shared_app::client();
    let content = anonymous.get(app().url(&url)).send().await.unwrap();
    assert_eq!(content.status(), 200);
    let header = |name: &str| content.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(header("content-disposition"), "inline; filename*=UTF-8''Minutes");
    assert_eq!(content.text().await.unwrap(), "# Hello\n<script>alert(1)</script>");

    for (wrong, expected) in [
        (url.replace("versions/1", "versions/2"), 403),
        (url.replace("exp=", "exp=9"), 403),
        (format!("{url}A"), 403),
        (url.split("&sig").next().unwrap().to_owned(), 422),
        (format!("{url}&more=1"), 422),
        (url.replace("art_", "xxx_"), 403),
    ] {
        let response = alice.get(&wrong).await;
        assert_eq!(response.problem().0, expected, "{wrong}");
    }
    for wrong in [
        json!({ "type": "table", "title": "t", "content": "words" }),
        json!({ "type": "markdown", "title": " ", "content": "x" }),
    ] {
        assert_eq!(
            alice.post("/v1/artifacts", &wrong).await.problem(),
            (422, "invalid".to_owned()),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn data_of_another_tenant_or_user_looks_like_missing_data() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let mallory = app().create_user("mallory", TestTenant::Globex).await;
    let bob = app().create_user("bob", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let events = alice.send_message(&conversation, "echo", "secret").await;
    let turn = events[0].data["turnId"].as_str().unwrap().to_owned();
    let new = json!({ "type": "markdown", "title": "t", "content": "secret" });
    let artifact = alice.post("/v1/artifacts", &new).await.json()["id"].as_str().unwrap().to_owned();
    let call = "tcl_00000000000000000000000001".to_owned();

    let missing = |id: &str| format!("{}_{}", id.split('_').next().unwrap(), "01k00000000000000000000000");
    for (method, template, id, body) in [
        ("GET", "/v1/conversations/{}", &conversation, None),
        ("PATCH", "/v1/conversations/{}", &conversation, Some(json!({ "title": "mine" }))),
        ("DELETE", "/v1/conversations/{}", &conversation, None),
        ("GET", "/v1/conversations/{}/messages", &conversation, None),
        ("POST", "/v1/chat/{}/messages", &conversation, Some(json!({ "content": "hello" }))),
        ("GET", "/v1/turns/{}", &turn, None),
        ("GET", "/v1/turns/{}/events", &turn, None),
        ("POST", "/v1/turns/{}/stop", &turn, None),
        ("POST", "/v1/turns/{}/resume", &turn, None),
        ("GET", "/v1/artifacts/{}", &artifact, None),
        ("POST", "/v1/tool-calls/{}/decision", &call, Some(json!({ "decision": "approve" }))),
    ] {
        for other in [&mallory, &bob] {
            let mut responses = Vec::new();
            for id in [
                id.clone(),
                missing(id),
                "nonsense".to_owned(),
                "%F0%9F%98%80".to_owned(),
                "a%00b".to_owned(),
            ] {
                let request = other.request(method, &template.replace("{}", &id));
                let request = body.iter().fold(request, |request, body| request.json(body));
                let response = other.send(request).await;
                assert_eq!(
                    response.problem(),
                    (404, "not_found".to_owned()),
                    "{method} {template} {id}: {}",
                    response.text
                );
                responses.push(response.text);
            }
            responses.dedup();
            assert_eq!(responses.len(), 1, "{method} {template} distinguishes them: {responses:?}");
        }
    }
    assert_eq!(alice.get(&format!("/v1/conversations/{conversation}")).await.status, 200);
}

#[tokio::test]
async fn the_committed_openapi_document_is_up_to_date_and_served() {
    let committed = include_str!("../../openapi.json");
    assert!(
        committed == penny::rest::openapi_json(),
        "server/openapi.json is out of date: run `make schema`"
    );
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let served = alice.get("/v1/openapi.json").await;
    assert_eq!((served.status, served.text.as_str()), (200, committed));
}

#[tokio::test]
async fn every_protected_endpoint_rejects_an_invalid_token_in_the_accepted_language() {
    let document = serde_json::to_value(penny::rest::openapi()).unwrap();
    let http = crate::shared_app::client();
    let mut checked = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if operation["security"] == json!([{}]) || operation["security"] == json!([]) {
                continue;
            }
            let method = reqwest::Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let request = http.request(method.clone(), app().url(path)).header("accept-language", "es-MX");
            let response = request.bearer_auth("pny_wrong").send().await.unwrap();
            assert_eq!(response.status(), 401, "{method} {path}");
            assert_eq!(response.headers()["www-authenticate"], "Bearer", "{method} {path}");
            assert_eq!(response.headers()["content-type"], "application/problem+json");
            let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
            let title = penny_i18n::text(penny_types::Locale::Es, "fault-unauthenticated", &[]);
            assert_eq!((&body["code"], &body["title"]), (&json!("unauthenticated"), &json!(title)));
            checked += 1;
        }
    }
    assert!(checked >= 17, "{checked}");
}

#[tokio::test]
async fn the_documentation_page_loads_only_its_own_scripts_and_styles() {
    let http = crate::shared_app::client();
    let page = http.get(app().url("/v1/docs/")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("script-src 'self';"), "{policy}");
    let text = page.text().await.unwrap();
    assert!(!text.contains("<script>") && !text.contains("http://") && !text.contains("https://"), "{text}");
    for file in text.split(['"', '\'']).filter(|piece| piece.ends_with(".js") || piece.ends_with(".css")) {
        let file = file.trim_start_matches("./");
        let response = http.get(app().url(&format!("/v1/docs/{file}"))).send().await.unwrap();
        assert_eq!(response.status(), 200, "{file}");
    }
    assert_eq!(http.get(app().url("/v1/docs/no-such-file.js")).send().await.unwrap().status(), 404);
}
