//! Bad luck with a database server: it goes away and comes back, and the process beside it dies.

use super::turns_app::{Installation, said, wait, words};
use penny_testkit::{models, postgres};
use penny_types::{Locale, events::TurnEventBody, turns::TurnStatus};
use serde_json::{Value, json};
use std::{os::unix::fs::PermissionsExt, process::Command, time::Duration};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../end2end/services/postgres.sh");

/// A real server of one's own, which may be stopped.
struct Server {
    folder: tempfile::TempDir,
    url: String,
}

impl Server {
    /// Starts one where the tests may use PostgreSQL at all.
    fn start() -> Option<Self> {
        postgres::server_url()?;
        let folder = tempfile::tempdir().unwrap();
        // Whoever root steps down to goes through here.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut server = Self { folder, url: String::new() };
        match server.run("start") {
            Ok(url) => server.url = url,
            Err(why) => {
                println!("skipped: stopping a PostgreSQL of its own, because it did not start: {why}");
                return None;
            }
        }
        Some(server)
    }

    fn run(&self, verb: &str) -> Result<String, String> {
        let mut command = Command::new("bash");
        command.arg(SCRIPT).arg(verb).env("PENNY_POSTGRES_DIR", self.folder.path().join("pg"));
        let output = command.output().map_err(|error| error.to_string())?;
        let said =
            |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().last().unwrap_or_default().to_owned();
        if output.status.success() { Ok(said(&output.stdout)) } else { Err(said(&output.stderr)) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.run("stop");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_and_comes_back_loses_no_turn() {
    let Some(server) = Server::start() else { return };
    let penny = Installation::start(&[("PENNY__DATABASE__URL", &server.url)]).await;
    let conversation = penny.conversation().await;
    let turn = penny.ask(&conversation, "mock-itl20-len500", "Tell me").await;
    let id = turn.id.to_string();
    penny.follow(&id, 0, |events| events.len() > 5).await;
    let is_listening = tokio::sync::Notify::new();
    let listening = penny.follow(&id, 0, |events| {
        is_listening.notify_one();
        words(events, 0).len() > models::text(470).len()
    });
    let away = async {
        is_listening.notified().await;
        tokio::task::block_in_place(|| server.run("pause")).unwrap();
        wait(Duration::from_secs(20), async || {
            penny.ready().await.is_some_and(|(status, body)| {
                status == 503 && body["checks"]["database"] == "failing" && body["checks"]["blobs"] == "ok"
            })
        })
        .await;
        let path = format!("/v1/chat/{conversation}/messages");
        let body = json!({ "content": "And then?", "clientKey": "k", "model": "openai/mock-len1" });
        let asked = penny.request("POST", &path).header("accept-language", "es").json(&body);
        let reply = asked.send().await.unwrap();
        assert_eq!((reply.status().as_u16(), reply.headers()["retry-after"].to_str().unwrap()), (503, "1"));
        let problem: Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap();
        assert_eq!(problem["detail"], penny_words::text(Locale::Es, "fault-unavailable", &[]));
        // Whoever opens the page reads the same words there.
        let opened = penny.request("GET", "/").header("accept-language", "es").header("accept", "text/html");
        let page = opened.send().await.unwrap();
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
        assert!(page.text().await.unwrap().contains(problem["detail"].as_str().unwrap()));
        (path, body)
    };
    // Whoever listens hears the answer go on, for longer than a lease lasts.
    let (heard, (path, body)) = tokio::join!(listening, away);
    assert!(models::text(500).starts_with(&words(&heard, 0)));

    server.run("resume").unwrap();
    penny.until_ready().await;
    let all = penny.to_end(&turn).await;
    assert!(matches!(all.last().unwrap().body, TurnEventBody::Finished(_)), "{:?}", all.last());
    assert_eq!(words(&all, 0), models::text(500));
    let window = penny.window(&conversation).await;
    assert_eq!((said(&window.items[1]), window.path_length), (models::text(500), 2));
    let (status, sent) = penny.call("POST", &path, Some(body)).await;
    assert_eq!(status, 202, "{sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_finds_the_turns_of_a_server_that_died() {
    let Some(url) = postgres::fresh_database().await else { return };
    let mut penny = Installation::start(&[("PENNY__DATABASE__URL", &url)]).await;
    let mut worker = penny.spawn(&["worker"]);
    let conversation = penny.conversation().await;
    let turn = penny.ask(&conversation, "mock-itl10-len900", "Tell me").await;
    let seen = penny.follow(&turn.id.to_string(), 0, |events| events.len() > 60).await;
    penny.kill();
    let status = format!("SELECT status FROM turn WHERE id = '{}'", turn.id.uuid());
    // Ten seconds is the promise: a lease of eight, and a look every second.
    wait(Duration::from_secs(20), async || {
        postgres::read_text(&url, &status).await.as_deref() == Some("interrupted")
    })
    .await;
    assert!(worker.try_wait().unwrap().is_none(), "the worker still runs");
    let end = Command::new("kill").args(["-TERM", &worker.id().to_string()]).status().unwrap();
    assert!(end.success() && worker.wait().unwrap().success(), "asked to end, it ends well");

    penny.serve().await;
    let window = penny.window(&conversation).await;
    let kept = said(&window.items[1]);
    assert_eq!(window.items[1].turn_status, Some(TurnStatus::Interrupted));
    assert!(models::text(900).starts_with(&kept));
    // Half a second at a hundred tokens a second of about ten bytes, and as much again for a slow machine.
    assert!(
        words(&seen, 0).len().saturating_sub(kept.len()) < 1_000,
        "{} of {}",
        kept.len(),
        words(&seen, 0).len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_does_the_jobs_that_are_due() {
    let Some(url) = postgres::fresh_database().await else { return };
    let mut penny = Installation::start(&[("PENNY__DATABASE__URL", &url)]).await;
    let (kept, gone) = (penny.conversation().await, penny.conversation().await);
    for conversation in [&kept, &gone] {
        let (status, _) = penny.call("DELETE", &format!("/v1/conversations/{conversation}"), None).await;
        assert_eq!(status, 204);
    }
    let id = |text: &str| text.parse::<penny_types::ConversationId>().unwrap().uuid();
    let find = |text: &str| format!("SELECT id::text FROM conversation WHERE id = '{}'", id(text));
    // The server's own first round is over.
    wait(Duration::from_secs(20), async || {
        let round = "SELECT id::text FROM job WHERE kind = 'tidy' AND lease_owner IS NULL AND run_at > now()";
        postgres::read_text(&url, round).await.is_some()
    })
    .await;
    penny.kill();
    for sql in [
        format!(
            "UPDATE conversation SET deleted_at = deleted_at - interval '31 days' WHERE id = '{}' RETURNING id::text",
            id(&gone)
        ),
        "UPDATE job SET run_at = now() WHERE kind = 'tidy' RETURNING id::text".to_owned(),
    ] {
        assert!(postgres::read_text(&url, &sql).await.is_some(), "{sql}");
    }
    let mut worker = penny.spawn(&["worker"]);
    wait(Duration::from_secs(30), async || postgres::read_text(&url, &find(&gone)).await.is_none()).await;
    assert!(
        postgres::read_text(&url, &find(&kept)).await.is_some(),
        "what may still be brought back is there"
    );
    worker.kill().unwrap();
    worker.wait().unwrap();
}

#[test]
fn a_worker_says_why_it_has_nothing_to_do_with_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_penny"));
    command.arg("worker").env_clear().env("PENNY__DATA__DIR", folder.path());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("workers are for Postgres"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_database_show_the_same_turn() {
    let Some(url) = postgres::fresh_database().await else { return };
    let penny = Installation::start(&[("PENNY__DATABASE__URL", &url)]).await;
    // Both hold the same keys.
    let data = penny.data().display().to_string();
    let mut other = Installation::start(&[("PENNY__DATABASE__URL", &url), ("PENNY__DATA__DIR", &data)]).await;
    other.token.clone_from(&penny.token);
    let conversation = penny.conversation().await;
    let turn = penny.ask(&conversation, "mock-itl10-len100-reasoning5", "Tell me").await;
    let (here, there) = tokio::join!(penny.to_end(&turn), other.to_end(&turn));
    for events in [&here, &there] {
        assert!(matches!(events.last().unwrap().body, TurnEventBody::Finished(_)), "{:?}", events.last());
        assert_eq!(words(events, 0), models::text(100));
    }
    assert_eq!(here.last(), there.last());
    // What one was told to hold, the other may stop.
    let turn = penny.ask(&conversation, "mock-itl20-len900", "And then?").await;
    penny.follow(&turn.id.to_string(), 0, |events| events.len() > 5).await;
    let (status, body) = other.call("POST", &format!("/v1/turns/{}/stop", turn.id), None).await;
    assert_eq!(status, 200, "{body}");
    let all = penny.to_end(&turn).await;
    assert!(matches!(all.last().unwrap().body, TurnEventBody::Stopped(_)), "{:?}", all.last());
}

/// A fresh installation on each database there is.
async fn both() -> Vec<Installation> {
    let mut urls = vec![String::new()];
    urls.extend(postgres::fresh_database().await);
    let start = |url: String| async move { Installation::start(&[("PENNY__DATABASE__URL", &url)]).await };
    futures::future::join_all(urls.into_iter().map(start)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_tabs_that_send_at_once_one_is_heard_and_one_message_is_one_however_often_it_comes() {
    for penny in both().await {
        let conversation = penny.conversation().await;
        let tabs = (0..8).map(|tab| {
            penny.send(
                &conversation,
                json!({ "content": format!("tab {tab}"), "model": "openai/mock-itl20-len40" }),
            )
        });
        let answers = futures::future::join_all(tabs).await;
        let heard: Vec<_> = answers.iter().filter(|(status, _)| *status == 202).collect();
        assert!(
            heard.len() == 1 && answers.iter().all(|(status, _)| matches!(status, 202 | 409)),
            "{answers:?}"
        );
        penny.to_end(&serde_json::from_value(heard[0].1.clone()).unwrap()).await;
        assert_eq!(penny.window(&conversation).await.path_length, 2);

        let again = json!({ "content": "once", "clientKey": "k", "model": "openai/mock-len3" });
        let answers =
            futures::future::join_all((0..8).map(|_| penny.send(&conversation, again.clone()))).await;
        assert!(
            answers.iter().all(|(status, body)| *status == 202 && body["id"] == answers[0].1["id"]),
            "{answers:?}"
        );
        penny.to_end(&serde_json::from_value(answers[0].1.clone()).unwrap()).await;
        assert_eq!(penny.window(&conversation).await.path_length, 4);

        // The same edit from two tabs makes two siblings, or one is told to wait; never a fault of ours.
        let first = penny.window(&conversation).await.items[0].id;
        let edit = |words: &str| json!({ "content": words, "replaces": first, "model": "openai/mock-len3" });
        let (one, two) = tokio::join!(
            penny.send(&conversation, edit("edit one")),
            penny.send(&conversation, edit("edit two"))
        );
        assert!([one.0, two.0].iter().all(|status| matches!(status, 202 | 409)), "{one:?} {two:?}");
        assert!([one.0, two.0].contains(&202));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strange_letters_are_kept_alike_on_both_databases() {
    let mut settings = vec![None];
    settings.extend(postgres::fresh_database().await.map(Some));
    for url in settings {
        let url = url.unwrap_or_default();
        let penny =
            Installation::start(&[("PENNY__DATABASE__URL", &url), ("PENNY__DEMO__ENABLED", "false")]).await;
        let conversation = penny.conversation().await;
        let strange = "\u{202e}\u{5e9}\u{5dc}\u{5d5}\u{5dd}\u{200f} \u{1b}[31m\u{7}\u{7f}\u{1} a\u{0}b \u{feff}e\u{301} \r\n end";
        let turn = penny.ask(&conversation, "mock-len1", strange).await;
        penny.to_end(&turn).await;
        let window = penny.window(&conversation).await;
        let expected = strange.replace('\0', "\u{fffd}").replace("\r\n", "\n");
        assert_eq!(said(&window.items[0]), expected, "{url}");
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
        nothing_breaks(&penny, &conversation).await;
    }
}

/// Puts a NUL wherever a text may stand: it is refused or cleaned, never a fault of ours.
async fn nothing_breaks(penny: &Installation, conversation: &str) {
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
        let (status, answer) = penny.call("POST", path, Some(body.clone())).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
        let is_ours = status >= 500 || matches!(code, "internal" | "unavailable");
        assert!(!is_ours, "{path} {body}: {status} {answer}");
    }
    let mut turn = json!(null);
    wait(Duration::from_secs(20), async || {
        let (status, answer) = penny.send(conversation, json!({ "content": "x", "model": nul })).await;
        assert!(status < 500, "{status} {answer}");
        turn = answer;
        status != 409
    })
    .await;
    if let Ok(turn) = serde_json::from_value(turn) {
        let all = penny.to_end(&turn).await;
        assert!(all.last().unwrap().body.is_terminal());
    }
}
