//! The REST door: each endpoint, when it goes well and when it does not.

use crate::rest_app::{Company, app, events, text_of};
use insta::{assert_json_snapshot, dynamic_redaction};
use serde_json::{Value, json};

/// Hides an id after checking that it is one of its kind.
fn an_id(prefix: &'static str) -> insta::internals::Redaction {
    dynamic_redaction(move |value, path| {
        let text = value.as_str().unwrap_or_else(|| panic!("{path} is no text")).to_owned();
        assert!(text.starts_with(&format!("{prefix}_")) && text.len() == prefix.len() + 27, "{path}: {text}");
        format!("[{prefix}]")
    })
}

/// Hides a time after checking that it is one.
fn a_time() -> insta::internals::Redaction {
    dynamic_redaction(|value, path| {
        let text = value.as_str().unwrap_or_else(|| panic!("{path} is no text")).to_owned();
        assert!(text.len() >= 20 && text.ends_with('Z') && text.contains('T'), "{path}: {text}");
        "[time]"
    })
}

#[tokio::test]
async fn a_conversation_is_begun_read_changed_listed_and_deleted() {
    let alice = app().person("alice", Company::Acme).await;
    let made = alice.post("/v1/conversations", &json!({ "title": "  Budget\n2026 " })).await;
    assert_eq!(made.status, 201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/conversations/{id}");
    assert_eq!(made.header("location"), path);
    assert_eq!(made.header("cache-control"), "no-store");
    assert_json_snapshot!("conversation", made.json(), {
        ".id" => an_id("cnv"), ".ownerId" => an_id("prn"), ".createdAt" => a_time(), ".updatedAt" => a_time(),
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
        ".items[].id" => an_id("cnv"), ".items[].updatedAt" => a_time(),
    });

    assert_eq!(alice.send(alice.request("DELETE", &path)).await.status, 204);
    assert_eq!(alice.get(&path).await.problem(), (404, "not_found".to_owned()));
    assert_eq!(alice.get("/v1/conversations").await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_list_is_read_page_by_page_without_a_gap() {
    let alice = app().person("alice", Company::Acme).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(alice.conversation().await);
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = alice.get(&format!("/v1/conversations?limit=2{cursor}")).await.json();
        let items = page["items"].as_array().unwrap().clone();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    made.reverse();
    assert_eq!(seen, made);
    assert_eq!(alice.get("/v1/conversations?cursor=nonsense").await.problem(), (422, "invalid".to_owned()));
}

#[tokio::test]
async fn an_answer_comes_as_events_numbered_from_one_without_gaps() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let words = "Revenue is 12 % above plan — ¡olé! \"quoted\"\nand a second line";
    let body = json!({ "content": words, "model": "scripted/echo" });
    let reply =
        alice.send(alice.request("POST", &format!("/v1/chat/{conversation}/messages")).json(&body)).await;

    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "text/event-stream");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("x-accel-buffering"), "no");
    let seen = events(&reply.text);
    assert_eq!(
        seen.iter().map(|event| event.id).collect::<Vec<_>>(),
        (1..=seen.len() as u64).collect::<Vec<_>>()
    );
    assert_eq!(seen.first().unwrap().kind, "started");
    assert_eq!(seen.last().unwrap().kind, "finished");
    assert_eq!(text_of(&seen, ""), words);
    assert_eq!(seen.last().unwrap().data["length"], words.len());
    let turn = seen[0].data["turnId"].as_str().unwrap();
    for event in &seen {
        assert_eq!(event.data["turnId"], turn);
        assert_eq!(event.data["kind"], event.kind);
    }
    let first = reply.text.split("\n\n").next().unwrap();
    let message = seen[0].data["messageId"].as_str().unwrap();
    assert_eq!(
        first,
        format!(
            "id: 1\nevent: started\ndata: {{\"turnId\":\"{turn}\",\"kind\":\"started\",\"messageId\":\"{message}\",\
             \"model\":\"scripted/echo\"}}"
        )
    );
    let told = alice.get(&format!("/v1/turns/{turn}")).await.json();
    assert_json_snapshot!("turn", told, {
        ".id" => an_id("trn"), ".conversationId" => an_id("cnv"), ".userMessageId" => an_id("msg"),
        ".messageId" => an_id("msg"), ".createdAt" => a_time(), ".finishedAt" => a_time(),
    });
}

