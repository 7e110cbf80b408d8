//! Branches through both doors: copied out, compared and merged.

use crate::{
    graphql::{data, error},
    rest_app::{Company, Person, app},
};
use serde_json::{Value, json};

/// A conversation with one question, answered twice; returns it and the two answers.
async fn answered_twice(person: &Person) -> (String, [String; 2]) {
    let conversation = person.conversation().await;
    let seen = person.ask(&conversation, "echo", "one two").await;
    let first = seen[0].data["messageId"].as_str().unwrap().to_owned();
    let again =
        "mutation($m: MessageId!) { regenerate(messageId: $m, model: \"scripted/echo\") { id messageId } }";
    let again = data(person, again, json!({ "m": first })).await["regenerate"].clone();
    person.get(&format!("/v1/turns/{}/events", again["id"].as_str().unwrap())).await;
    (conversation, [first, again["messageId"].as_str().unwrap().to_owned()])
}

async fn path(person: &Person, conversation: &str) -> Vec<Value> {
    let window = person.get(&format!("/v1/conversations/{conversation}/messages")).await.json();
    window["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn branches_are_forked_compared_and_merged_over_rest() {
    let alice = app().person("alice", Company::Acme).await;
    let (conversation, [one, other]) = answered_twice(&alice).await;
    let at = |verb: &str| format!("/v1/conversations/{conversation}/{verb}");

    let made = alice.post(&at("fork"), &json!({ "messageId": one })).await;
    assert_eq!(made.status, 201);
    let copy = made.json();
    let id = copy["id"].as_str().unwrap();
    assert_eq!(made.header("location"), format!("/v1/conversations/{id}"));
    assert_eq!((&copy["forkedFromId"], &copy["title"]), (&json!(conversation), &json!("one two (2)")));
    let copied = path(&alice, id).await;
    assert_eq!((copied.len(), &copied[1]["copiedFromId"]), (2, &json!(one)));
    // Without a body, the visible branch.
    let whole = alice.send(alice.request("POST", &at("fork"))).await;
    assert_eq!(whole.status, 201);
    assert_eq!(path(&alice, whole.json()["id"].as_str().unwrap()).await[1]["copiedFromId"], json!(other));

    let sides = alice.get(&at(&format!("compare?left={one}&right={other}"))).await.json();
    assert_eq!((&sides["commonLength"], &sides["left"]["length"]), (&json!(1), &json!(1)));
    assert_eq!(sides["left"]["items"][0]["id"], json!(one));
    assert_eq!(sides["right"]["leafId"], json!(other));
    assert_eq!(alice.get(&at("compare?left=x")).await.problem(), (422, "invalid".to_owned()));

    let merged = alice.post(&at("merge"), &json!({ "from": one })).await;
    assert_eq!(merged.status, 200);
    let shown = path(&alice, &conversation).await;
    assert_eq!(merged.json()["leafId"], shown[3]["id"]);
    assert_eq!(shown[3]["copiedFromId"], json!(one));
    let nothing = alice.post(&at("merge"), &json!({ "from": shown[3]["id"] })).await;
    assert_eq!(nothing.problem(), (409, "conflict".to_owned()));
    assert_eq!(nothing.json()["messageKey"], "fault-nothing-to-merge");
    assert_eq!(alice.post(&at("merge"), &json!({})).await.problem(), (422, "invalid".to_owned()));
}

#[tokio::test]
async fn branches_are_forked_compared_and_merged_over_graphql() {
    let alice = app().person("alice", Company::Acme).await;
    let (conversation, [one, other]) = answered_twice(&alice).await;

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
    assert_eq!(path(&alice, &conversation).await[3]["id"], leaf);
    let again = json!({ "c": conversation, "m": { "from": leaf } });
    assert_eq!(error(&alice, merge, again).await["extensions"]["messageKey"], "fault-nothing-to-merge");
}
