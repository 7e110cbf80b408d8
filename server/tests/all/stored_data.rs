//! Data that an earlier version stored, under `tests/fixtures/stored`: this version migrates a copy of it,
//! reads it and continues the work that was waiting in it.
//!
//! A test that fails here means that an installation would lose something by upgrading. Fix the code or write
//! a migration; never capture the data again.

use crate::{
    fresh_app::{Browser, OffsetClock},
    penny_process::wait_until,
    shared_app::{client, joined_text, parse_events},
};
use chrono::{DateTime, TimeDelta, Utc};
use penny::{
    boot::BootDeps,
    config::{Config, Environment},
    serve::{RunningServer, start},
};
use penny_adapters::{
    bus::InProcessBus,
    keys::FileKeyring,
    system::{OsRandom, SystemClock, UuidV7Generator},
};
use penny_kernel::{
    audit::{self, ChainStatus},
    ctx::SystemPorts,
    db::{Db, DbOptions},
};
use penny_ports::system::Clock;
use penny_testkit::stored::StoredData;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/stored");
const TIMEOUT: Duration = Duration::from_secs(30);

/// `fixture.json`: what was stored, and what reading it back must return.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    captured_at: DateTime<Utc>,
    email: String,
    password: String,
    token: String,
    session_cookie: String,
    sign_in_link: String,
    conversation: FinishedConversation,
    artifacts: Vec<StoredArtifact>,
    waiting: WaitingTurn,
    deleted: Deleted,
    jobs: Vec<QueuedJob>,
    audit_records: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FinishedConversation {
    id: String,
    question: String,
    answer: String,
    tool_result: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredArtifact {
    id: String,
    title: String,
    digest: String,
    media_type: String,
    content: String,
    content_url: String,
}

#[derive(Debug, Deserialize)]
struct WaitingTurn {
    conversation: String,
    turn: String,
    call: String,
    tool: String,
    text: String,
}

/// What was deleted, and is to be removed 30 days later.
#[derive(Debug, Deserialize)]
struct Deleted {
    conversation: String,
    artifact: String,
    digest: String,
}

#[derive(Debug, Deserialize)]
struct QueuedJob {
    kind: String,
    attempts: i64,
}

/// This version, serving a copy of the stored data, soon after it was captured.
struct UpgradedServer {
    manifest: Manifest,
    stored: StoredData,
    clock: Arc<OffsetClock>,
    server: RunningServer,
}

impl UpgradedServer {
    async fn start(stored: StoredData) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let manifest: Manifest = stored.manifest();
        // Links, sessions and signed addresses expire, so this is the time of the capture.
        let clock = Arc::new(OffsetClock::default());
        clock.advance(manifest.captured_at - SystemClock.now() + TimeDelta::minutes(1));
        let (dir, url) = (stored.data_dir().display().to_string(), stored.database_url());
        let environment: Environment = [
            ("PENNY__HTTP__ADDR", "127.0.0.1:0"),
            ("PENNY__DATA__DIR", dir.as_str()),
            ("PENNY__DATABASE__URL", url.as_str()),
            ("PENNY__MODELS__OLLAMA__BASE_URL", ""),
            ("PENNY__TOOLS__APPROVE", "load_dashboard"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        let system =
            SystemPorts { clock: clock.clone(), ids: Arc::new(UuidV7Generator), random: Arc::new(OsRandom) };
        let deps = BootDeps { system, ..BootDeps::default() };
        let server = start(Config::load(None, &environment).unwrap(), deps).await.unwrap();
        Self { manifest, stored, clock, server }
    }

    fn browser(&self) -> Browser {
        Browser::at(format!("http://{}", self.server.address))
    }

    /// Calls the REST API with the stored token and returns the JSON of the response.
    async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, text) = self.try_call(method, path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Calls the REST API with the stored token and returns the status and the text of the response.
    async fn try_call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, String) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = client()
            .request(method, format!("http://{}{path}", self.server.address))
            .bearer_auth(&self.manifest.token)
            .header("accept", "application/json, text/event-stream;q=0.9");
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Returns the messages of a conversation's visible branch.
    async fn messages(&self, conversation: &str) -> Vec<Value> {
        let window = self.call("GET", &format!("/v1/conversations/{conversation}/messages"), None).await;
        window["items"].as_array().unwrap().clone()
    }
}

/// Restores every fixture that the machine has a database for.
async fn stored_data() -> Vec<StoredData> {
    let mut restored = Vec::new();
    for version in subfolders(Path::new(FIXTURES)) {
        for fixture in subfolders(&version) {
            restored.extend(StoredData::restore(&fixture).await);
        }
    }
    assert!(!restored.is_empty(), "there are no fixtures in {FIXTURES}");
    restored
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Starts this version on every fixture.
async fn upgraded_servers() -> Vec<UpgradedServer> {
    let mut servers = Vec::new();
    for stored in stored_data().await {
        servers.push(UpgradedServer::start(stored).await);
    }
    servers
}

/// Returns the bodies of a message's parts of one kind.
fn parts<'a>(message: &'a Value, kind: &str) -> Vec<&'a Value> {
    let parts = message["parts"].as_array().unwrap();
    parts.iter().map(|part| &part["body"]).filter(|body| body["kind"] == kind).collect()
}

