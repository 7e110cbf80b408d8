//! A reconnect storm: many who follow one answer, lose the line again and again, and come back.

use super::turns_app::Installation;
use penny_testkit::models;
use reqwest::Response;
use serde_json::Value;

const FOLLOWERS: usize = 200;
const TOKENS: usize = 400;
/// What the followers may cost the server beside what it has anyway.
const MEMORY: u64 = 128 * 1024 * 1024;

/// One who follows: what they read so far.
#[derive(Default)]
struct Follower {
    last: u64,
    text: Vec<u8>,
    lines_lost: usize,
    is_over: bool,
}

impl Follower {
    /// Takes an event as a strict client does: numbers rise, text joins without a hole.
    fn take(&mut self, block: &str) {
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let Some(data) = field("data:") else { return };
        let seq: u64 = field("id:").unwrap().parse().unwrap();
        assert!(seq > self.last, "{seq} after {}", self.last);
        self.last = seq;
        let data: Value = serde_json::from_str(data).unwrap();
        match field("event:").unwrap() {
            "delta" => {
                let offset = usize::try_from(data["offset"].as_u64().unwrap()).unwrap();
                let words = data["text"].as_str().unwrap().as_bytes();
                // A replay may say again what came before, but never anything else.
                let again = self.text.get(offset..).expect("something is lost");
                assert!(words.starts_with(again), "event {seq} says something else than before");
                self.text.truncate(offset);
                self.text.extend_from_slice(words);
            }
            "finished" => self.is_over = true,
            kind => assert!(!matches!(kind, "failed" | "stopped" | "interrupted"), "{kind}"),
        }
    }

    /// Reads until the end or until so many events came, then hangs up.
    async fn read(&mut self, mut reply: Response, events: usize) {
        let (mut bytes, mut seen) = (Vec::new(), 0);
        while let Ok(Some(chunk)) = reply.chunk().await {
            bytes.extend_from_slice(&chunk);
            while let Some(end) = bytes.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = bytes.drain(..end + 2).collect();
                self.take(&String::from_utf8(block).unwrap());
                seen += 1;
                if seen >= events {
                    return;
                }
            }
        }
    }

    /// Follows to the end, over many lines that break.
    async fn follow(mut self, penny: &Installation, path: &str, number: usize) -> Self {
        let mut patience = 1 + number % 7;
        while !self.is_over {
            let request = penny.request("GET", path).header("accept", "text/event-stream");
            let reply = request.header("last-event-id", self.last).send().await.unwrap();
            assert!(reply.status().is_success(), "{}", reply.status());
            self.read(reply, patience).await;
            self.lines_lost += 1;
            patience = 1 + (patience * 5 + number) % 6;
        }
        self
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_loses_or_doubles_a_word_in_a_reconnect_storm_and_memory_stays_bounded() {
    let penny = Installation::start(&[]).await;
    let conversation = penny.conversation().await;
    let warm = penny.ask(&conversation, "mock-len5", "Warm up").await;
    penny.to_end(&warm).await;
    let before = penny.memory();
    let turn = penny.ask(&conversation, "mock-itl15-len400", "Tell me").await;
    let path = format!("/v1/turns/{}/events", turn.id);
    let followers = (0..FOLLOWERS).map(|number| Follower::default().follow(&penny, &path, number));
    let done = futures::future::join_all(followers).await;
    let whole = models::text(TOKENS);
    for follower in &done {
        assert_eq!(String::from_utf8_lossy(&follower.text), whole);
    }
    let lines: usize = done.iter().map(|follower| follower.lines_lost).sum();
    // The slower the machine, the more a replay merges, and the fewer lines there are.
    assert!(lines > 2 * FOLLOWERS, "that was no storm: {lines} lines");
    let grown = penny.memory().saturating_sub(before);
    assert!(grown < MEMORY, "{FOLLOWERS} followers over {lines} lines left {grown} bytes behind");
}
