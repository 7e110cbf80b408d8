//! Failures with PostgreSQL: the database server stops and restarts, a server process is killed,
//! several servers share one database.

use super::penny_process::{PennyProcess, joined_text, message_text, wait_until};
use penny_testkit::{models, postgres};
use penny_types::{Locale, events::TurnEventBody, turns::TurnStatus};
use serde_json::{Value, json};
use std::{os::unix::fs::PermissionsExt, process::Command, time::Duration};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../end2end/services/postgres.sh");

/// A PostgreSQL server of this test, which can be paused.
struct PostgresServer {
    folder: tempfile::TempDir,
    url: String,
}

impl PostgresServer {
    /// Starts a server; `None` where PostgreSQL tests are skipped or the server does not start.
    fn start() -> Option<Self> {
        postgres::server_url()?;
        let folder = tempfile::tempdir().unwrap();
        // The script drops root privileges, and that user must be able to enter the folder.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut server = Self { folder, url: String::new() };
        match server.run("start") {
            Ok(url) => server.url = url,
            Err(error) => {
                println!(
                    "skipped: pausing PostgreSQL, because the server of the test did not start: {error}"
                );
                return None;
            }
        }
        Some(server)
    }

    fn run(&self, action: &str) -> Result<String, String> {
        let mut command = Command::new("bash");
        command.arg(SCRIPT).arg(action).env("PENNY_POSTGRES_DIR", self.folder.path().join("pg"));
        let output = command.output().map_err(|error| error.to_string())?;
        let last_line =
            |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().last().unwrap_or_default().to_owned();
        if output.status.success() { Ok(last_line(&output.stdout)) } else { Err(last_line(&output.stderr)) }
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let _ = self.run("stop");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_survives_a_database_outage() {
    let Some(server) = PostgresServer::start() else { return };
    let penny = PennyProcess::start(&[("PENNY__DATABASE__URL", &server.url)]).await;
    let conversation = penny.create_conversation().await;
    let turn = penny.start_turn(&conversation, "mock-itl20-len500", "Tell me").await;
    let id = turn.id.to_string();
    penny.read_events(&id, 0, |events| events.len() > 5).await;
    let has_started = tokio::sync::Notify::new();
    let reading = penny.read_events(&id, 0, |events| {
        has_started.notify_one();
        joined_text(events, 0).len() > models::text(470).len()
    });
    let outage = async {
        has_started.notified().await;
        tokio::task::block_in_place(|| server.run("pause")).unwrap();
        wait_until(Duration::from_secs(20), async || {
            penny.readiness().await.is_some_and(|(status, body)| {
                status == 503 && body["checks"]["database"] == "failing" && body["checks"]["blobs"] == "ok"
            })
        })
        .await;
        let path = format!("/v1/chat/{conversation}/messages");
        let body = json!({ "content": "And then?", "clientKey": "k", "model": "openai/mock-len1" });
        let request = penny.request("POST", &path).header("accept-language", "es").json(&body);
        let response = request.send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()),
            (503, "1")
        );
        let problem: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(problem["detail"], penny_i18n::text(Locale::Es, "fault-unavailable", &[]));
        // The page shows the same message.
        let page_request =
            penny.request("GET", "/").header("accept-language", "es").header("accept", "text/html");
        let page = page_request.send().await.unwrap();
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
        assert!(page.text().await.unwrap().contains(problem["detail"].as_str().unwrap()));
        (path, body)
    };
    // The live stream continues for longer than the lease lasts.
    let (received, (path, body)) = tokio::join!(reading, outage);
    assert!(models::text(500).starts_with(&joined_text(&received, 0)));

