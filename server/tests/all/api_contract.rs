//! What an API client can rely on over REST, GraphQL and WebSockets.

use crate::{
    fresh_app::{FreshApp, PASSWORD},
    graphql_socket::GraphqlSocket,
    penny_process::PennyProcess,
    shared_app::{TestTenant, app, joined_text, parse_events},
};
use chrono::TimeDelta;
use penny_core::identity::NewToken;
use penny_testkit::models::{MockModelServer, OpenAiSpec, RequestRecorder};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::path::Path;

#[tokio::test]
async fn a_conversation_is_created_with_an_empty_object_or_without_a_body() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let bare = alice.request("POST", "/v1/conversations");
    let typed = alice.request("POST", "/v1/conversations").header("content-type", "application/json");
    let object = alice.request("POST", "/v1/conversations").json(&json!({}));
    let nulls = alice.request("POST", "/v1/conversations").json(&json!({ "title": null, "model": null }));
    for request in [bare, typed, object, nulls] {
        let response = alice.send(request).await;
        assert_eq!((response.status, &response.json()["title"]), (201, &Value::Null), "{}", response.text);
    }
}

#[tokio::test]
async fn omitted_and_null_message_fields_have_their_defaults() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let path = format!("/v1/chat/{conversation}/messages");
    let nulls = json!({
        "content": "words", "model": "scripted/echo", "attachments": null, "toolsAllowed": null,
        "artifactsExpected": null, "parentId": null, "replaces": null, "clientKey": null,
    });
    let empty =
        json!({ "content": "words", "model": "scripted/echo", "attachments": [], "artifactsExpected": [] });
    let expecting = json!({ "content": "words", "artifactsExpected": ["chart", "table"] });
    for body in [nulls, empty, expecting] {
        let response = alice.send(alice.request("POST", &path).json(&body)).await;
        let events = parse_events(&response.text);
        assert_eq!(
            (joined_text(&events, "").as_str(), events.last().unwrap().kind.as_str()),
            ("words", "finished")
        );
    }
    // Without a model, the conversation's model is used.
    let turn = alice.post(&path, &json!({ "content": "words" })).await.json();
    assert_eq!(turn["model"], "scripted/echo");
}

#[tokio::test]
async fn a_message_may_follow_any_message_of_its_conversation() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let path = format!("/v1/chat/{conversation}/messages");
    let first = alice.send_message(&conversation, "echo", "one").await[0].data["messageId"].clone();
    alice.send_message(&conversation, "echo", "two").await;
    let body = json!({ "content": "other two", "parentId": first, "model": "scripted/echo" });
    let response = alice.send(alice.request("POST", &path).json(&body)).await;
    assert_eq!(parse_events(&response.text).last().unwrap().kind, "finished");
    let window = alice.get(&format!("/v1/conversations/{conversation}/messages")).await.json();
    assert_eq!((&window["pathLength"], &window["items"][1]["id"]), (&json!(4), &first));
    assert_eq!(window["items"][2]["siblingIds"].as_array().unwrap().len(), 2);
    let both = json!({ "content": "x", "parentId": first, "replaces": window["items"][2]["id"] });
    assert_eq!(alice.post(&path, &both).await.problem().0, 422);
}

#[tokio::test]
async fn a_model_name_is_sent_to_the_provider_unchanged() {
    let penny = PennyProcess::start(&[("PENNY__MODELS__OPENAI_COMPATIBLE__API_KEY", "key")]).await;
    for (requested, expected) in [
        ("mock-len1", "mock-len1"),
        ("openai/mock-len2", "mock-len2"),
        ("org/some-model:7b", "org/some-model:7b"),
        ("openai/org/Model.v1", "org/Model.v1"),
    ] {
        let conversation = penny.create_conversation().await;
        let (status, body) =
            penny.post_message(&conversation, json!({ "content": "x", "model": requested })).await;
        assert_eq!((status, &body["model"]), (202, &json!(format!("openai/{expected}"))), "{body}");
        let turn = serde_json::from_value(body).unwrap();
        penny.all_events(&turn).await;
        let request = penny.models.requests().pop().unwrap();
        assert_eq!(request.body["model"], expected);
        assert_eq!(request.headers["authorization"], "Bearer key");
    }
}

