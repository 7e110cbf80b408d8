//! Bad luck, end to end: a provider that says nothing, a disk that is full, a file that another
//! program holds. Each is told clearly and nothing is lost.

use super::{
    sign_in_app::{House, PASSWORD},
    turns_app::{Installation, said, wait, words},
};
use penny_testkit::{databases::Held, models};
use penny_types::{FaultCode, Locale, events::TurnEventBody, turns::TurnStatus};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const MEBIBYTE: usize = 1024 * 1024;

/// Sends in Spanish; returns the status, `Retry-After` and the problem.
async fn send(penny: &Installation, path: &str, body: &Value) -> (u16, String, Value) {
    let reply = penny.request("POST", path).header("accept-language", "es").json(body).send().await.unwrap();
    let wait = reply.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let status = reply.status().as_u16();
    (status, wait.unwrap_or_default(), serde_json::from_str(&reply.text().await.unwrap()).unwrap())
}

#[tokio::test]
async fn a_provider_that_says_nothing_is_given_up_in_time_and_what_it_said_is_kept() {
    let penny = Installation::start(&[("PENNY__MODELS__SILENCE_SECONDS", "1")]).await;
    for (model, tokens) in [("mock-mute", 0), ("mock-silent", 0), ("mock-silentafter20-len40", 20)] {
        let conversation = penny.conversation().await;
        let begun = Instant::now();
        let turn = penny.ask(&conversation, model, "Tell me").await;
        let all = penny.to_end(&turn).await;
        let TurnEventBody::Failed(failed) = &all.last().unwrap().body else { panic!("{model}: {all:?}") };
        assert!(begun.elapsed() >= Duration::from_secs(1), "{model}: {:?}", begun.elapsed());
        assert_eq!(failed.code, FaultCode::Timeout.as_str(), "{model}");
        assert_eq!(words(&all, 0), models::text(tokens), "{model}");
        let window = penny.window(&conversation).await;
        assert_eq!(said(&window.items[0]), "Tell me");
        assert_eq!(said(&window.items[1]), models::text(tokens));
        assert_eq!(window.items[1].turn_code.as_deref(), Some("timeout"));
        // It can be gone on with.
        let (status, body) = penny.call("POST", &format!("/v1/turns/{}/resume", turn.id), None).await;
        assert_eq!(status, 202, "{body}");
    }
    assert_eq!(
        penny::config::Config::load(None, &[].into_iter().collect()).unwrap().models.silence_seconds,
        60
    );
}

#[test]
fn every_code_a_turn_can_end_with_is_a_sentence_in_both_languages() {
    for &code in FaultCode::ALL {
        let [english, spanish] =
            [Locale::En, Locale::Es].map(|l| penny_words::text(l, code.message_key(), &[]));
        assert!(english.ends_with('.') && spanish.ends_with('.') && english != spanish, "{code}: {english}");
    }
}

#[tokio::test]
async fn a_full_disk_is_said_loses_nothing_and_ends_when_there_is_room() {
    let Some(penny) = Installation::start_on_a_small_disk(48 * MEBIBYTE).await else { return };
    let conversation = penny.conversation().await;
    let first = penny.ask(&conversation, "mock-len5", "Before").await;
    penny.to_end(&first).await;
    let other = penny.conversation().await;
    let under_way = penny.ask(&other, "mock-itl20-len200", "Tell me").await;

    let filler = penny.fill_the_disk();
    // What the write-ahead log has room for already is still taken.
    let path = format!("/v1/chat/{conversation}/messages");
    let essay = |n: usize| json!({ "content": format!("{n} {}", "x".repeat(MEBIBYTE - 10)), "model": "openai/mock-len1", "clientKey": format!("k{n}") });
    let mut kept = 0;
    let (full, refused) = loop {
        let (status, wait, problem) = send(&penny, &path, &essay(kept)).await;
        assert!(kept < 40, "the disk is never full: {problem}");
        match status {
            202 => kept += 1,
            409 => tokio::task::yield_now().await,
            status => break ((status, wait), problem),
        }
    };
    assert_eq!((full.0, &refused["code"]), (507, &json!("storage_full")), "{refused}");
    assert_eq!(refused["detail"], penny_words::text(Locale::Es, "fault-storage-full", &[]));
    let file = json!({ "type": "markdown", "title": "t", "content": "y".repeat(MEBIBYTE) });
    let (status, _, problem) = send(&penny, "/v1/artifacts", &file).await;
    assert_eq!((status, &problem["code"]), (507, &json!("storage_full")), "{problem}");
    let failing = json!("failing");
    let is_unready = |(status, body): (u16, Value)| (status, &body["checks"]["blobs"]) == (503, &failing);
    wait(Duration::from_secs(20), async || penny.ready().await.is_some_and(is_unready)).await;
    // What is there can be read.
    let window = penny.window(&conversation).await;
    assert_eq!(window.path_length as usize, 2 + 2 * kept);

    std::fs::remove_file(filler).unwrap();
    penny.until_ready().await;
    let (status, _, body) = send(&penny, &path, &essay(kept)).await;
    assert_eq!(status, 202, "{body}");
    assert_eq!(send(&penny, "/v1/artifacts", &file).await.0, 201);
    let all = penny.to_end(&under_way).await;
    assert!(matches!(all.last().unwrap().body, TurnEventBody::Finished(_)), "{:?}", all.last());
    assert_eq!(words(&all, 0), models::text(200), "what was said while the disk was full is there");
    let window = penny.window(&other).await;
    assert_eq!(
        (said(&window.items[1]), window.items[1].turn_status),
        (models::text(200), Some(TurnStatus::Finished))
    );
}

