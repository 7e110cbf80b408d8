//! What an integrator may count on at every door, written down as they would try it.

use crate::{
    graphql_socket::Socket,
    rest_app::{Company, app, events, text_of},
    sign_in_app::{House, PASSWORD},
    turns_app::Installation,
};
use chrono::TimeDelta;
use penny_core::identity::NewToken;
use penny_testkit::models::{MockModels, OpenApi, Recording};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::path::Path;

#[tokio::test]
async fn a_conversation_is_begun_with_an_empty_object_or_with_nothing_at_all() {
    let alice = app().person("alice", Company::Acme).await;
    let bare = alice.request("POST", "/v1/conversations");
    let typed = alice.request("POST", "/v1/conversations").header("content-type", "application/json");
    let object = alice.request("POST", "/v1/conversations").json(&json!({}));
    let nulls = alice.request("POST", "/v1/conversations").json(&json!({ "title": null, "model": null }));
    for request in [bare, typed, object, nulls] {
        let reply = alice.send(request).await;
        assert_eq!((reply.status, &reply.json()["title"]), (201, &Value::Null), "{}", reply.text);
    }
}

#[tokio::test]
async fn what_a_message_leaves_out_or_calls_null_is_as_by_default() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let path = format!("/v1/chat/{conversation}/messages");
    let nothing = json!({
        "content": "words", "model": "scripted/echo", "attachments": null, "toolsAllowed": null,
        "artifactsExpected": null, "parentId": null, "replaces": null, "clientKey": null,
    });
    let empty =
        json!({ "content": "words", "model": "scripted/echo", "attachments": [], "artifactsExpected": [] });
    let hopes = json!({ "content": "words", "artifactsExpected": ["chart", "table"] });
    for body in [nothing, empty, hopes] {
        let reply = alice.send(alice.request("POST", &path).json(&body)).await;
        let seen = events(&reply.text);
        assert_eq!((text_of(&seen, "").as_str(), seen.last().unwrap().kind.as_str()), ("words", "finished"));
    }
    // Without a model, the conversation's own is asked.
    let turn = alice.post(&path, &json!({ "content": "words" })).await.json();
    assert_eq!(turn["model"], "scripted/echo");
}

#[tokio::test]
async fn a_message_may_follow_any_message_of_its_conversation() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let path = format!("/v1/chat/{conversation}/messages");
    let first = alice.ask(&conversation, "echo", "one").await[0].data["messageId"].clone();
    alice.ask(&conversation, "echo", "two").await;
    let body = json!({ "content": "other two", "parentId": first, "model": "scripted/echo" });
    let reply = alice.send(alice.request("POST", &path).json(&body)).await;
    assert_eq!(events(&reply.text).last().unwrap().kind, "finished");
    let window = alice.get(&format!("/v1/conversations/{conversation}/messages")).await.json();
    assert_eq!((&window["pathLength"], &window["items"][1]["id"]), (&json!(4), &first));
    assert_eq!(window["items"][2]["siblingIds"].as_array().unwrap().len(), 2);
    let both = json!({ "content": "x", "parentId": first, "replaces": window["items"][2]["id"] });
    assert_eq!(alice.post(&path, &both).await.problem().0, 422);
}

#[tokio::test]
async fn any_model_name_reaches_the_operators_provider_as_it_was_written() {
    let penny = Installation::start(&[("PENNY__MODELS__OPENAI_COMPATIBLE__API_KEY", "key")]).await;
    for (named, expected) in [
        ("mock-len1", "mock-len1"),
        ("openai/mock-len2", "mock-len2"),
        ("org/some-model:7b", "org/some-model:7b"),
        ("openai/org/Model.v1", "org/Model.v1"),
    ] {
        let conversation = penny.conversation().await;
        let (status, body) = penny.send(&conversation, json!({ "content": "x", "model": named })).await;
        assert_eq!((status, &body["model"]), (202, &json!(format!("openai/{expected}"))), "{body}");
        let turn = serde_json::from_value(body).unwrap();
        penny.to_end(&turn).await;
        let request = penny.models.requests().pop().unwrap();
        assert_eq!(request.body["model"], expected);
        assert_eq!(request.headers["authorization"], "Bearer key");
    }
}

/// Reads the vendor's published description, where the machine has it.
#[expect(clippy::disallowed_methods, reason = "told by a variable where the description lies")]
fn published() -> Option<OpenApi> {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let folder = std::env::var("PENNY_TEST_DATA").unwrap_or_else(|_| here.to_owned());
    let api = OpenApi::read(&Path::new(&folder).join("openai-openapi.json"));
    if api.is_none() {
        println!("skipped: checking requests by the vendor's description, because there is none in {folder}");
    }
    api
}

