//! Tools that are called wrongly, take too long, break or are not one's to use: by a model in a turn,
//! and by a program over REST and GraphQL.

use crate::rest_app::{Company, Event, Person, app, text_of};
use penny_core::identity::NewToken;
use penny_types::{Fault, Locale, people::Role};
use serde_json::{Value, json};

const INVOKE: &str =
    "mutation($n: String!, $a: JSON!) { invokeTool(name: $n, arguments: $a) { status result } }";

async fn scoped(scopes: &[&str]) -> Person {
    let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
    let token = NewToken { name: "scoped".to_owned(), scopes, lifetime: None };
    app().person_with("alice", Company::Acme, Role::Creator, token).await
}

/// Calls a tool over both doors; returns REST's problem after checking that GraphQL says the same.
async fn refused(person: &Person, name: &str, arguments: &Value) -> Value {
    let rest = person.post(&format!("/v1/tools/{name}/invoke"), arguments).await;
    let (_, code) = rest.problem();
    let graphql = person.graphql(INVOKE, &json!({ "n": name, "a": arguments })).await["errors"][0].clone();
    let problem = rest.json();
    assert_eq!(graphql["extensions"]["code"], code, "{name}: {graphql}");
    assert_eq!(graphql["extensions"]["messageKey"], problem["messageKey"], "{name}");
    assert_eq!(graphql["message"], problem["detail"], "{name}");
    problem
}

/// Has a model call a tool; returns the call's last event and whether the turn finished all the same.
async fn called(person: &Person, name: &str, arguments: &str) -> (Event, bool) {
    let conversation = person.conversation().await;
    let seen = person.ask(&conversation, &format!("caller-{name}"), arguments).await;
    let call = seen.iter().rev().find(|event| event.kind == "tool_call").expect("the call is told").clone();
    let went_on = text_of(&seen, "") == arguments && seen.last().unwrap().kind == "finished";
    (call, went_on)
}

#[tokio::test]
async fn each_way_to_fail_has_its_code_and_its_sentence_in_both_languages() {
    let alice = app().person("alice", Company::Acme).await;
    for (name, arguments, status, code, key) in [
        ("get_company_kpis", json!({ "period": "MTD" }), 422, "invalid", "fault-tool-arguments"),
        ("get_company_kpis", json!({ "period": "MTD", "unit": "bu" }), 422, "invalid", "fault-bu-id-needed"),
        ("slow", json!({}), 504, "timeout", "fault-tool-timeout"),
        ("talker", json!({}), 422, "tool_failed", "fault-tool-result"),
        ("broken", json!({}), 422, "tool_failed", "fault-tool-failed"),
        ("wipe", json!({}), 404, "not_found", "fault-tool-unknown"),
        ("no_such_tool", json!({}), 404, "not_found", "fault-tool-unknown"),
    ] {
        let problem = refused(&alice, name, &arguments).await;
        assert_eq!(
            (&problem["status"], &problem["code"], &problem["messageKey"]),
            (&json!(status), &json!(code), &json!(key)),
            "{name}: {problem}"
        );
        let path = format!("/v1/tools/{name}/invoke");
        let spanish = alice.request("POST", &path).header("accept-language", "es").json(&arguments);
        let spanish = alice.send(spanish).await.json();
        let fault: Fault = serde_json::from_value(problem.clone()).unwrap();
        assert_eq!(problem["detail"], penny_words::fault(Locale::En, &fault), "{name}");
        assert_eq!(spanish["detail"], penny_words::fault(Locale::Es, &fault), "{name}");
        assert_ne!(spanish["detail"], problem["detail"], "{name}");
    }
}

#[tokio::test]
async fn a_tool_one_may_not_use_is_answered_like_one_that_does_not_exist() {
    let alice = app().person("alice", Company::Acme).await;
    let without_name = |mut problem: Value, name: &str| {
        problem["args"] = Value::Null;
        problem["detail"] = problem["detail"].as_str().unwrap().replace(name, "*").into();
        problem
    };
    let forbidden = refused(&alice, "wipe", &json!({})).await;
    let unknown = refused(&alice, "none", &json!({})).await;
    assert_eq!(without_name(forbidden, "wipe"), without_name(unknown, "none"));
    let listed = alice.get("/v1/tools").await.text;
    assert!(listed.contains("get_company_kpis") && !listed.contains("wipe"), "{listed}");
    let (call, went_on) = called(&alice, "wipe", "{}").await;
    assert!(went_on && call.data["status"] == "failed", "{call:?}");
    assert!(call.data["result"].as_str().unwrap().contains("not_found"), "{call:?}");

    // Who may use it still cannot run it unasked.
    let token = NewToken { name: "t".to_owned(), ..NewToken::default() };
    let boss = app().person_with("boss", Company::Acme, Role::Manager, token).await;
    assert_eq!(refused(&boss, "wipe", &json!({})).await["messageKey"], "fault-tool-needs-approval");
}