/// Reads OpenAI's published OpenAPI description from the test data, where available.
#[expect(clippy::disallowed_methods, reason = "an environment variable names the test data folder")]
fn openai_spec() -> Option<OpenAiSpec> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let folder = std::env::var("PENNY_TEST_DATA").unwrap_or_else(|_| default.to_owned());
    let spec = OpenAiSpec::read(&Path::new(&folder).join("openai-openapi.json"));
    if spec.is_none() {
        println!(
            "skipped: validating requests against OpenAI's description, because {folder} does not contain it"
        );
    }
    spec
}

#[tokio::test]
async fn requests_to_the_provider_conform_to_its_openapi_description() {
    let Some(spec) = openai_spec() else { return };
    let models = MockModelServer::start_with(RequestRecorder::enabled().with_openai_spec(spec)).await;
    let penny = PennyProcess::start_with_models(models, &[]).await;
    let conversation = penny.create_conversation().await;
    // Valid and invalid tool calls, a turn that fails and is resumed, unusual characters.
    for (model, content) in [
        ("mock-tools2-len3", "Show me \u{202e}\u{0}\u{1b}everything"),
        ("mock-args{bad}-len3", "\"quoted\""),
        ("mock-unknowntool-len3", "again"),
        ("mock-reasoning3-diesafter8-len20", "and again"),
    ] {
        let turn = penny.start_turn(&conversation, model, content).await;
        penny.all_events(&turn).await;
    }
    let last = penny.messages(&conversation).await.items.pop().unwrap().turn_id.unwrap();
    let (status, body) = penny.call("POST", &format!("/v1/turns/{last}/resume"), None).await;
    assert_eq!(status, 202, "{body}");
    penny.all_events(&serde_json::from_value(body).unwrap()).await;
    let requests = penny.models.requests();
    assert!(requests.len() >= 8, "{}", requests.len());
    for request in requests {
        assert!(request.problems.is_empty(), "{:?} {}", request.problems, request.body);
    }
}

#[tokio::test]
async fn artifact_content_supports_ranges_and_conditional_requests() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let new = json!({ "type": "markdown", "title": "Añadir \"x\"", "content": "0123456789" });
    let created = alice.post("/v1/artifacts", &new).await.json();
    let url = alice.get(&format!("/v1/artifacts/{}", created["id"].as_str().unwrap())).await.json();
    let url = app().url(url["contentUrl"].as_str().unwrap());
    let http = crate::shared_app::client();
    let whole = http.get(&url).send().await.unwrap();
    let etag = whole.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(
        (whole.status().as_u16(), &whole.headers()["accept-ranges"]),
        (200, &"bytes".parse().unwrap())
    );
    assert_eq!(whole.headers()["content-disposition"], "inline; filename*=UTF-8''A%C3%B1adir%20%22x%22");
    assert_eq!(whole.headers()["content-security-policy"], "default-src 'none'; sandbox");
    for (range, status, span, expected) in [
        ("bytes=2-4", 206, "bytes 2-4/10", "234"),
        ("bytes=-3", 206, "bytes 7-9/10", "789"),
        ("bytes=8-", 206, "bytes 8-9/10", "89"),
        ("bytes=10-", 416, "bytes */10", ""),
        ("bytes=0-1,4-5", 200, "", "0123456789"),
        ("words=0-1", 200, "", "0123456789"),
    ] {
        let response = http.get(&url).header("range", range).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{range}");
        assert_eq!(
            response.headers().get("content-range").map_or("", |v| v.to_str().unwrap()),
            span,
            "{range}"
        );
        assert_eq!(response.text().await.unwrap(), expected, "{range}");
    }
    for (known, status) in [(etag.clone(), 304), (format!("\"x\", W/{etag}"), 304), ("\"x\"".to_owned(), 200)]
    {
        let response = http.get(&url).header("if-none-match", &known).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{known}");
    }
    let head = http.head(&url).send().await.unwrap();
    assert_eq!((head.status().as_u16(), &head.headers()["content-length"]), (200, &"10".parse().unwrap()));
    let stale = http.get(&url).header("range", "bytes=0-0").header("if-range", "\"x\"").send().await.unwrap();
    assert_eq!(stale.status().as_u16(), 200);
}

