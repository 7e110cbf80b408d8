//! GraphQL over HTTP: queries, mutations and errors.

use crate::shared_app::{TestTenant, TestUser, app};
use penny_types::Locale;
use serde_json::{Value, json};

/// Sends a document that must succeed, and returns its data.
pub async fn data(user: &TestUser, document: &str, variables: Value) -> Value {
    let response = user.graphql(document, &variables).await;
    assert!(response.get("errors").is_none(), "{document}: {response}");
    response["data"].clone()
}

/// Sends a document that must fail, and returns its first error.
pub async fn error(user: &TestUser, document: &str, variables: Value) -> Value {
    let response = user.graphql(document, &variables).await;
    assert!(response["errors"][0]["extensions"]["code"].is_string(), "{document}: {response}");
    response["errors"][0].clone()
}

/// Waits until the turn ends, and returns its status and code.
async fn wait_for_turn(user: &TestUser, turn: &str) -> Value {
    let stream = user.get(&format!("/v1/turns/{turn}/events")).await;
    assert_eq!(stream.status, 200);
    data(user, "query($id: TurnId!) { turn(id: $id) { status code } }", json!({ "id": turn })).await["turn"]
        .clone()
}

#[tokio::test]
async fn a_user_reads_their_profile_and_changes_preferences() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let viewer =
        data(&alice, "{ viewer { name email locale roles colorScheme brand { accent } } }", json!({})).await;
    assert_eq!(
        (&viewer["viewer"]["name"], &viewer["viewer"]["roles"]),
        (&json!("alice"), &json!(["creator"]))
    );
    let change = "mutation($patch: PreferencesPatch!) { updatePreferences(patch: $patch) { locale colorScheme timeZone } }";
    let patch =
        json!({ "patch": { "locale": "es", "colorScheme": "contrast", "timeZone": "Europe/Madrid" } });
    let changed = data(&alice, change, patch).await["updatePreferences"].clone();
    assert_eq!(changed, json!({ "locale": "es", "colorScheme": "contrast", "timeZone": "Europe/Madrid" }));
    let wrong = error(&alice, change, json!({ "patch": { "timeZone": "Mars/Olympus" } })).await;
    assert_eq!(wrong["extensions"]["code"], "invalid");
}

#[tokio::test]
async fn a_conversation_is_created_updated_found_deleted_and_restored() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let created = data(
        &alice,
        "mutation { createConversation(input: { title: \"Plan\" }) { id title origin } }",
        json!({}),
    )
    .await;
    assert_eq!(created["createConversation"]["origin"], "api");
    let id = json!({ "id": created["createConversation"]["id"] });
    let rename = "mutation($id: ConversationId!) { updateConversation(id: $id, patch: { title: \"Plan B\", isPinned: true }) { title isPinned } }";
    assert_eq!(
        data(&alice, rename, id.clone()).await["updateConversation"],
        json!({ "title": "Plan B", "isPinned": true })
    );
    let found = data(
        &alice,
        "{ conversations(query: \"plan\", limit: 5) { items { title } nextCursor } }",
        json!({}),
    )
    .await;
    assert_eq!(found["conversations"], json!({ "items": [{ "title": "Plan B" }], "nextCursor": null }));
    assert_eq!(
        data(&alice, "mutation($id: ConversationId!) { deleteConversation(id: $id) }", id.clone()).await["deleteConversation"],
        true
    );
    let read = "query($id: ConversationId!) { conversation(id: $id) { title } }";
    assert_eq!(error(&alice, read, id.clone()).await["extensions"]["code"], "not_found");
    data(&alice, "mutation($id: ConversationId!) { restoreConversation(id: $id) { id } }", id.clone()).await;
    assert_eq!(data(&alice, read, id).await["conversation"]["title"], "Plan B");
}

#[tokio::test]
async fn a_message_is_sent_regenerated_and_read_with_its_parts() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let send = "mutation($c: ConversationId!, $i: NewMessage!) { sendMessage(conversationId: $c, input: $i) { id messageId status model } }";
    let sent = data(
        &alice,
        send,
        json!({ "c": conversation, "i": { "content": "one two", "model": "scripted/echo" } }),
    )
    .await;
    let turn = sent["sendMessage"]["id"].as_str().unwrap().to_owned();
    assert_eq!(wait_for_turn(&alice, &turn).await, json!({ "status": "finished", "code": null }));

    let again = "mutation($m: MessageId!) { regenerate(messageId: $m, model: \"scripted/echo\") { id messageId continues } }";
    let again =
        data(&alice, again, json!({ "m": sent["sendMessage"]["messageId"] })).await["regenerate"].clone();
    assert_eq!(wait_for_turn(&alice, again["id"].as_str().unwrap()).await["status"], "finished");
    let read = "query($c: ConversationId!) { messages(conversationId: $c, window: { limit: 2 }) { pathLength items { id author siblingIds
        parts { body { kind: __typename ... on TextPart { text } } } } } }";
    let window = data(&alice, read, json!({ "c": conversation })).await["messages"].clone();
    assert_eq!(window["pathLength"], 2);
    let response = &window["items"][1];
    assert_eq!((&response["id"], &response["author"]), (&again["messageId"], &json!("assistant")));
    assert_eq!(response["parts"][0]["body"], json!({ "kind": "TextPart", "text": "one two" }));
    assert_eq!(response["siblingIds"], json!([sent["sendMessage"]["messageId"], again["messageId"]]));
}