fn text_of(message: &Value) -> String {
    parts(message, "text").iter().map(|part| part["text"].as_str().unwrap()).collect()
}

/// Migrates the stored data without serving it and verifies the audit chains.
async fn verify_audit_trail(stored: &StoredData) -> i64 {
    let system = BootDeps::default().system;
    let options = DbOptions::new(stored.database_url());
    let db = Db::connect(&options, Arc::new(InProcessBus::new())).await.unwrap();
    db.migrate().await.unwrap();
    db.check().await.unwrap();
    let keyring = FileKeyring::open(&stored.data_dir().join("master.key"), &OsRandom).unwrap();
    let status = audit::verify(&db, &system, &keyring).await.unwrap();
    db.close().await.unwrap();
    let ChainStatus::Intact { records } = status else { panic!("the audit trail is broken: {status:?}") };
    records
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_audit_trail_is_whole_after_the_migration_and_is_continued() {
    for stored in stored_data().await {
        let before = verify_audit_trail(&stored).await;
        assert_eq!(before, stored.manifest::<Manifest>().audit_records);
        let upgraded = UpgradedServer::start(stored).await;
        let manifest = &upgraded.manifest;
        upgraded.browser().sign_in(&manifest.email, &manifest.password).await;
        let UpgradedServer { server, stored, .. } = upgraded;
        // A server that stops chains and signs what is left.
        server.stop().await.unwrap();
        assert!(verify_audit_trail(&stored).await > before, "the sign-in is not recorded");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_password_session_and_sign_in_link_still_work() {
    for upgraded in upgraded_servers().await {
        let manifest = &upgraded.manifest;
        let browser = upgraded.browser();
        browser.set_cookie("penny_session", &manifest.session_cookie);
        assert!(browser.viewer().await.is_some(), "the session is not accepted");

        let browser = upgraded.browser();
        let wrong = browser.sign_in(&manifest.email, "incorrect horse battery staple").await;
        assert_eq!(wrong.location(), "/sign-in?error=credentials");
        assert_eq!(browser.sign_in(&manifest.email, &manifest.password).await.location(), "/");
        assert!(browser.viewer().await.is_some());

        assert_eq!(upgraded.browser().post(&manifest.sign_in_link, &[]).await.location(), "/");
        upgraded.server.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_token_reads_a_stored_conversation_and_its_answer() {
    for upgraded in upgraded_servers().await {
        let stored = &upgraded.manifest.conversation;
        let messages = upgraded.messages(&stored.id).await;
        assert_eq!(messages.len(), 2);
        assert_eq!(
            (text_of(&messages[0]), text_of(&messages[1])),
            (stored.question.clone(), stored.answer.clone())
        );
        assert_eq!(messages[1]["turnStatus"], "finished");
        let calls = parts(&messages[1], "tool_call");
        assert_eq!(calls.len(), 1);
        assert_eq!(
            (&calls[0]["status"], &calls[0]["result"]),
            (&json!("succeeded"), &json!(stored.tool_result))
        );

        let turn = messages[1]["turnId"].as_str().unwrap();
        let (status, stream) = upgraded.try_call("GET", &format!("/v1/turns/{turn}/events"), None).await;
        let replayed = parse_events(&stream);
        assert_eq!((status, replayed.last().unwrap().kind.as_str()), (200, "finished"));
        assert_eq!(joined_text(&replayed, ""), stored.answer);

        let found = upgraded.call("GET", "/v1/conversations?query=company", None).await;
        let found = found["items"].as_array().unwrap().iter().any(|item| item["id"] == json!(stored.id));
        assert!(found, "the full-text index does not find the conversation");

        // A new message continues the stored conversation.
        let message = json!({ "content": "And this year?" });
        let turn = upgraded.call("POST", &format!("/v1/chat/{}/messages", stored.id), Some(&message)).await;
        wait_until_finished(&upgraded, turn["id"].as_str().unwrap()).await;
        assert_eq!(upgraded.messages(&stored.id).await.len(), 4);
        upgraded.server.stop().await.unwrap();
    }
}

async fn wait_until_finished(upgraded: &UpgradedServer, turn: &str) {
    wait_until(TIMEOUT, async || {
        let view = upgraded.call("GET", &format!("/v1/turns/{turn}"), None).await;
        let status = view["status"].as_str().unwrap();
        assert!(!matches!(status, "failed" | "stopped" | "interrupted"), "{view}");
        status == "finished"
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_artifacts_are_read_at_their_old_signed_address_and_at_a_new_one() {
    for upgraded in upgraded_servers().await {
        for stored in &upgraded.manifest.artifacts {
            let found = upgraded.call("GET", &format!("/v1/artifacts/{}", stored.id), None).await;
            assert_eq!((&found["title"], &found["digest"]), (&json!(stored.title), &json!(stored.digest)));
            let new_address = found["contentUrl"].as_str().unwrap();
            assert_ne!(new_address, stored.content_url, "both addresses expire at the same time");
            for address in [stored.content_url.as_str(), new_address] {
                let response = upgraded.browser().get(address).await;
                assert_eq!((response.status.as_u16(), &response.body), (200, &stored.content), "{address}");
                assert_eq!(response.header("content-type"), stored.media_type);
            }
        }
        upgraded.server.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_turn_that_waits_continues_when_its_tool_call_is_approved() {
    for upgraded in upgraded_servers().await {
        let waiting = &upgraded.manifest.waiting;
        let view = upgraded.call("GET", &format!("/v1/turns/{}", waiting.turn), None).await;
        assert_eq!(view["status"], "waiting", "{view}");

        let decision = json!({ "decision": "approve" });
        upgraded.call("POST", &format!("/v1/tool-calls/{}/decision", waiting.call), Some(&decision)).await;
        wait_until_finished(&upgraded, &waiting.turn).await;

        let messages = upgraded.messages(&waiting.conversation).await;
        let answer = &messages[1];
        let calls = parts(answer, "tool_call");
        assert_eq!(calls.len(), 1, "{answer}");
        assert_eq!((&calls[0]["callId"], &calls[0]["name"]), (&json!(waiting.call), &json!(waiting.tool)));
        assert_eq!(calls[0]["status"], "succeeded");
        let result: Value = serde_json::from_str(calls[0]["result"].as_str().unwrap()).unwrap();
        assert_eq!(result["slug"], "company-health");
        let text = text_of(answer);
        assert!(text.starts_with(&waiting.text) && text.len() > waiting.text.len(), "{text}");
        upgraded.server.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_jobs_run_and_remove_what_was_deleted_30_days_before() {
    for stored in stored_data().await {
        let manifest: Manifest = stored.manifest();
        let queued =
            |condition: &str| format!("SELECT count(*) FROM job WHERE finished_at IS NULL AND {condition}");
        for job in &manifest.jobs {
            let same = format!("kind = '{}' AND attempts = {}", job.kind, job.attempts);
            assert!(stored.read_number(&queued(&same)).await >= 1, "{job:?} is not stored");
        }
        assert!(manifest.jobs.iter().any(|job| job.attempts > 0), "no stored job has failed before");

        let upgraded = UpgradedServer::start(stored).await;
        let (stored, deleted) = (&upgraded.stored, &manifest.deleted);
        // A recurring job that has run has no attempts and no error, and is queued again.
        let failed = queued("(attempts > 0 OR error IS NOT NULL)");
        wait_until(TIMEOUT, async || stored.read_number(&failed).await == 0).await;
        let count = stored.read_number(&queued("attempts = 0")).await;
        assert!(count >= i64::try_from(manifest.jobs.len()).unwrap(), "a job is not queued again");
        assert!(stored.has_blob(&deleted.digest), "the file is removed before its time");

        upgraded.clock.advance(TimeDelta::days(31));
        wait_until(TIMEOUT, async || {
            let conversations = "SELECT count(*) FROM conversation WHERE deleted_at IS NOT NULL";
            let artifacts = "SELECT count(*) FROM artifact WHERE deleted_at IS NOT NULL";
            stored.read_number(conversations).await == 0
                && stored.read_number(artifacts).await == 0
                && !stored.has_blob(&deleted.digest)
        })
        .await;
        for path in [
            format!("/v1/conversations/{}", deleted.conversation),
            format!("/v1/artifacts/{}", deleted.artifact),
        ] {
            assert_eq!(upgraded.try_call("GET", &path, None).await.0, 404, "{path}");
        }
        upgraded.server.stop().await.unwrap();
    }
}
