//! Tool calls with invalid arguments, timeouts, failures or missing permission, by a model in a turn and by a
//! client over REST and GraphQL.

use crate::shared_app::{SseEvent, TestTenant, TestUser, app, joined_text};
use penny_core::identity::NewToken;
use penny_types::{Fault, Locale, people::Role};
use serde_json::{Value, json};

const INVOKE: &str =
    "mutation($n: String!, $a: JSON!) { invokeTool(name: $n, arguments: $a) { status result } }";

async fn user_with_scopes(scopes: &[&str]) -> TestUser {
    let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
    let token = NewToken { name: "scoped".to_owned(), scopes, lifetime: None };
    app().create_user_with("alice", TestTenant::Acme, Role::Creator, token).await
}

/// Calls a tool that must fail over REST and GraphQL, checks that the errors are the same, and returns the
/// REST problem.
async fn tool_problem(user: &TestUser, name: &str, arguments: &Value) -> Value {
    let rest = user.post(&format!("/v1/tools/{name}/invoke"), arguments).await;
    let (_, code) = rest.problem();
    let graphql = user.graphql(INVOKE, &json!({ "n": name, "a": arguments })).await["errors"][0].clone();
    let problem = rest.json();
    assert_eq!(graphql["extensions"]["code"], code, "{name}: {graphql}");
    assert_eq!(graphql["extensions"]["messageKey"], problem["messageKey"], "{name}");
    assert_eq!(graphql["message"], problem["detail"], "{name}");
    problem
}

/// Makes the scripted model call a tool; returns the last event of the call and whether the turn finished.
async fn call_by_model(user: &TestUser, name: &str, arguments: &str) -> (SseEvent, bool) {
    let conversation = user.create_conversation().await;
    let events = user.send_message(&conversation, &format!("caller-{name}"), arguments).await;
    let call =
        events.iter().rev().find(|event| event.kind == "tool_call").expect("no tool_call event").clone();
    let has_finished = joined_text(&events, "") == arguments && events.last().unwrap().kind == "finished";
    (call, has_finished)
}

#[tokio::test]
async fn each_failure_has_a_code_and_a_message_in_both_languages() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    for (name, arguments, status, code, key) in [
        ("get_company_kpis", json!({ "period": "MTD" }), 422, "invalid", "fault-tool-arguments"),
        ("get_company_kpis", json!({ "period": "MTD", "unit": "bu" }), 422, "invalid", "fault-bu-id-needed"),
        ("slow", json!({}), 504, "timeout", "fault-tool-timeout"),
        ("talker", json!({}), 422, "tool_failed", "fault-tool-result"),
        ("broken", json!({}), 422, "tool_failed", "fault-tool-failed"),
        ("wipe", json!({}), 404, "not_found", "fault-tool-unknown"),
        ("no_such_tool", json!({}), 404, "not_found", "fault-tool-unknown"),
    ] {
        let problem = tool_problem(&alice, name, &arguments).await;
        assert_eq!(
            (&problem["status"], &problem["code"], &problem["messageKey"]),
            (&json!(status), &json!(code), &json!(key)),
            "{name}: {problem}"
        );
        let path = format!("/v1/tools/{name}/invoke");
        let spanish = alice.request("POST", &path).header("accept-language", "es").json(&arguments);
        let spanish = alice.send(spanish).await.json();
        let fault: Fault = serde_json::from_value(problem.clone()).unwrap();
        assert_eq!(problem["detail"], penny_i18n::fault(Locale::En, &fault), "{name}");
        assert_eq!(spanish["detail"], penny_i18n::fault(Locale::Es, &fault), "{name}");
        assert_ne!(spanish["detail"], problem["detail"], "{name}");
    }
}

#[tokio::test]
async fn a_forbidden_tool_looks_like_an_unknown_tool() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let without_name = |mut problem: Value, name: &str| {
        problem["args"] = Value::Null;
        problem["detail"] = problem["detail"].as_str().unwrap().replace(name, "*").into();
        problem
    };
    let forbidden = tool_problem(&alice, "wipe", &json!({})).await;
    let unknown = tool_problem(&alice, "none", &json!({})).await;
    assert_eq!(without_name(forbidden, "wipe"), without_name(unknown, "none"));
    let listed = alice.get("/v1/tools").await.text;
    assert!(listed.contains("get_company_kpis") && !listed.contains("wipe"), "{listed}");
    let (call, has_finished) = call_by_model(&alice, "wipe", "{}").await;
    assert!(has_finished && call.data["status"] == "failed", "{call:?}");
    assert!(call.data["result"].as_str().unwrap().contains("not_found"), "{call:?}");

    // With permission, the tool still needs an approval.
    let token = NewToken { name: "t".to_owned(), ..NewToken::default() };
    let manager = app().create_user_with("manager", TestTenant::Acme, Role::Manager, token).await;
    assert_eq!(tool_problem(&manager, "wipe", &json!({})).await["messageKey"], "fault-tool-needs-approval");
}