#[tokio::test]
async fn what_a_provider_is_sent_is_what_its_own_description_allows() {
    let Some(api) = published() else { return };
    let models = MockModels::start_with(Recording::on().checked_by(api)).await;
    let penny = Installation::start_beside(models, &[]).await;
    let conversation = penny.conversation().await;
    // Tools called well and badly, an answer that breaks off and is gone on with, strange letters.
    for (model, words) in [
        ("mock-tools2-len3", "Show me \u{202e}\u{0}\u{1b}everything"),
        ("mock-args{bad}-len3", "\"quoted\""),
        ("mock-unknowntool-len3", "again"),
        ("mock-reasoning3-diesafter8-len20", "and again"),
    ] {
        let turn = penny.ask(&conversation, model, words).await;
        penny.to_end(&turn).await;
    }
    let last = penny.window(&conversation).await.items.pop().unwrap().turn_id.unwrap();
    let (status, body) = penny.call("POST", &format!("/v1/turns/{last}/resume"), None).await;
    assert_eq!(status, 202, "{body}");
    penny.to_end(&serde_json::from_value(body).unwrap()).await;
    let requests = penny.models.requests();
    assert!(requests.len() >= 8, "{}", requests.len());
    for request in requests {
        assert!(request.problems.is_empty(), "{:?} {}", request.problems, request.body);
    }
}

#[tokio::test]
async fn the_bytes_of_an_artifact_come_whole_in_pieces_or_not_again() {
    let alice = app().person("alice", Company::Acme).await;
    let new = json!({ "type": "markdown", "title": "Añadir \"x\"", "content": "0123456789" });
    let made = alice.post("/v1/artifacts", &new).await.json();
    let url = alice.get(&format!("/v1/artifacts/{}", made["id"].as_str().unwrap())).await.json();
    let url = app().url(url["contentUrl"].as_str().unwrap());
    let http = crate::rest_app::client();
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
        let reply = http.get(&url).header("range", range).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), status, "{range}");
        assert_eq!(reply.headers().get("content-range").map_or("", |v| v.to_str().unwrap()), span, "{range}");
        assert_eq!(reply.text().await.unwrap(), expected, "{range}");
    }
    for (known, status) in [(etag.clone(), 304), (format!("\"x\", W/{etag}"), 304), ("\"x\"".to_owned(), 200)]
    {
        let reply = http.get(&url).header("if-none-match", &known).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), status, "{known}");
    }
    let head = http.head(&url).send().await.unwrap();
    assert_eq!((head.status().as_u16(), &head.headers()["content-length"]), (200, &"10".parse().unwrap()));
    let stale = http.get(&url).header("range", "bytes=0-0").header("if-range", "\"x\"").send().await.unwrap();
    assert_eq!(stale.status().as_u16(), 200);
}