#[tokio::test]
async fn the_messages_of_a_conversation_are_what_was_said() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    alice.ask(&conversation, "echo", "one two").await;
    alice.ask(&conversation, "echo", "three").await;
    let window = alice.get(&format!("/v1/conversations/{conversation}/messages?limit=3")).await.json();
    assert_eq!((&window["pathLength"], &window["hasBefore"]), (&json!(4), &json!(true)));
    let said: Vec<&Value> =
        window["items"].as_array().unwrap().iter().map(|m| &m["parts"][0]["body"]["text"]).collect();
    assert_eq!(said, ["one two", "three", "three"]);
    let before = window["items"][0]["id"].as_str().unwrap();
    let older = alice.get(&format!("/v1/conversations/{conversation}/messages?before={before}")).await.json();
    assert_eq!(older["items"][0]["parts"][0]["body"]["text"], "one two");
    assert_json_snapshot!("messages", older, {
        ".items[].id" => an_id("msg"), ".items[].conversationId" => an_id("cnv"), ".items[].createdAt" => a_time(),
        ".items[].siblingIds[]" => an_id("msg"), ".items[].parts[].id" => an_id("prt"),
    });
}

#[tokio::test]
async fn from_every_number_one_gets_the_rest_and_the_same_text() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let words = "a b c d e f g h i j";
    let live = alice.ask(&conversation, "echo", words).await;
    let turn = live[0].data["turnId"].as_str().unwrap().to_owned();
    let last = live.last().unwrap().id;
    // Numbers that one can have seen: a replay leaves out those that it merged.
    let seen = live.iter().map(|event| event.id).chain([0, last + 1, last + 3]);
    for after in seen {
        let had: Vec<_> = live.iter().filter(|event| event.id <= after).cloned().collect();
        let query = alice.get(&format!("/v1/turns/{turn}/events?after={after}")).await;
        let header =
            alice.request("GET", &format!("/v1/turns/{turn}/events?after=0")).header("last-event-id", after);
        for reply in [query, alice.send(header).await] {
            let rest = events(&reply.text);
            assert!(rest.iter().all(|event| event.id > after), "after {after}: {rest:?}");
            assert_eq!(text_of(&rest, &text_of(&had, "")), words, "after {after}");
            if after < last {
                assert_eq!(rest.last().unwrap().kind, "finished", "after {after}");
            }
        }
    }
}

#[tokio::test]
async fn two_who_follow_a_turn_see_the_same_and_leaving_stops_nothing() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let words = "the first half and the second half of it";
    let turn = alice.ask_and_leave(&conversation, "held-two", words).await;
    let path = format!("/v1/turns/{}/events", turn["id"].as_str().unwrap());

    // One leaves in the middle, having read something.
    let mut leaving = alice.request("GET", &path).send().await.unwrap();
    assert!(leaving.chunk().await.unwrap().is_some());
    drop(leaving);

    let first = alice.request("GET", &path).send().await.unwrap();
    let second = alice.request("GET", &path).send().await.unwrap();
    app().gates.open("held-two");
    let (first, second) = (events(&first.text().await.unwrap()), events(&second.text().await.unwrap()));
    for seen in [&first, &second] {
        assert_eq!(text_of(seen, ""), words);
        assert_eq!(seen.last().unwrap().kind, "finished");
        assert!(seen.iter().any(|event| event.kind == "reasoning" && event.data["text"] == "thought"));
    }
    assert_eq!(first.last(), second.last());
}