#[tokio::test]
async fn a_failed_call_is_reported_to_the_model_and_the_turn_continues() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    for (name, arguments, code) in [
        ("get_company_kpis", r#"{"period":"WEEK","unit":"company"}"#, "invalid"),
        ("get_company_kpis", "no JSON at all", "invalid"),
        ("get_company_kpis", "[[[[", "invalid"),
        ("slow", "{}", "timeout"),
        ("talker", "{}", "tool_failed"),
        ("broken", "{}", "tool_failed"),
        ("no_such_tool", "{}", "not_found"),
    ] {
        let (call, has_finished) = call_by_model(&alice, name, arguments).await;
        assert!(has_finished, "{name} {arguments}");
        assert_eq!(call.data["status"], "failed", "{name} {arguments}");
        let result: Value = serde_json::from_str(call.data["result"].as_str().unwrap()).unwrap();
        assert_eq!(result["error"]["code"], code, "{name} {arguments}");
        assert!(result["error"]["message"].as_str().unwrap().len() > 10, "{result}");
    }
}

#[tokio::test]
async fn calls_beyond_the_limit_per_minute_get_retry_after() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let bob = app().create_user("bob", TestTenant::Acme).await;
    for _ in 0..2 {
        assert_eq!(alice.post("/v1/tools/twice/invoke", &json!({})).await.status, 200);
    }
    let third = alice.post("/v1/tools/twice/invoke", &json!({})).await;
    assert_eq!(third.problem(), (429, "rate_limited".to_owned()));
    let wait: u64 = third.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait) && third.json()["retryAfter"] == wait, "{}", third.text);
    assert_eq!(bob.post("/v1/tools/twice/invoke", &json!({})).await.status, 200, "the limit is per user");
}

#[tokio::test]
async fn a_token_with_the_scope_tools_can_only_call_tools() {
    let tools = user_with_scopes(&["tools"]).await;
    let arguments = json!({ "period": "MTD", "unit": "company" });
    for (name, arguments) in
        [("get_company_kpis", arguments), ("load_dashboard", json!({ "slug": "company-health" }))]
    {
        let response = tools.post(&format!("/v1/tools/{name}/invoke"), &arguments).await;
        assert_eq!(
            (response.status, &response.json()["status"]),
            (200, &json!("succeeded")),
            "{}",
            response.text
        );
    }
    let dashboard = "{ dashboard(slug: \"company-health\") { id } }";
    let refusal = tools.graphql(dashboard, &json!({})).await;
    assert_eq!(refusal["errors"][0]["extensions"]["code"], "forbidden", "{refusal}");
    assert_eq!(tools.post("/v1/conversations", &json!({})).await.problem().0, 403);

    let chat = user_with_scopes(&["chat"]).await;
    assert_eq!(chat.get("/v1/tools").await.json(), json!([]));
    let refused = chat.post("/v1/tools/load_dashboard/invoke", &json!({ "slug": "company-health" })).await;
    assert_eq!(refused.problem().0, 404);
}

#[tokio::test]
async fn the_model_is_offered_the_tools_that_the_message_and_the_role_permit() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    for (allowed, expected) in [
        (Value::Null, vec!["broken", "get_company_kpis", "load_dashboard", "slow", "talker", "twice"]),
        (json!([]), vec![]),
        (json!(["load_dashboard"]), vec!["load_dashboard"]),
        (json!(["wipe", "no_such_tool", "slow"]), vec!["slow"]),
    ] {
        let conversation = alice.create_conversation().await;
        let body = json!({ "content": "which?", "model": "scripted/offered", "toolsAllowed": allowed });
        let path = format!("/v1/chat/{conversation}/messages");
        let response = alice.send(alice.request("POST", &path).json(&body)).await;
        let text = joined_text(&crate::shared_app::parse_events(&response.text), "");
        assert_eq!(text.split_whitespace().collect::<Vec<_>>(), expected, "{allowed}");
    }
    // A call to a tool that the message does not allow fails as unknown.
    let conversation = alice.create_conversation().await;
    let body = json!({ "content": "{}", "model": "scripted/caller-twice", "toolsAllowed": [] });
    let path = format!("/v1/chat/{conversation}/messages");
    let response = alice.send(alice.request("POST", &path).json(&body)).await;
    assert!(
        response.text.contains("not_found") && response.text.contains("event: finished"),
        "{}",
        response.text
    );
}