/// Creates a user and a token that expires in one hour, and returns the token.
async fn one_hour_token(app: &FreshApp) -> String {
    let alice = app.create_user("alice@acme.example").await;
    let ctx = app.ctx(app.default_tenant().await);
    let new = NewToken { name: "t".to_owned(), lifetime: Some(TimeDelta::hours(1)), ..NewToken::default() };
    let created = app.server.state.services.identity.issue_token_for(&ctx, alice, new).await;
    created.unwrap().1.expose_secret().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_rejected_by_every_transport() {
    let app = FreshApp::start(&[]).await;
    let token = one_hour_token(&app).await;
    let bearer = format!("Bearer {token}");
    let headers =
        [("authorization", bearer.as_str()), ("content-type", "application/json"), ("accept-language", "es")];
    let endpoints =
        [(Method::GET, "/v1/tools"), (Method::POST, "/v1/conversations"), (Method::POST, "/graphql")];
    app.clock.advance(TimeDelta::hours(2));
    for (method, path) in endpoints {
        let response = app.browser().send(method, path, None, &headers).await;
        assert_eq!(
            (response.status.as_u16(), response.header("www-authenticate")),
            (401, "Bearer"),
            "{path}"
        );
        assert_eq!(response.json()["messageKey"], "identity-token-unusable", "{path}");
        assert!(response.json()["detail"].as_str().unwrap().starts_with("El token"), "{path}");
    }
    let mut socket = GraphqlSocket::connect_to(&app.url(), Some("graphql-transport-ws")).await;
    socket.send(&json!({ "type": "connection_init", "payload": { "authorization": bearer } })).await;
    assert_eq!(socket.receive().await, Err(4401));
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_url_expires_with_an_error_message() {
    let app = FreshApp::start(&[]).await;
    let token = one_hour_token(&app).await;
    let http = crate::shared_app::client();
    let new = json!({ "type": "markdown", "title": "t", "content": "words" });
    let created =
        http.post(format!("{}/v1/artifacts", app.url())).bearer_auth(&token).json(&new).send().await;
    let created: Value = created.unwrap().json().await.unwrap();
    let view = http.get(format!("{}/v1/artifacts/{}", app.url(), created["id"].as_str().unwrap()));
    let view: Value = view.bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    let url = format!("{}{}", app.url(), view["contentUrl"].as_str().unwrap());
    let expires: chrono::DateTime<chrono::Utc> =
        view["contentUrlExpiresAt"].as_str().unwrap().parse().unwrap();
    assert!(expires > app.server.state.system.now());
    assert_eq!(http.get(&url).send().await.unwrap().status().as_u16(), 200);
    app.clock.advance(TimeDelta::hours(1));
    for tried in [url.clone(), url.replace("exp=1", "exp=2")] {
        let response = http.get(&tried).header("accept-language", "es").send().await.unwrap();
        assert_eq!(response.status().as_u16(), 403, "{tried}");
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["code"], "forbidden");
        assert!(problem["detail"].as_str().unwrap().len() > 20, "{problem}");
    }
    app.server.stop().await.unwrap();
}

#[tokio::test]
async fn graphql_accepts_only_post_with_json() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let response = alice.send(alice.request(method, "/graphql?query=%7Bviewer%7Bname%7D%7D")).await;
        assert_eq!((response.problem().0, response.header("allow")), (405, "POST"), "{method}");
    }
    let content_type = "application/graphql";
    let response = alice.send(
        alice.request("POST", "/graphql").header("content-type", content_type).body("{ viewer { name } }"),
    );
    assert_eq!(response.await.problem().0, 415);
    let megabyte = "\u{5d0}\"\\\n".repeat(1024 * 1024 / 5);
    let conversation = alice.create_conversation().await;
    let send = "mutation($c: ConversationId!, $i: NewMessage!) { sendMessage(conversationId: $c, input: $i) { id } }";
    let input = json!({ "content": megabyte, "model": "scripted/echo" });
    let sent = alice.graphql(send, &json!({ "c": conversation, "i": input })).await;
    let turn = sent["data"]["sendMessage"]["id"].as_str().unwrap_or_else(|| panic!("{sent}"));
    let events = parse_events(&alice.get(&format!("/v1/turns/{turn}/events")).await.text);
    assert_eq!(joined_text(&events, ""), megabyte);
    let input = json!({ "content": "x".repeat(1024 * 1024 + 1), "model": "scripted/echo" });
    let refused = alice.graphql(send, &json!({ "c": conversation, "i": input })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "too_large");
}