#[tokio::test]
async fn a_turn_is_stopped_and_resumed() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let conversation = alice.create_conversation().await;
    let turn = alice.start_turn(&conversation, "held-gql", "first and second").await["id"].clone();
    let stop = "mutation($t: TurnId!) { stopTurn(turnId: $t) { id } }";
    data(&alice, stop, json!({ "t": turn })).await;
    assert_eq!(wait_for_turn(&alice, turn.as_str().unwrap()).await["status"], "stopped");
    let resume = "mutation($t: TurnId!) { resumeTurn(turnId: $t) { id continues } }";
    let next = data(&alice, resume, json!({ "t": turn })).await["resumeTurn"].clone();
    assert_eq!(next["continues"], turn);
    app().gates.open("held-gql");
    assert_eq!(wait_for_turn(&alice, next["id"].as_str().unwrap()).await["status"], "finished");
    let decide =
        "mutation { decideToolCall(callId: \"tcl_00000000000000000000000001\", decision: approve) { id } }";
    assert_eq!(error(&alice, decide, json!({})).await["extensions"]["code"], "not_found");
}

#[tokio::test]
async fn tools_models_and_dashboards_are_listed_and_used() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let all = data(
        &alice,
        "{ tools { name effect needsApproval inputSchema } models { id isDemo } dashboards { slug title } }",
        json!({}),
    )
    .await;
    assert!(all["tools"].as_array().unwrap().iter().any(|tool| tool["name"] == "load_dashboard"));
    let slug = all["dashboards"][0]["slug"].clone();
    let open = "query($s: String!, $f: DashboardFilters) { dashboard(slug: $s, filters: $f) { slug period unit widgets { kind title error kpi { slug value health } } } }";
    let year = data(&alice, open, json!({ "s": slug, "f": { "period": "YTD", "unit": "company" } })).await["dashboard"].clone();
    assert_eq!((&year["period"], &year["unit"]), (&json!("YTD"), &json!("company")));
    assert!(
        year["widgets"].as_array().unwrap().iter().any(|widget| widget["kpi"]["value"].is_number()),
        "{year}"
    );
    assert_eq!(error(&alice, open, json!({ "s": "no-such" })).await["extensions"]["code"], "not_found");
    let invoke = "mutation($a: JSON!) { invokeTool(name: \"get_company_kpis\", arguments: $a) { status artifactIds result } }";
    assert_eq!(
        data(&alice, invoke, json!({ "a": { "period": "QTD", "unit": "company" } })).await["invokeTool"]["status"],
        "succeeded"
    );
    let wrong = error(&alice, invoke, json!({ "a": { "period": "QTD", "unit": "bu" } })).await;
    assert_eq!(wrong["extensions"]["code"], "invalid");
}

#[tokio::test]
async fn an_artifact_is_created_read_changed_listed_and_deleted() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let table = json!({ "columns": [{ "name": "a", "format": "number" }], "rows": [[1], [2]] });
    let create = "mutation($i: NewArtifact!) { createArtifact(input: $i) { id type version sizeBytes } }";
    let created = data(&alice, create, json!({ "i": { "type": "table", "title": "T", "content": table } }))
        .await["createArtifact"]
        .clone();
    assert_eq!((&created["type"], &created["version"]), (&json!("table"), &json!(1)));
    let id = json!({ "id": created["id"] });
    let content =
        data(&alice, "query($id: ArtifactId!) { artifactContent(id: $id, version: 1) }", id.clone()).await;
    assert_eq!(content["artifactContent"], table);
    let change = "mutation($id: ArtifactId!) { setArtifactPinned(id: $id, isPinned: true) { isPinned } renameArtifact(id: $id, title: \"U\") { title } }";
    let changed = data(&alice, change, id.clone()).await;
    assert_eq!(
        changed,
        json!({ "setArtifactPinned": { "isPinned": true }, "renameArtifact": { "title": "U" } })
    );
    let pinned =
        data(&alice, "{ artifacts(filter: { isPinned: true }) { items { title } } }", json!({})).await;
    assert_eq!(pinned["artifacts"]["items"], json!([{ "title": "U" }]));
    data(&alice, "mutation($id: ArtifactId!) { deleteArtifact(id: $id) }", id.clone()).await;
    assert_eq!(
        error(&alice, "query($id: ArtifactId!) { artifact(id: $id) { id } }", id).await["extensions"]["code"],
        "not_found"
    );
}