/// Makes alice a token that works for an hour.
async fn token_of_an_hour(house: &House) -> String {
    let alice = house.person("alice@acme.example").await;
    let ctx = house.ctx(house.default_tenant().await);
    let new = NewToken { name: "t".to_owned(), lifetime: Some(TimeDelta::hours(1)), ..NewToken::default() };
    let made = house.server.state.services.identity.issue_token_for(&ctx, alice, new).await;
    made.unwrap().1.expose_secret().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_opens_no_door() {
    let house = House::open(&[]).await;
    let token = token_of_an_hour(&house).await;
    let bearer = format!("Bearer {token}");
    let headers =
        [("authorization", bearer.as_str()), ("content-type", "application/json"), ("accept-language", "es")];
    let doors = [(Method::GET, "/v1/tools"), (Method::POST, "/v1/conversations"), (Method::POST, "/graphql")];
    house.clock.advance(TimeDelta::hours(2));
    for (method, path) in doors {
        let answer = house.browser().send(method, path, None, &headers).await;
        assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (401, "Bearer"), "{path}");
        assert_eq!(answer.json()["messageKey"], "identity-token-unusable", "{path}");
        assert!(answer.json()["detail"].as_str().unwrap().starts_with("El token"), "{path}");
    }
    let mut socket = Socket::open_at(&house.url(), Some("graphql-transport-ws")).await;
    socket.say(&json!({ "type": "connection_init", "payload": { "authorization": bearer } })).await;
    assert_eq!(socket.hear().await, Err(4401));
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_address_works_for_a_while_and_then_says_that_it_is_over() {
    let house = House::open(&[]).await;
    let token = token_of_an_hour(&house).await;
    let http = crate::rest_app::client();
    let new = json!({ "type": "markdown", "title": "t", "content": "words" });
    let made = http.post(format!("{}/v1/artifacts", house.url())).bearer_auth(&token).json(&new).send().await;
    let made: Value = made.unwrap().json().await.unwrap();
    let view = http.get(format!("{}/v1/artifacts/{}", house.url(), made["id"].as_str().unwrap()));
    let view: Value = view.bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    let url = format!("{}{}", house.url(), view["contentUrl"].as_str().unwrap());
    let expires: chrono::DateTime<chrono::Utc> =
        view["contentUrlExpiresAt"].as_str().unwrap().parse().unwrap();
    assert!(expires > house.server.state.world.now());
    assert_eq!(http.get(&url).send().await.unwrap().status().as_u16(), 200);
    house.clock.advance(TimeDelta::hours(1));
    for tried in [url.clone(), url.replace("exp=1", "exp=2")] {
        let reply = http.get(&tried).header("accept-language", "es").send().await.unwrap();
        assert_eq!(reply.status().as_u16(), 403, "{tried}");
        let problem: Value = reply.json().await.unwrap();
        assert_eq!(problem["code"], "forbidden");
        assert!(problem["detail"].as_str().unwrap().len() > 20, "{problem}");
    }
    house.server.stop().await.unwrap();
}

#[tokio::test]
async fn graphql_is_asked_by_post_and_says_so() {
    let alice = app().person("alice", Company::Acme).await;
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let reply = alice.send(alice.request(method, "/graphql?query=%7Bviewer%7Bname%7D%7D")).await;
        assert_eq!((reply.problem().0, reply.header("allow")), (405, "POST"), "{method}");
    }
    let kind = "application/graphql";
    let reply = alice
        .send(alice.request("POST", "/graphql").header("content-type", kind).body("{ viewer { name } }"));
    assert_eq!(reply.await.problem().0, 415);
    let megabyte = "\u{5d0}\"\\\n".repeat(1024 * 1024 / 5);
    let conversation = alice.conversation().await;
    let send = "mutation($c: ConversationId!, $i: NewMessage!) { sendMessage(conversationId: $c, input: $i) { id } }";
    let input = json!({ "content": megabyte, "model": "scripted/echo" });
    let sent = alice.graphql(send, &json!({ "c": conversation, "i": input })).await;
    let turn = sent["data"]["sendMessage"]["id"].as_str().unwrap_or_else(|| panic!("{sent}"));
    let seen = events(&alice.get(&format!("/v1/turns/{turn}/events")).await.text);
    assert_eq!(text_of(&seen, ""), megabyte);
    let input = json!({ "content": "x".repeat(1024 * 1024 + 1), "model": "scripted/echo" });
    let refused = alice.graphql(send, &json!({ "c": conversation, "i": input })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "too_large");
}

#[tokio::test]
async fn a_megabyte_fits_however_its_json_is_escaped() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let escaped = "\\u0007".repeat(1024 * 1024 - 1);
    let body = format!("{{\"content\":\"a{escaped}\",\"model\":\"scripted/echo\"}}");
    let path = format!("/v1/chat/{conversation}/messages");
    let request = alice.request("POST", &path).header("content-type", "application/json").body(body);
    let seen = events(&alice.send(request).await.text);
    assert_eq!((text_of(&seen, "").len(), seen.last().unwrap().kind.as_str()), (1024 * 1024, "finished"));
}

#[tokio::test]
async fn numbers_that_do_not_fit_are_refused_and_large_ones_are_answered() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    let turn = alice.ask(&conversation, "echo", "words").await[0].data["turnId"].clone();
    for (limit, is_taken) in [
        ("100", true),
        ("2147483647", true),
        ("4294967295", true),
        ("4294967296", false),
        ("-1", false),
        ("1.5", false),
        ("\"1\"", false),
        ("99999999999999999999", false),
    ] {
        let answer = alice
            .graphql(&format!("{{ conversations(limit: {limit}) {{ items {{ id }} }} }}"), &json!({}))
            .await;
        assert_eq!(answer.get("errors").is_none(), is_taken, "{limit}: {answer}");
        if !is_taken {
            assert_eq!(answer["errors"][0]["extensions"]["code"], "malformed", "{limit}");
        }
    }
    let mut socket = Socket::of(&alice).await;
    for (n, (after, is_taken)) in [
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
        let first = socket.hear().await.expect("the socket stays open");
        assert_eq!(
            first["type"] != "error" && first["payload"].get("errors").is_none(),
            is_taken,
            "{after}: {first}"
        );
        if first["type"] == "next" {
            socket.hear_out(&id).await;
        }
    }
}