#[tokio::test]
async fn a_message_of_one_mebibyte_fits_with_any_json_escaping() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let escaped = "\\u0007".repeat(1024 * 1024 - 1);
    let body = format!("{{\"content\":\"a{escaped}\",\"model\":\"scripted/echo\"}}");
    let path = format!("/v1/chat/{conversation}/messages");
    let request = alice.request("POST", &path).header("content-type", "application/json").body(body);
    let events = parse_events(&alice.send(request).await.text);
    assert_eq!(
        (joined_text(&events, "").len(), events.last().unwrap().kind.as_str()),
        (1024 * 1024, "finished")
    );
}

#[tokio::test]
async fn out_of_range_numbers_are_rejected_and_large_ones_accepted() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let turn = alice.send_message(&conversation, "echo", "words").await[0].data["turnId"].clone();
    for (limit, is_accepted) in [
        ("100", true),
        ("2147483647", true),
        ("4294967295", true),
        ("4294967296", false),
        ("-1", false),
        ("1.5", false),
        ("\"1\"", false),
        ("99999999999999999999", false),
    ] {
        let response = alice
            .graphql(&format!("{{ conversations(limit: {limit}) {{ items {{ id }} }} }}"), &json!({}))
            .await;
        assert_eq!(response.get("errors").is_none(), is_accepted, "{limit}: {response}");
        if !is_accepted {
            assert_eq!(response["errors"][0]["extensions"]["code"], "malformed", "{limit}");
        }
    }
    let mut socket = GraphqlSocket::authenticated(&alice).await;
    for (n, (after, is_accepted)) in [
        ("0", true),
        ("2147483648", true),
        ("9223372036854775807", true),
        ("-1", false),
        ("99999999999999999999", false),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("s{n}");
        let document = format!(
            "subscription {{ turnEvents(turnId: {turn}, after: {after}) {{ seq body {{ __typename ... on TurnFinished {{ length }} }} }} }}"
        );
        socket.subscribe(&id, &document, json!({})).await;
        let first = socket.receive().await.expect("the socket stays open");
        assert_eq!(
            first["type"] != "error" && first["payload"].get("errors").is_none(),
            is_accepted,
            "{after}: {first}"
        );
        if first["type"] == "next" {
            socket.receive_until_complete(&id).await;
        }
    }
}

#[tokio::test]
async fn a_socket_accepts_the_token_in_every_common_payload_form() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let bearer = format!("Bearer {}", alice.token);
    for payload in [
        json!({ "Authorization": bearer }),
        json!({ "authorization": bearer.replace("Bearer", "bearer") }),
        json!({ "headers": { "Authorization": bearer } }),
    ] {
        let mut socket = GraphqlSocket::connect().await;
        socket.send(&json!({ "type": "ping" })).await;
        assert_eq!(socket.receive().await.unwrap()["type"], "pong");
        socket.send(&json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.receive().await, Ok(json!({ "type": "connection_ack" })));
    }
}

