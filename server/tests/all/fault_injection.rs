//! Failures, end to end: an unresponsive provider, a full disk, a locked database file. Each is reported
//! clearly and no data is lost.

use super::{
    fresh_app::{FreshApp, PASSWORD},
    penny_process::{PennyProcess, joined_text, message_text, wait_until},
};
use penny_testkit::{databases::SqliteWriteLock, models};
use penny_types::{FaultCode, Locale, events::TurnEventBody, turns::TurnStatus};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const MEBIBYTE: usize = 1024 * 1024;

/// Sends a POST request in Spanish and returns the status, `Retry-After` and the body.
async fn post_in_spanish(penny: &PennyProcess, path: &str, body: &Value) -> (u16, String, Value) {
    let response =
        penny.request("POST", path).header("accept-language", "es").json(body).send().await.unwrap();
    let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    (status, retry_after.unwrap_or_default(), serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

#[tokio::test]
async fn an_unresponsive_provider_times_out_and_its_text_so_far_is_kept() {
    let penny = PennyProcess::start(&[("PENNY__MODELS__SILENCE_SECONDS", "1")]).await;
    for (model, tokens) in [("mock-mute", 0), ("mock-silent", 0), ("mock-silentafter20-len40", 20)] {
        let conversation = penny.create_conversation().await;
        let started = Instant::now();
        let turn = penny.start_turn(&conversation, model, "Tell me").await;
        let all = penny.all_events(&turn).await;
        let TurnEventBody::Failed(failed) = &all.last().unwrap().body else { panic!("{model}: {all:?}") };
        assert!(started.elapsed() >= Duration::from_secs(1), "{model}: {:?}", started.elapsed());
        assert_eq!(failed.code, FaultCode::Timeout.as_str(), "{model}");
        assert_eq!(joined_text(&all, 0), models::text(tokens), "{model}");
        let window = penny.messages(&conversation).await;
        assert_eq!(message_text(&window.items[0]), "Tell me");
        assert_eq!(message_text(&window.items[1]), models::text(tokens));
        assert_eq!(window.items[1].turn_code.as_deref(), Some("timeout"));
        // The turn can be resumed.
        let (status, body) = penny.call("POST", &format!("/v1/turns/{}/resume", turn.id), None).await;
        assert_eq!(status, 202, "{body}");
    }
    assert_eq!(
        penny::config::Config::load(None, &[].into_iter().collect()).unwrap().models.silence_seconds,
        60
    );
}

#[test]
fn every_fault_code_has_a_message_in_both_languages() {
    for &code in FaultCode::ALL {
        let [english, spanish] =
            [Locale::En, Locale::Es].map(|l| penny_i18n::text(l, code.message_key(), &[]));
        assert!(english.ends_with('.') && spanish.ends_with('.') && english != spanish, "{code}: {english}");
    }
}

#[tokio::test]
async fn a_full_disk_is_reported_loses_no_data_and_recovers_when_space_is_freed() {
    let Some(penny) = PennyProcess::start_on_small_disk(48 * MEBIBYTE).await else { return };
    let conversation = penny.create_conversation().await;
    let first = penny.start_turn(&conversation, "mock-len5", "Before").await;
    penny.all_events(&first).await;
    let other = penny.create_conversation().await;
    let running = penny.start_turn(&other, "mock-itl20-len200", "Tell me").await;

    let filler = penny.fill_disk();
    // Messages are accepted as long as the write-ahead log has allocated space.
    let path = format!("/v1/chat/{conversation}/messages");
    let large_message = |n: usize| json!({ "content": format!("{n} {}", "x".repeat(MEBIBYTE - 10)), "model": "openai/mock-len1", "clientKey": format!("k{n}") });
    let mut accepted = 0;
    let (status, refused) = loop {
        let (status, _, problem) = post_in_spanish(&penny, &path, &large_message(accepted)).await;
        assert!(accepted < 40, "the disk never fills up: {problem}");
        match status {
            202 => accepted += 1,
            409 => tokio::task::yield_now().await,
            status => break (status, problem),
        }
    };
    assert_eq!((status, &refused["code"]), (507, &json!("storage_full")), "{refused}");
    assert_eq!(refused["detail"], penny_i18n::text(Locale::Es, "fault-storage-full", &[]));
    let artifact = json!({ "type": "markdown", "title": "t", "content": "y".repeat(MEBIBYTE) });
    let (status, _, problem) = post_in_spanish(&penny, "/v1/artifacts", &artifact).await;
    assert_eq!((status, &problem["code"]), (507, &json!("storage_full")), "{problem}");
    let failing = json!("failing");
    let is_unready = |(status, body): (u16, Value)| (status, &body["checks"]["blobs"]) == (503, &failing);
    wait_until(Duration::from_secs(20), async || penny.readiness().await.is_some_and(is_unready)).await;
    // Existing data can still be read.
    let window = penny.messages(&conversation).await;
    assert_eq!(window.path_length as usize, 2 + 2 * accepted);

    std::fs::remove_file(filler).unwrap();
    penny.wait_until_ready().await;
    let (status, _, body) = post_in_spanish(&penny, &path, &large_message(accepted)).await;
    assert_eq!(status, 202, "{body}");
    assert_eq!(post_in_spanish(&penny, "/v1/artifacts", &artifact).await.0, 201);
    let all = penny.all_events(&running).await;
    assert!(matches!(all.last().unwrap().body, TurnEventBody::Finished(_)), "{:?}", all.last());
    assert_eq!(joined_text(&all, 0), models::text(200), "the text received while the disk was full is kept");
    let window = penny.messages(&other).await;
    assert_eq!(
        (message_text(&window.items[1]), window.items[1].turn_status),
        (models::text(200), Some(TurnStatus::Finished))
    );
}

#[tokio::test]
async fn while_the_database_file_is_locked_writes_get_503_and_reads_succeed() {
    let penny = PennyProcess::start(&[]).await;
    let conversation = penny.create_conversation().await;
    let turn = penny.start_turn(&conversation, "mock-itl20-len300", "Tell me").await;
    penny.read_events(&turn.id.to_string(), 0, |events| events.len() > 5).await;

    let lock = SqliteWriteLock::acquire(&penny.data_dir().join("penny.sqlite")).await;
    let path = format!("/v1/chat/{conversation}/messages");
    let new = json!({ "title": "Later" });
    let body = json!({ "content": "And then?", "model": "openai/mock-len1", "clientKey": "later" });
    let reads = async {
        let started = Instant::now();
        let (status, listed) = penny.call("GET", "/v1/conversations", None).await;
        assert_eq!((status, listed["items"].as_array().unwrap().len()), (200, 1));
        assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
        // The running turn continues, and its events are still streamed.
        penny
            .read_events(&turn.id.to_string(), 0, |events| {
                joined_text(events, 0).len() > models::text(60).len()
            })
            .await;
    };
    let (one, two, ()) = tokio::join!(
        post_in_spanish(&penny, "/v1/conversations", &new),
        post_in_spanish(&penny, &path, &body),
        reads
    );
    for (status, retry_after, problem) in [one, two] {
        assert_eq!(
            (status, retry_after.as_str(), &problem["code"]),
            (503, "1", &json!("unavailable")),
            "{problem}"
        );
        assert_eq!(problem["detail"], penny_i18n::text(Locale::Es, "fault-unavailable", &[]));
    }
    lock.release().await;

    assert_eq!(post_in_spanish(&penny, "/v1/conversations", &new).await.0, 201);
    let all = penny.all_events(&turn).await;
    assert!(matches!(all.last().unwrap().body, TurnEventBody::Finished(_)));
    assert_eq!(joined_text(&all, 0), models::text(300));
    let (status, _, sent) = post_in_spanish(&penny, &path, &body).await;
    assert_eq!(status, 202, "{sent}");
    wait_until(Duration::from_secs(20), async || penny.messages(&conversation).await.path_length == 4).await;
    assert_eq!(message_text(&penny.messages(&conversation).await.items[1]), models::text(300));
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_and_out_report_a_locked_database_file() {
    let app = FreshApp::start(&[]).await;
    app.create_user("alice@acme.example").await;
    let browser = app.browser();
    assert_eq!(browser.sign_in("alice@acme.example", PASSWORD).await.location(), "/");
    let lock = SqliteWriteLock::acquire(&app.data_dir().join("penny.sqlite")).await;
    let origin = app.url();
    let headers = [
        ("origin", origin.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("accept-language", "es"),
        ("accept", "text/html"),
    ];
    let (signed_in, signed_out) = (app.browser(), app.browser());
    signed_in.set_cookie("penny_session", &browser.cookie("penny_session").unwrap());
    let (sign_out, sign_in) = tokio::join!(
        signed_in.send(reqwest::Method::POST, "/auth/sign-out", Some(&[]), &headers),
        signed_out.sign_in("alice@acme.example", PASSWORD)
    );
    assert_eq!((sign_out.status.as_u16(), sign_out.header("retry-after")), (503, "1"));
    assert!(
        sign_out.body.contains(&penny_i18n::text(Locale::Es, "fault-unavailable", &[])),
        "{}",
        sign_out.body
    );
    assert_eq!(sign_in.location(), "/sign-in?error=unavailable");
    lock.release().await;
    assert!(browser.viewer().await.is_some(), "the session is still valid after the failed sign-out");
    assert_eq!(browser.post("/auth/sign-out", &[]).await.location(), "/sign-in?done=signed_out");
    assert!(browser.viewer().await.is_none());
    app.server.stop().await.unwrap();
}