#[tokio::test]
async fn a_socket_is_told_who_one_is_in_any_of_the_usual_ways() {
    let alice = app().person("alice", Company::Acme).await;
    let bearer = format!("Bearer {}", alice.token);
    for payload in [
        json!({ "Authorization": bearer }),
        json!({ "authorization": bearer.replace("Bearer", "bearer") }),
        json!({ "headers": { "Authorization": bearer } }),
    ] {
        let mut socket = Socket::open().await;
        socket.say(&json!({ "type": "ping" })).await;
        assert_eq!(socket.hear().await.unwrap()["type"], "pong");
        socket.say(&json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.hear().await, Ok(json!({ "type": "connection_ack" })));
    }
}

#[tokio::test]
async fn empty_filters_are_no_filters() {
    let alice = app().person("alice", Company::Acme).await;
    let conversation = alice.conversation().await;
    for path in ["/v1/conversations", "/v1/conversations?query=&cursor=", "/v1/conversations?query=%20"] {
        let listed = alice.get(path).await.json();
        assert_eq!(listed["items"][0]["id"], conversation, "{path}: {listed}");
    }
    let listed =
        alice.graphql("{ conversations(query: \"\", cursor: \"\") { items { id } } }", &json!({})).await;
    assert_eq!(listed["data"]["conversations"]["items"][0]["id"], conversation, "{listed}");
}

#[tokio::test]
async fn a_socket_for_no_protocol_is_closed_with_its_code() {
    let mut socket = Socket::open_at(&app().url(""), None).await;
    assert_eq!(socket.hear().await, Err(4406));
    let plain = crate::rest_app::client().get(app().url("/graphql/ws")).send().await.unwrap();
    assert!(plain.status().is_client_error(), "{}", plain.status());
}

#[tokio::test]
async fn more_answers_at_once_than_one_may_have_are_asked_to_wait() {
    let penny = Installation::start(&[("PENNY__MODELS__LIVE_PER_PERSON", "2")]).await;
    let mut live = Vec::new();
    for _ in 0..2 {
        let conversation = penny.conversation().await;
        live.push(penny.ask(&conversation, "mock-silent", "Tell me").await);
    }
    let conversation = penny.conversation().await;
    let path = format!("/v1/chat/{conversation}/messages");
    let body = json!({ "content": "And me?", "model": "openai/mock-len1" });
    let reply =
        penny.request("POST", &path).header("accept-language", "es").json(&body).send().await.unwrap();
    assert_eq!((reply.status().as_u16(), reply.headers()["retry-after"].to_str().unwrap()), (429, "5"));
    let problem: Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap();
    assert_eq!(problem["detail"], penny_words::text(penny_types::Locale::Es, "fault-rate-limited", &[]));
    assert_eq!(penny.window(&conversation).await.path_length, 0, "what is refused leaves nothing behind");

    let (status, _) = penny.call("POST", &format!("/v1/turns/{}/stop", live[0].id), None).await;
    assert_eq!(status, 200);
    penny.to_end(&live[0]).await;
    let (status, sent) = penny.call("POST", &path, Some(body)).await;
    assert_eq!(status, 202, "{sent}");
}

#[tokio::test]
async fn guessing_at_passwords_is_slowed_down_with_the_right_wait() {
    let house = House::open(&[]).await;
    house.person("alice@acme.example").await;
    let browser = house.browser();
    house.clock.stop();
    for _ in 0..5 {
        let wrong = browser.sign_in("alice@acme.example", "wrong").await;
        assert!(wrong.location().contains("error="), "{} {}", wrong.status, wrong.location());
    }
    let mut waits = Vec::new();
    for _ in 0..4 {
        let slowed = browser.sign_in("alice@acme.example", PASSWORD).await;
        assert_eq!(slowed.location(), "/sign-in?error=rate_limited");
        let wait: i64 = slowed.header("retry-after").parse().unwrap();
        waits.push(wait);
        house.clock.advance(TimeDelta::seconds(wait - 1));
        let early = browser.sign_in("alice@acme.example", PASSWORD).await;
        assert_eq!(early.header("retry-after"), "1", "{wait}");
        house.clock.advance(TimeDelta::seconds(1));
        let wrong = browser.sign_in("alice@acme.example", "wrong").await;
        assert_eq!((wrong.location(), wrong.header("retry-after")), ("/sign-in?error=credentials", ""));
    }
    assert_eq!(waits, [1, 2, 4, 8]);
    // The right password helps as soon as the wait is over.
    house.clock.advance(TimeDelta::minutes(15));
    assert_eq!(browser.sign_in("alice@acme.example", PASSWORD).await.location(), "/");
    house.server.stop().await.unwrap();
}