#[tokio::test]
async fn while_another_program_holds_the_file_writes_are_refused_politely_and_reads_go_on() {
    let penny = Installation::start(&[]).await;
    let conversation = penny.conversation().await;
    let turn = penny.ask(&conversation, "mock-itl20-len300", "Tell me").await;
    penny.follow(&turn.id.to_string(), 0, |events| events.len() > 5).await;

    let held = Held::hold(&penny.data().join("penny.sqlite")).await;
    let path = format!("/v1/chat/{conversation}/messages");
    let new = json!({ "title": "Later" });
    let body = json!({ "content": "And then?", "model": "openai/mock-len1", "clientKey": "later" });
    let reads = async {
        let begun = Instant::now();
        let (status, listed) = penny.call("GET", "/v1/conversations", None).await;
        assert_eq!((status, listed["items"].as_array().unwrap().len()), (200, 1));
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        // The answer goes on meanwhile, and is read as it is said.
        penny.follow(&turn.id.to_string(), 0, |events| words(events, 0).len() > models::text(60).len()).await;
    };
    let (one, two, ()) =
        tokio::join!(send(&penny, "/v1/conversations", &new), send(&penny, &path, &body), reads);
    for (status, wait, problem) in [one, two] {
        assert_eq!((status, wait.as_str(), &problem["code"]), (503, "1", &json!("unavailable")), "{problem}");
        assert_eq!(problem["detail"], penny_words::text(Locale::Es, "fault-unavailable", &[]));
    }
    held.let_go().await;

    assert_eq!(send(&penny, "/v1/conversations", &new).await.0, 201);
    let all = penny.to_end(&turn).await;
    assert!(matches!(all.last().unwrap().body, TurnEventBody::Finished(_)));
    assert_eq!(words(&all, 0), models::text(300));
    let (status, _, sent) = send(&penny, &path, &body).await;
    assert_eq!(status, 202, "{sent}");
    wait(Duration::from_secs(20), async || penny.window(&conversation).await.path_length == 4).await;
    assert_eq!(said(&penny.window(&conversation).await.items[1]), models::text(300));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_sign_in_or_out_because_the_file_is_held_is_told_so() {
    let house = House::open(&[]).await;
    house.person("alice@acme.example").await;
    let browser = house.browser();
    assert_eq!(browser.sign_in("alice@acme.example", PASSWORD).await.location(), "/");
    let held = Held::hold(&house.data().join("penny.sqlite")).await;
    let own = house.url();
    let headers = [
        ("origin", own.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("accept-language", "es"),
        ("accept", "text/html"),
    ];
    let (out, another) = (house.browser(), house.browser());
    out.set_cookie("penny_session", &browser.cookie("penny_session").unwrap());
    let (out, into) = tokio::join!(
        out.send(reqwest::Method::POST, "/auth/sign-out", Some(&[]), &headers),
        another.sign_in("alice@acme.example", PASSWORD)
    );
    assert_eq!((out.status.as_u16(), out.header("retry-after")), (503, "1"));
    assert!(out.body.contains(&penny_words::text(Locale::Es, "fault-unavailable", &[])), "{}", out.body);
    assert_eq!(into.location(), "/sign-in?error=unavailable");
    held.let_go().await;
    assert!(browser.viewer().await.is_some(), "who was told that they are still signed in is");
    assert_eq!(browser.post("/auth/sign-out", &[]).await.location(), "/sign-in?done=signed_out");
    assert!(browser.viewer().await.is_none());
    house.server.stop().await.unwrap();
}