#[tokio::test]
async fn stopping_keeps_what_was_said_and_it_can_be_continued() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let turn = alice.ask_and_leave(&conversation, "held-stop", "kept and lost").await;
    let id = turn["id"].as_str().unwrap();
    let mut following = alice.request("GET", &format!("/v1/turns/{id}/events")).send().await.unwrap();
    let mut seen = String::new();
    while !seen.contains("event: delta") {
        seen.push_str(std::str::from_utf8(&following.chunk().await.unwrap().unwrap()).unwrap());
    }
    let stopped = alice.post(&format!("/v1/turns/{id}/stop"), &json!({})).await;
    assert_eq!((stopped.status, &stopped.json()["status"]), (200, &json!("stopped")), "{}", stopped.text);
    while let Some(chunk) = following.chunk().await.unwrap() {
        seen.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    let seen = events(&seen);
    let end = seen.last().unwrap();
    assert_eq!((end.kind.as_str(), &end.data["length"]), ("stopped", &json!(text_of(&seen, "").len())));
    assert_eq!(alice.get(&format!("/v1/turns/{id}")).await.json()["status"], "stopped");
    // Stopping what is over changes nothing.
    assert_eq!(alice.post(&format!("/v1/turns/{id}/stop"), &json!({})).await.json()["status"], "stopped");

    let resumed = alice.post(&format!("/v1/turns/{id}/resume"), &json!({})).await;
    assert_eq!((resumed.status, &resumed.json()["continues"]), (202, &json!(id)));
    app().gates.open("held-stop");
    let next = resumed.json()["id"].as_str().unwrap().to_owned();
    let rest = events(&alice.get(&format!("/v1/turns/{next}/events")).await.text);
    assert_eq!(rest.last().unwrap().kind, "finished");
    assert_eq!(
        alice.post(&format!("/v1/turns/{next}/resume"), &json!({})).await.problem(),
        (409, "conflict".to_owned())
    );
}

#[tokio::test]
async fn an_answer_that_breaks_off_ends_with_failed_and_a_code() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let seen = alice.ask(&conversation, "broken", "half an answer").await;
    let end = seen.last().unwrap();
    assert_eq!((end.kind.as_str(), &end.data["code"]), ("failed", &json!("unavailable")));
    assert_eq!(end.data["length"], text_of(&seen, "").len());
}

#[tokio::test]
async fn one_client_key_is_one_answer() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let body = json!({ "content": "once", "model": "scripted/echo", "clientKey": "k1" });
    let path = format!("/v1/chat/{conversation}/messages");
    let first = alice.post(&path, &body).await;
    let second = alice.post(&path, &body).await;
    assert_eq!(first.json()["id"], second.json()["id"]);
    assert_eq!(first.header("location"), format!("/v1/turns/{}", first.json()["id"].as_str().unwrap()));
    let streamed = events(&alice.send(alice.request("POST", &path).json(&body)).await.text);
    assert_eq!(streamed[0].data["turnId"], first.json()["id"]);
    let window = alice.get(&format!("/v1/conversations/{conversation}/messages")).await.json();
    assert_eq!(window["pathLength"], 2);
}

#[tokio::test]
async fn tools_are_listed_and_called_and_say_what_is_wrong() {
    let alice = app().person("alice", Company::Acme).await;
    let tools = alice.get("/v1/tools").await.json();
    let named = |name: &str| tools.as_array().unwrap().iter().find(|tool| tool["name"] == name).cloned();
    let kpis = named("get_company_kpis").expect("the tool is there");
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
        let reply = alice.post(&format!("/v1/tools/{name}/invoke"), &arguments).await;
        assert_eq!(reply.problem(), (expected.0, expected.1.to_owned()), "{name} {arguments}");
    }
}

#[tokio::test]
async fn a_tool_call_in_a_turn_is_told_as_it_changes() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let asked = r#"{"period":"YTD","unit":"company"}"#;
    let seen = alice.ask(&conversation, "caller-get_company_kpis", asked).await;
    let calls: Vec<_> = seen.iter().filter(|event| event.kind == "tool_call").collect();
    assert_eq!(calls.last().unwrap().data["status"], "succeeded", "{seen:?}");
    for call in &calls {
        assert_eq!(call.data["name"], "get_company_kpis");
        assert_eq!(call.data["arguments"], json!({ "period": "YTD", "unit": "company" }));
        assert_eq!(call.data["callId"], calls[0].data["callId"]);
    }
    let made = seen.iter().find(|event| event.kind == "artifact").expect("an artifact");
    for field in ["artifactId", "version", "type", "title"] {
        assert!(!made.data[field].is_null(), "{field}");
    }
    assert_eq!(seen.last().unwrap().kind, "finished");
}

#[tokio::test]
async fn the_models_one_may_pick_are_listed() {
    let alice = app().person("alice", Company::Acme).await;
    let models = alice.get("/v1/models").await.json();
    let ids: Vec<&Value> = models.as_array().unwrap().iter().map(|model| &model["id"]).collect();
    assert!(ids.contains(&&json!("scripted/echo")), "{models}");
    assert_eq!(models.as_array().unwrap().iter().filter(|model| model["isDefault"] == true).count(), 1);
}