#[tokio::test]
async fn a_token_is_created_used_listed_and_revoked() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let create = "mutation($n: String!, $s: [String!]) { createToken(name: $n, scopes: $s, expiresInDays: 7) { secret token { id name scopes expiresAt } } }";
    let created = data(&alice, create, json!({ "n": "ci", "s": [] })).await["createToken"].clone();
    assert!(created["token"]["expiresAt"].is_string());
    let other = TestUser {
        app: app(),
        http: alice.http.clone(),
        token: created["secret"].as_str().unwrap().to_owned(),
        token_id: String::new(),
        email: String::new(),
    };
    assert_eq!(data(&other, "{ viewer { name } }", json!({})).await["viewer"]["name"], "alice");
    let names = data(&alice, "{ tokens { name } }", json!({})).await["tokens"].clone();
    assert_eq!(names.as_array().unwrap().len(), 2);
    data(&alice, "mutation($id: TokenId!) { revokeToken(id: $id) }", json!({ "id": created["token"]["id"] }))
        .await;
    assert_eq!(other.get("/v1/tools").await.status, 401);
    assert_eq!(error(&alice, create, json!({ "n": "", "s": [] })).await["extensions"]["code"], "invalid");
}

#[tokio::test]
async fn data_of_another_tenant_looks_like_missing_data() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let mallory = app().create_user("mallory", TestTenant::Globex).await;
    let conversation = alice.create_conversation().await;
    let events = alice.send_message(&conversation, "echo", "secret").await;
    let (turn, message) = (events[0].data["turnId"].clone(), events[0].data["messageId"].clone());
    let new = json!({ "type": "markdown", "title": "t", "content": "secret" });
    let artifact = alice.post("/v1/artifacts", &new).await.json()["id"].clone();
    let missing = |id: &Value| {
        json!(format!("{}_01k00000000000000000000000", id.as_str().unwrap().split('_').next().unwrap()))
    };
    let conversation = json!(conversation);
    for (kind, id, field) in [
        ("ConversationId", &conversation, "query($id: ConversationId!) { conversation(id: $id) { id } }"),
        (
            "ConversationId",
            &conversation,
            "query($id: ConversationId!) { messages(conversationId: $id) { pathLength } }",
        ),
        (
            "ConversationId",
            &conversation,
            "mutation($id: ConversationId!) { updateConversation(id: $id, patch: {}) { id } }",
        ),
        ("ConversationId", &conversation, "mutation($id: ConversationId!) { deleteConversation(id: $id) }"),
        (
            "ConversationId",
            &conversation,
            "mutation($id: ConversationId!) { restoreConversation(id: $id) { id } }",
        ),
        (
            "ConversationId",
            &conversation,
            "mutation($id: ConversationId!) { sendMessage(conversationId: $id, input: { content: \"a\" }) { id } }",
        ),
        ("TurnId", &turn, "query($id: TurnId!) { turn(id: $id) { id } }"),
        ("TurnId", &turn, "mutation($id: TurnId!) { stopTurn(turnId: $id) { id } }"),
        ("TurnId", &turn, "mutation($id: TurnId!) { resumeTurn(turnId: $id) { id } }"),
        ("MessageId", &message, "mutation($id: MessageId!) { regenerate(messageId: $id) { id } }"),
        ("ArtifactId", &artifact, "query($id: ArtifactId!) { artifact(id: $id) { id } }"),
        ("ArtifactId", &artifact, "query($id: ArtifactId!) { artifactContent(id: $id) }"),
        (
            "ArtifactId",
            &artifact,
            "mutation($id: ArtifactId!) { renameArtifact(id: $id, title: \"x\") { id } }",
        ),
        (
            "ArtifactId",
            &artifact,
            "mutation($id: ArtifactId!) { setArtifactPinned(id: $id, isPinned: true) { id } }",
        ),
        ("ArtifactId", &artifact, "mutation($id: ArtifactId!) { deleteArtifact(id: $id) }"),
    ] {
        let foreign = error(&mallory, field, json!({ "id": id })).await;
        let unknown = error(&mallory, field, json!({ "id": missing(id) })).await;
        assert_eq!(foreign["extensions"]["code"], "not_found", "{kind} {field}");
        assert_eq!(foreign, unknown, "{kind} {field}");
    }
}

#[tokio::test]
async fn an_error_has_a_code_and_a_localised_message() {
    let alice = app().create_user("alice", TestTenant::Acme).await;
    let document = "{ conversation(id: \"cnv_00000000000000000000000001\") { id } }";
    for (accepted, locale) in [("es", Locale::Es), ("en", Locale::En)] {
        let request = alice
            .request("POST", "/graphql")
            .header("accept-language", accepted)
            .json(&json!({ "query": document }));
        let error = alice.send(request).await.json()["errors"][0].clone();
        assert_eq!(error["message"], penny_i18n::text(locale, "fault-not-found", &[]));
        assert_eq!(error["extensions"], json!({ "code": "not_found", "messageKey": "fault-not-found" }));
        assert_eq!(error["path"], json!(["conversation"]));
    }
    let wrong =
        error(&alice, "mutation { createConversation(input: { title: \"\" }) { id } }", json!({})).await;
    assert_eq!(wrong["extensions"]["fields"][0]["field"], "title");
    assert!(wrong["extensions"]["fields"][0]["message"].as_str().unwrap().len() > 5);
}