    server.run("resume").unwrap();
    penny.wait_until_ready().await;
    let all = penny.all_events(&turn).await;
    assert!(matches!(all.last().unwrap().body, TurnEventBody::Finished(_)), "{:?}", all.last());
    assert_eq!(joined_text(&all, 0), models::text(500));
    let window = penny.messages(&conversation).await;
    assert_eq!((message_text(&window.items[1]), window.path_length), (models::text(500), 2));
    let (status, sent) = penny.call("POST", &path, Some(body)).await;
    assert_eq!(status, 202, "{sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_interrupts_the_turns_of_a_killed_server() {
    let Some(url) = postgres::fresh_database().await else { return };
    let mut penny = PennyProcess::start(&[("PENNY__DATABASE__URL", &url)]).await;
    let mut worker = penny.spawn(&["worker"]);
    let conversation = penny.create_conversation().await;
    let turn = penny.start_turn(&conversation, "mock-itl10-len900", "Tell me").await;
    let seen = penny.read_events(&turn.id.to_string(), 0, |events| events.len() > 60).await;
    penny.kill();
    let status = format!("SELECT status FROM turn WHERE id = '{}'", turn.id.uuid());
    // Guaranteed within 10 s: the lease lasts 8 s and the worker polls every second.
    wait_until(Duration::from_secs(20), async || {
        postgres::read_text(&url, &status).await.as_deref() == Some("interrupted")
    })
    .await;
    assert!(worker.try_wait().unwrap().is_none(), "the worker still runs");
    let signal = Command::new("kill").args(["-TERM", &worker.id().to_string()]).status().unwrap();
    assert!(signal.success() && worker.wait().unwrap().success(), "the worker exits successfully on SIGTERM");

    penny.serve().await;
    let window = penny.messages(&conversation).await;
    let kept = message_text(&window.items[1]);
    assert_eq!(window.items[1].turn_status, Some(TurnStatus::Interrupted));
    assert!(models::text(900).starts_with(&kept));
    // A checkpoint every 0.5 s at 100 tokens a second of about 10 bytes, doubled for a slow machine.
    assert!(
        joined_text(&seen, 0).len().saturating_sub(kept.len()) < 1_000,
        "{} of {}",
        kept.len(),
        joined_text(&seen, 0).len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_runs_due_jobs() {
    let Some(url) = postgres::fresh_database().await else { return };
    let mut penny = PennyProcess::start(&[("PENNY__DATABASE__URL", &url)]).await;
    let (recent, expired) = (penny.create_conversation().await, penny.create_conversation().await);
    for conversation in [&recent, &expired] {
        let (status, _) = penny.call("DELETE", &format!("/v1/conversations/{conversation}"), None).await;
        assert_eq!(status, 204);
    }
    let id = |text: &str| text.parse::<penny_types::ConversationId>().unwrap().uuid();
    let find = |text: &str| format!("SELECT id::text FROM conversation WHERE id = '{}'", id(text));
    // Wait until the server's own first cleanup run is over.
    wait_until(Duration::from_secs(20), async || {
        let next_run =
            "SELECT id::text FROM job WHERE kind = 'tidy' AND lease_owner IS NULL AND run_at > now()";
        postgres::read_text(&url, next_run).await.is_some()
    })
    .await;
    penny.kill();
    for sql in [
        format!(
            "UPDATE conversation SET deleted_at = deleted_at - interval '31 days' WHERE id = '{}' RETURNING id::text",
            id(&expired)
        ),
        "UPDATE job SET run_at = now() WHERE kind = 'tidy' RETURNING id::text".to_owned(),
    ] {
        assert!(postgres::read_text(&url, &sql).await.is_some(), "{sql}");
    }
    let mut worker = penny.spawn(&["worker"]);
    wait_until(Duration::from_secs(30), async || postgres::read_text(&url, &find(&expired)).await.is_none())
        .await;
    assert!(
        postgres::read_text(&url, &find(&recent)).await.is_some(),
        "a conversation that can still be restored is kept"
    );
    worker.kill().unwrap();
    worker.wait().unwrap();
}

#[test]
fn a_worker_refuses_to_run_on_sqlite_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_penny"));
    command.arg("worker").env_clear().env("PENNY__DATA__DIR", folder.path());
    let output = command.output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && message.contains("requires Postgres"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_database_show_the_same_turn() {
    let Some(url) = postgres::fresh_database().await else { return };
    let penny = PennyProcess::start(&[("PENNY__DATABASE__URL", &url)]).await;
    // Both use the same data folder, and therefore the same keys.
    let data = penny.data_dir().display().to_string();
    let mut other = PennyProcess::start(&[("PENNY__DATABASE__URL", &url), ("PENNY__DATA__DIR", &data)]).await;
    other.token.clone_from(&penny.token);
    let conversation = penny.create_conversation().await;
    let turn = penny.start_turn(&conversation, "mock-itl10-len100-reasoning5", "Tell me").await;
    let (first, second) = tokio::join!(penny.all_events(&turn), other.all_events(&turn));
    for events in [&first, &second] {
        assert!(matches!(events.last().unwrap().body, TurnEventBody::Finished(_)), "{:?}", events.last());
        assert_eq!(joined_text(events, 0), models::text(100));
    }
    assert_eq!(first.last(), second.last());
    // A turn that runs on one server can be stopped through the other.
    let turn = penny.start_turn(&conversation, "mock-itl20-len900", "And then?").await;
    penny.read_events(&turn.id.to_string(), 0, |events| events.len() > 5).await;
    let (status, body) = other.call("POST", &format!("/v1/turns/{}/stop", turn.id), None).await;
    assert_eq!(status, 200, "{body}");
    let all = penny.all_events(&turn).await;
    assert!(matches!(all.last().unwrap().body, TurnEventBody::Stopped(_)), "{:?}", all.last());
}

/// Starts one server on each available database.
async fn start_on_each_database() -> Vec<PennyProcess> {
    let mut urls = vec![String::new()];
    urls.extend(postgres::fresh_database().await);
    let start = |url: String| async move { PennyProcess::start(&[("PENNY__DATABASE__URL", &url)]).await };
    futures::future::join_all(urls.into_iter().map(start)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_messages_start_one_turn_and_a_client_key_is_idempotent() {
    for penny in start_on_each_database().await {
        let conversation = penny.create_conversation().await;
        let tabs = (0..8).map(|tab| {
            penny.post_message(
                &conversation,
                json!({ "content": format!("tab {tab}"), "model": "openai/mock-itl20-len40" }),
            )
        });
        let responses = futures::future::join_all(tabs).await;
        let accepted: Vec<_> = responses.iter().filter(|(status, _)| *status == 202).collect();
        assert!(
            accepted.len() == 1 && responses.iter().all(|(status, _)| matches!(status, 202 | 409)),
            "{responses:?}"
        );
        penny.all_events(&serde_json::from_value(accepted[0].1.clone()).unwrap()).await;
        assert_eq!(penny.messages(&conversation).await.path_length, 2);

        let repeated = json!({ "content": "once", "clientKey": "k", "model": "openai/mock-len3" });
        let responses =
            futures::future::join_all((0..8).map(|_| penny.post_message(&conversation, repeated.clone())))
                .await;
        assert!(
            responses.iter().all(|(status, body)| *status == 202 && body["id"] == responses[0].1["id"]),
            "{responses:?}"
        );
        penny.all_events(&serde_json::from_value(responses[0].1.clone()).unwrap()).await;
        assert_eq!(penny.messages(&conversation).await.path_length, 4);

        // Concurrent edits of one message create two siblings, or one gets a conflict; never a server error.
        let first = penny.messages(&conversation).await.items[0].id;
        let edit =
            |content: &str| json!({ "content": content, "replaces": first, "model": "openai/mock-len3" });
        let (one, two) = tokio::join!(
            penny.post_message(&conversation, edit("edit one")),
            penny.post_message(&conversation, edit("edit two"))
        );
        assert!([one.0, two.0].iter().all(|status| matches!(status, 202 | 409)), "{one:?} {two:?}");
        assert!([one.0, two.0].contains(&202));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unusual_characters_are_stored_the_same_on_both_databases() {
    let mut urls = vec![None];
    urls.extend(postgres::fresh_database().await.map(Some));
    for url in urls {
        let url = url.unwrap_or_default();
        let penny =
            PennyProcess::start(&[("PENNY__DATABASE__URL", &url), ("PENNY__DEMO__ENABLED", "false")]).await;
        let conversation = penny.create_conversation().await;
        let unusual = "\u{202e}\u{5e9}\u{5dc}\u{5d5}\u{5dd}\u{200f} \u{1b}[31m\u{7}\u{7f}\u{1} a\u{0}b \u{feff}e\u{301} \r\n end";
        let turn = penny.start_turn(&conversation, "mock-len1", unusual).await;
        penny.all_events(&turn).await;
        let window = penny.messages(&conversation).await;
        let expected = unusual.replace('\0', "\u{fffd}").replace("\r\n", "\n");
        assert_eq!(message_text(&window.items[0]), expected, "{url}");
        let (_, view) = penny.call("GET", &format!("/v1/conversations/{conversation}"), None).await;
        let title = view["title"].as_str().unwrap();
        assert!(!title.is_empty() && !title.contains(char::is_control), "{url}: {title:?}");
        let new = json!({ "title": "a\u{0}b\u{1b}[31mc\n\td" });
        let (status, made) = penny.call("POST", "/v1/conversations", Some(new)).await;
        assert_eq!((status, &made["title"]), (201, &json!("a b [31mc d")), "{url}: {made}");
        for query in ["%00", "a%00b", "%1b", "%E2%80%AE"] {
            let (status, body) = penny.call("GET", &format!("/v1/conversations?query={query}"), None).await;
            assert_eq!(status, 200, "{url} {query}: {body}");
        }
        let draft = json!({ "draft": "x\u{0}y" });
        let (status, view) =
            penny.call("PATCH", &format!("/v1/conversations/{conversation}"), Some(draft)).await;
        assert_eq!((status, &view["draft"]), (200, &json!("x\u{fffd}y")), "{url}: {view}");
        for (title, content) in [("t\u{0}", json!("a\u{0}b")), ("\u{0}", json!("x"))] {
            let new = json!({ "type": "markdown", "title": title, "content": content });
            let (status, body) = penny.call("POST", "/v1/artifacts", Some(new)).await;
            assert!(matches!(status, 201 | 422), "{url}: {status} {body}");
        }
        nul_characters_cause_no_server_error(&penny, &conversation).await;
    }
}

/// Sends a NUL character in every text field: it is rejected or removed, and never causes a server error.
async fn nul_characters_cause_no_server_error(penny: &PennyProcess, conversation: &str) {
    let nul = "a\u{0}b";
    let chat = format!("/v1/chat/{conversation}/messages");
    let graphql = |query: &str| json!({ "query": query, "variables": { "x": nul } });
    for (path, body) in [
        ("/v1/tools/get_company_kpis/invoke", json!({ "period": nul, "unit": "company" })),
        ("/v1/tools/get_company_kpis/invoke", json!({ "period": "MTD", "unit": "bu", "id": nul })),
        ("/v1/tools/load_dashboard/invoke", json!({ "slug": nul })),
        ("/v1/tools/load_dashboard/invoke", json!({ "slug": "x", "filters": { nul: nul } })),
        ("/v1/tools/a%00b/invoke", json!({})),
        ("/v1/conversations", json!({ "title": "t", "model": nul })),
        (&chat, json!({ "content": "x", "clientKey": nul })),
        (&chat, json!({ "content": "x", "model": "mock-len1", "toolsAllowed": [nul], "clientKey": "tools" })),
        ("/graphql", graphql("query($x: String!) { dashboard(slug: $x) { id } }")),
        ("/graphql", graphql("query($x: String!) { conversations(query: $x) { items { id } } }")),
        ("/graphql", graphql("query($x: String!) { conversations(cursor: $x) { items { id } } }")),
        (
            "/graphql",
            graphql("mutation($x: String!) { updatePreferences(patch: { timeZone: $x }) { name } }"),
        ),
        ("/graphql", graphql("mutation($x: String!) { createToken(name: $x) { secret } }")),
        ("/graphql", graphql("mutation($x: String!) { invokeTool(name: $x, arguments: {}) { status } }")),
        ("/graphql", graphql("mutation($x: String!) { createConversation(input: { model: $x }) { id } }")),
    ] {
        let (status, response) = penny.call("POST", path, Some(body.clone())).await;
        let code = response["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
        let is_server_error = status >= 500 || matches!(code, "internal" | "unavailable");
        assert!(!is_server_error, "{path} {body}: {status} {response}");
    }
    let mut turn = json!(null);
    wait_until(Duration::from_secs(20), async || {
        let (status, response) =
            penny.post_message(conversation, json!({ "content": "x", "model": nul })).await;
        assert!(status < 500, "{status} {response}");
        turn = response;
        status != 409
    })
    .await;
    if let Ok(turn) = serde_json::from_value(turn) {
        let all = penny.all_events(&turn).await;
        assert!(all.last().unwrap().body.is_terminal());
    }
}