#[tokio::test]
async fn empty_filters_are_ignored() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    for path in ["/v1/conversations", "/v1/conversations?query=&cursor=", "/v1/conversations?query=%20"] {
        let listed = alice.get(path).await.json();
        assert_eq!(listed["items"][0]["id"], conversation, "{path}: {listed}");
    }
    let listed =
        alice.graphql("{ conversations(query: \"\", cursor: \"\") { items { id } } }", &json!({})).await;
    assert_eq!(listed["data"]["conversations"]["items"][0]["id"], conversation, "{listed}");
}

#[tokio::test]
async fn a_socket_without_subprotocol_is_closed_with_4406() {
    let mut socket = GraphqlSocket::connect_to(&app().url(""), None).await;
    assert_eq!(socket.receive().await, Err(4406));
    let plain = crate::shared_app::client().get(app().url("/graphql/ws")).send().await.unwrap();
    assert!(plain.status().is_client_error(), "{}", plain.status());
}

#[tokio::test]
async fn turns_beyond_the_limit_per_user_are_rate_limited() {
    let penny = PennyProcess::start(&[("PENNY__MODELS__LIVE_PER_PERSON", "2")]).await;
    let mut running = Vec::new();
    for _ in 0..2 {
        let conversation = penny.create_conversation().await;
        running.push(penny.start_turn(&conversation, "mock-silent", "Tell me").await);
    }
    let conversation = penny.create_conversation().await;
    let path = format!("/v1/chat/{conversation}/messages");
    let body = json!({ "content": "And me?", "model": "openai/mock-len1" });
    let response =
        penny.request("POST", &path).header("accept-language", "es").json(&body).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (429, "5"));
    let problem: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!(problem["detail"], penny_i18n::text(penny_types::Locale::Es, "fault-rate-limited", &[]));
    assert_eq!(penny.messages(&conversation).await.path_length, 0, "a rejected message is not stored");

    let (status, _) = penny.call("POST", &format!("/v1/turns/{}/stop", running[0].id), None).await;
    assert_eq!(status, 200);
    penny.all_events(&running[0]).await;
    let (status, sent) = penny.call("POST", &path, Some(body)).await;
    assert_eq!(status, 202, "{sent}");
}

#[tokio::test]
async fn failed_sign_ins_are_rate_limited_with_a_growing_retry_after() {
    let app = FreshApp::start(&[]).await;
    app.create_user("alice@acme.example").await;
    let browser = app.browser();
    app.clock.stop();
    for _ in 0..5 {
        let wrong = browser.sign_in("alice@acme.example", "wrong").await;
        assert!(wrong.location().contains("error="), "{} {}", wrong.status, wrong.location());
    }
    let mut waits = Vec::new();
    for _ in 0..4 {
        let limited = browser.sign_in("alice@acme.example", PASSWORD).await;
        assert_eq!(limited.location(), "/sign-in?error=rate_limited");
        let wait: i64 = limited.header("retry-after").parse().unwrap();
        waits.push(wait);
        app.clock.advance(TimeDelta::seconds(wait - 1));
        let early = browser.sign_in("alice@acme.example", PASSWORD).await;
        assert_eq!(early.header("retry-after"), "1", "{wait}");
        app.clock.advance(TimeDelta::seconds(1));
        let wrong = browser.sign_in("alice@acme.example", "wrong").await;
        assert_eq!((wrong.location(), wrong.header("retry-after")), ("/sign-in?error=credentials", ""));
    }
    assert_eq!(waits, [1, 2, 4, 8]);
    // The right password is accepted when the delay is over.
    app.clock.advance(TimeDelta::minutes(15));
    assert_eq!(browser.sign_in("alice@acme.example", PASSWORD).await.location(), "/");
    app.server.stop().await.unwrap();
}
