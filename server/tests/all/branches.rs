//! Branches over REST and GraphQL: forked, compared and merged.

use crate::{
    graphql::{data, error},
    shared_app::{TestTenant, TestUser, app},
};
use serde_json::{Value, json};

/// Creates a conversation whose user message has two assistant messages; returns the ids of all three.
async fn conversation_with_two_branches(user: &TestUser) -> (String, [String; 2]) {
    let conversation = user.create_conversation().await;
    let events = user.send_message(&conversation, "echo", "one two").await;
    let first = events[0].data["messageId"].as_str().unwrap().to_owned();
    let regenerate =
        "mutation($m: MessageId!) { regenerate(messageId: $m, model: \"scripted/echo\") { id messageId } }";
    let again = data(user, regenerate, json!({ "m": first })).await["regenerate"].clone();
    user.get(&format!("/v1/turns/{}/events", again["id"].as_str().unwrap())).await;
    (conversation, [first, again["messageId"].as_str().unwrap().to_owned()])
}

async fn messages(user: &TestUser, conversation: &str) -> Vec<Value> {
    let window = user.get(&format!("/v1/conversations/{conversation}/messages")).await.json();
    window["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn branches_are_forked_compared_and_merged_over_rest() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let (conversation, [one, other]) = conversation_with_two_branches(&alice).await;
    let url = |action: &str| format!("/v1/conversations/{conversation}/{action}");

    let created = alice.post(&url("fork"), &json!({ "messageId": one })).await;
    assert_eq!(created.status, 201);
    let copy = created.json();
    let id = copy["id"].as_str().unwrap();
    assert_eq!(created.header("location"), format!("/v1/conversations/{id}"));
    assert_eq!((&copy["forkedFromId"], &copy["title"]), (&json!(conversation), &json!("one two (2)")));
    let copied = messages(&alice, id).await;
    assert_eq!((copied.len(), &copied[1]["copiedFromId"]), (2, &json!(one)));
    // Without a body, the visible branch is forked.
    let whole = alice.send(alice.request("POST", &url("fork"))).await;
    assert_eq!(whole.status, 201);
    assert_eq!(messages(&alice, whole.json()["id"].as_str().unwrap()).await[1]["copiedFromId"], json!(other));

    let sides = alice.get(&url(&format!("compare?left={one}&right={other}"))).await.json();
    assert_eq!((&sides["commonLength"], &sides["left"]["length"]), (&json!(1), &json!(1)));
    assert_eq!(sides["left"]["items"][0]["id"], json!(one));
    assert_eq!(sides["right"]["leafId"], json!(other));
    assert_eq!(alice.get(&url("compare?left=x")).await.problem(), (422, "invalid".to_owned()));

    let merged = alice.post(&url("merge"), &json!({ "from": one })).await;
    assert_eq!(merged.status, 200);
    let shown = messages(&alice, &conversation).await;
    assert_eq!(merged.json()["leafId"], shown[3]["id"]);
    assert_eq!(shown[3]["copiedFromId"], json!(one));
    let nothing = alice.post(&url("merge"), &json!({ "from": shown[3]["id"] })).await;
    assert_eq!(nothing.problem(), (409, "conflict".to_owned()));
    assert_eq!(nothing.json()["messageKey"], "fault-nothing-to-merge");
    assert_eq!(alice.post(&url("merge"), &json!({})).await.problem(), (422, "invalid".to_owned()));
}

#[tokio::test]
async fn branches_are_forked_compared_and_merged_over_graphql() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let (conversation, [one, other]) = conversation_with_two_branches(&alice).await;

    let fork = "mutation($c: ConversationId!, $i: NewFork) { forkConversation(id: $c, input: $i) { id title forkedFromId } }";
    let named = json!({ "c": conversation, "i": { "messageId": one, "title": "Mine" } });
    let copy = data(&alice, fork, named).await["forkConversation"].clone();
    assert_eq!((&copy["title"], &copy["forkedFromId"]), (&json!("Mine"), &json!(conversation)));

    let compare =
        "query($c: ConversationId!, $b: BranchPair!) { compareBranches(conversationId: $c, branches: $b) {
        commonLength left { length items { id } } right { length items { id } } } }";
    let pair = json!({ "c": conversation, "b": { "left": one, "right": other } });
    let sides = data(&alice, compare, pair).await["compareBranches"].clone();
    let side = |id: &str| json!({ "length": 1, "items": [{ "id": id }] });
    assert_eq!(sides, json!({ "commonLength": 1, "left": side(&one), "right": side(&other) }));

    let merge = "mutation($c: ConversationId!, $m: BranchMerge!) { mergeBranches(conversationId: $c, input: $m) { leafId } }";
    let into = json!({ "c": conversation, "m": { "from": one, "into": other } });
    let leaf = data(&alice, merge, into).await["mergeBranches"]["leafId"].clone();
    assert_eq!(messages(&alice, &conversation).await[3]["id"], leaf);
    let again = json!({ "c": conversation, "m": { "from": leaf } });
    assert_eq!(error(&alice, merge, again).await["extensions"]["messageKey"], "fault-nothing-to-merge");
}