#[tokio::test]
async fn a_models_wrong_call_is_told_to_it_and_the_answer_goes_on() {
    let alice = app().person("alice", Company::Acme).await;
    for (name, arguments, code) in [
        ("get_company_kpis", r#"{"period":"WEEK","unit":"company"}"#, "invalid"),
        ("get_company_kpis", "no JSON at all", "invalid"),
        ("get_company_kpis", "[[[[", "invalid"),
        ("slow", "{}", "timeout"),
        ("talker", "{}", "tool_failed"),
        ("broken", "{}", "tool_failed"),
        ("no_such_tool", "{}", "not_found"),
    ] {
        let (call, went_on) = called(&alice, name, arguments).await;
        assert!(went_on, "{name} {arguments}");
        assert_eq!(call.data["status"], "failed", "{name} {arguments}");
        let said: Value = serde_json::from_str(call.data["result"].as_str().unwrap()).unwrap();
        assert_eq!(said["error"]["code"], code, "{name} {arguments}");
        assert!(said["error"]["message"].as_str().unwrap().len() > 10, "{said}");
    }
}

#[tokio::test]
async fn calls_beyond_the_minutes_share_are_told_when_to_come_back() {
    let alice = app().person("alice", Company::Acme).await;
    let bob = app().person("bob", Company::Acme).await;
    for _ in 0..2 {
        assert_eq!(alice.post("/v1/tools/twice/invoke", &json!({})).await.status, 200);
    }
    let third = alice.post("/v1/tools/twice/invoke", &json!({})).await;
    assert_eq!(third.problem(), (429, "rate_limited".to_owned()));
    let wait: u64 = third.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait) && third.json()["retryAfter"] == wait, "{}", third.text);
    assert_eq!(bob.post("/v1/tools/twice/invoke", &json!({})).await.status, 200, "one's share is one's own");
}

#[tokio::test]
async fn a_token_for_tools_alone_reads_through_them_and_nothing_else() {
    let tools = scoped(&["tools"]).await;
    let month = json!({ "period": "MTD", "unit": "company" });
    for (name, arguments) in
        [("get_company_kpis", month), ("load_dashboard", json!({ "slug": "company-health" }))]
    {
        let reply = tools.post(&format!("/v1/tools/{name}/invoke"), &arguments).await;
        assert_eq!((reply.status, &reply.json()["status"]), (200, &json!("succeeded")), "{}", reply.text);
    }
    let dashboard = "{ dashboard(slug: \"company-health\") { id } }";
    let refusal = tools.graphql(dashboard, &json!({})).await;
    assert_eq!(refusal["errors"][0]["extensions"]["code"], "forbidden", "{refusal}");
    assert_eq!(tools.post("/v1/conversations", &json!({})).await.problem().0, 403);

    let chat = scoped(&["chat"]).await;
    assert_eq!(chat.get("/v1/tools").await.json(), json!([]));
    let refused = chat.post("/v1/tools/load_dashboard/invoke", &json!({ "slug": "company-health" })).await;
    assert_eq!(refused.problem().0, 404);
}

#[tokio::test]
async fn the_model_is_offered_what_the_message_allows_and_the_person_may() {
    let alice = app().person("alice", Company::Acme).await;
    for (allowed, expected) in [
        (Value::Null, vec!["broken", "get_company_kpis", "load_dashboard", "slow", "talker", "twice"]),
        (json!([]), vec![]),
        (json!(["load_dashboard"]), vec!["load_dashboard"]),
        (json!(["wipe", "no_such_tool", "slow"]), vec!["slow"]),
    ] {
        let conversation = alice.conversation().await;
        let body = json!({ "content": "which?", "model": "scripted/offered", "toolsAllowed": allowed });
        let path = format!("/v1/chat/{conversation}/messages");
        let reply = alice.send(alice.request("POST", &path).json(&body)).await;
        let text = text_of(&crate::rest_app::events(&reply.text), "");
        assert_eq!(text.split_whitespace().collect::<Vec<_>>(), expected, "{allowed}");
    }
    // A model that calls what the message does not allow is told that there is no such tool.
    let conversation = alice.conversation().await;
    let body = json!({ "content": "{}", "model": "scripted/caller-twice", "toolsAllowed": [] });
    let path = format!("/v1/chat/{conversation}/messages");
    let reply = alice.send(alice.request("POST", &path).json(&body)).await;
    assert!(reply.text.contains("not_found") && reply.text.contains("event: finished"), "{}", reply.text);
}
