//! Many clients that follow one turn and reconnect again and again.

use super::penny_process::PennyProcess;
use penny_testkit::models;
use reqwest::Response;
use serde_json::Value;

const FOLLOWERS: usize = 200;
const TOKENS: usize = 400;
/// Upper bound of the server's additional memory, in bytes.
const MAX_ADDED_MEMORY: u64 = 128 * 1024 * 1024;

/// A client that follows a turn, with what it has received so far.
#[derive(Default)]
struct StreamFollower {
    last_seq: u64,
    text: Vec<u8>,
    connections: usize,
    is_finished: bool,
}

impl StreamFollower {
    /// Applies one event; sequence numbers must increase and the text must have no gaps.
    fn apply(&mut self, block: &str) {
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let Some(data) = field("data:") else { return };
        let seq: u64 = field("id:").unwrap().parse().unwrap();
        assert!(seq > self.last_seq, "{seq} after {}", self.last_seq);
        self.last_seq = seq;
        let data: Value = serde_json::from_str(data).unwrap();
        match field("event:").unwrap() {
            "delta" => {
                let offset = usize::try_from(data["offset"].as_u64().unwrap()).unwrap();
                let text = data["text"].as_str().unwrap().as_bytes();
                // A replay may repeat text that was already received, but must not change it.
                let repeated = self.text.get(offset..).expect("text is missing");
                assert!(text.starts_with(repeated), "event {seq} changes text that was already received");
                self.text.truncate(offset);
                self.text.extend_from_slice(text);
            }
            "finished" => self.is_finished = true,
            kind => assert!(!matches!(kind, "failed" | "stopped" | "interrupted"), "{kind}"),
        }
    }

    /// Reads up to `max_events` events, then drops the connection.
    async fn read(&mut self, mut response: Response, max_events: usize) {
        let (mut bytes, mut event_count) = (Vec::new(), 0);
        while let Ok(Some(chunk)) = response.chunk().await {
            bytes.extend_from_slice(&chunk);
            while let Some(end) = bytes.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = bytes.drain(..end + 2).collect();
                self.apply(&String::from_utf8(block).unwrap());
                event_count += 1;
                if event_count >= max_events {
                    return;
                }
            }
        }
    }

    /// Follows the turn to its end over many short connections.
    async fn follow(mut self, penny: &PennyProcess, path: &str, number: usize) -> Self {
        let mut max_events = 1 + number % 7;
        while !self.is_finished {
            let request = penny.request("GET", path).header("accept", "text/event-stream");
            let response = request.header("last-event-id", self.last_seq).send().await.unwrap();
            assert!(response.status().is_success(), "{}", response.status());
            self.read(response, max_events).await;
            self.connections += 1;
            max_events = 1 + (max_events * 5 + number) % 6;
        }
        self
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reconnecting_clients_lose_and_duplicate_no_text_and_memory_stays_bounded() {
    let penny = PennyProcess::start(&[]).await;
    let conversation = penny.create_conversation().await;
    let warm_up = penny.start_turn(&conversation, "mock-len5", "Warm up").await;
    penny.all_events(&warm_up).await;
    let before = penny.memory_bytes();
    let turn = penny.start_turn(&conversation, "mock-itl15-len400", "Tell me").await;
    let path = format!("/v1/turns/{}/events", turn.id);
    let followers = (0..FOLLOWERS).map(|number| StreamFollower::default().follow(&penny, &path, number));
    let done = futures::future::join_all(followers).await;
    let expected = models::text(TOKENS);
    for follower in &done {
        assert_eq!(String::from_utf8_lossy(&follower.text), expected);
    }
    let connections: usize = done.iter().map(|follower| follower.connections).sum();
    // On a slow machine a replay merges more events, so that there are fewer connections.
    assert!(connections > 2 * FOLLOWERS, "too few reconnects: {connections} connections");
    let added = penny.memory_bytes().saturating_sub(before);
    assert!(
        added < MAX_ADDED_MEMORY,
        "{FOLLOWERS} followers over {connections} connections added {added} bytes"
    );
}