#[tokio::test]
async fn an_artifact_is_made_and_its_bytes_are_read_by_a_signed_address() {
    let alice = app().person("alice", Company::Acme).await;
    let new =
        json!({ "type": "markdown", "title": "Minutes", "content": "# Hello\n<script>alert(1)</script>" });
    let made = alice.post("/v1/artifacts", &new).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_json_snapshot!("artifact", made.json(), {
        ".id" => an_id("art"), ".versionId" => an_id("arv"), ".ownerId" => an_id("prn"),
        ".createdAt" => a_time(), ".updatedAt" => a_time(),
    });
    let read = alice.get(made.header("location")).await.json();
    let url = read["contentUrl"].as_str().unwrap().to_owned();
    // Whoever has the address needs no token.
    let anyone = crate::rest_app::client();
    let content = anyone.get(app().url(&url)).send().await.unwrap();
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
        let reply = alice.get(&wrong).await;
        assert_eq!(reply.problem().0, expected, "{wrong}");
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
async fn what_belongs_to_another_tenant_is_answered_like_what_does_not_exist() {
    let alice = app().person("alice", Company::Acme).await;
    let mallory = app().person("mallory", Company::Globex).await;
    let bob = app().person("bob", Company::Acme).await;
    let conversation = alice.conversation().await;
    let seen = alice.ask(&conversation, "echo", "secret").await;
    let turn = seen[0].data["turnId"].as_str().unwrap().to_owned();
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
            let mut answers = Vec::new();
            for id in [
                id.clone(),
                missing(id),
                "nonsense".to_owned(),
                "%F0%9F%98%80".to_owned(),
                "a%00b".to_owned(),
            ] {
                let request = other.request(method, &template.replace("{}", &id));
                let request = body.iter().fold(request, |request, body| request.json(body));
                let reply = other.send(request).await;
                assert_eq!(
                    reply.problem(),
                    (404, "not_found".to_owned()),
                    "{method} {template} {id}: {}",
                    reply.text
                );
                answers.push(reply.text);
            }
            answers.dedup();
            assert_eq!(answers.len(), 1, "{method} {template} tells them apart: {answers:?}");
        }
    }
    assert_eq!(alice.get(&format!("/v1/conversations/{conversation}")).await.status, 200);
}

#[tokio::test]
async fn the_committed_openapi_document_is_the_one_the_code_makes_and_is_served() {
    let committed = include_str!("../../openapi.json");
    assert!(
        committed == penny::rest::openapi_json(),
        "server/openapi.json is out of date: run `make schema`"
    );
    let alice = app().person("alice", Company::Acme).await;
    let served = alice.get("/v1/openapi.json").await;
    assert_eq!((served.status, served.text.as_str()), (200, committed));
}

#[tokio::test]
async fn every_endpoint_of_the_document_asks_who_one_is_and_says_so_in_ones_language() {
    let document = serde_json::to_value(penny::rest::openapi()).unwrap();
    let http = crate::rest_app::client();
    let mut asked = 0;
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
            let title = penny_words::text(penny_types::Locale::Es, "fault-unauthenticated", &[]);
            assert_eq!((&body["code"], &body["title"]), (&json!("unauthenticated"), &json!(title)));
            asked += 1;
        }
    }
    assert!(asked >= 17, "{asked}");
}

#[tokio::test]
async fn the_documentation_page_is_served_from_inside_and_runs_only_its_own_scripts() {
    let http = crate::rest_app::client();
    let page = http.get(app().url("/v1/docs/")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("script-src 'self';"), "{policy}");
    let text = page.text().await.unwrap();
    assert!(!text.contains("<script>") && !text.contains("http://") && !text.contains("https://"), "{text}");
    for file in text.split(['"', '\'']).filter(|piece| piece.ends_with(".js") || piece.ends_with(".css")) {
        let file = file.trim_start_matches("./");
        let reply = http.get(app().url(&format!("/v1/docs/{file}"))).send().await.unwrap();
        assert_eq!(reply.status(), 200, "{file}");
    }
    assert_eq!(http.get(app().url("/v1/docs/no-such-file.js")).send().await.unwrap().status(), 404);
}
