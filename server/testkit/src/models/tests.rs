use super::*;
use serde_json::{Value, json};
use std::{path::Path, time::Duration};

fn ask(model: &str, more: Value) -> Value {
    let mut body =
        json!({ "model": model, "messages": [{ "role": "user", "content": "hello there" }], "stream": true });
    for (key, value) in more.as_object().cloned().unwrap_or_default() {
        body[key] = value;
    }
    body
}

#[expect(clippy::disallowed_methods, reason = "a test calls its own server")]
fn client() -> reqwest::Client {
    // Without it no client can be made, though nothing here is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn post(server: &MockModels, path: &str, body: &Value) -> reqwest::Response {
    let url = format!("{}{path}", server.ollama_url());
    client().post(url).header("content-type", "application/json").body(body.to_string()).send().await.unwrap()
}

/// Joins the words of a streamed chat completion.
fn words(stream: &str) -> String {
    let chunks =
        stream.lines().filter_map(|line| serde_json::from_str::<Value>(line.strip_prefix("data: ")?).ok());
    chunks.filter_map(|chunk| Some(chunk.pointer("/choices/0/delta/content")?.as_str()?.to_owned())).collect()
}

#[tokio::test]
async fn it_streams_its_tokens_byte_for_byte_in_both_formats() {
    let server = MockModels::start().await;
    let stream =
        post(&server, "/v1/chat/completions", &ask("mock-len7", json!({}))).await.text().await.unwrap();
    assert_eq!(words(&stream), text(7));
    assert!(stream.ends_with("data: [DONE]\n\n") && !stream.contains("usage"));
    let lines = post(&server, "/api/chat", &ask("mock-len7:latest", json!({}))).await.text().await.unwrap();
    let said: String = lines
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["message"]["content"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(said, text(7));
}

#[tokio::test]
async fn usage_comes_when_asked_for() {
    let server = MockModels::start().await;
    let body = ask("mock-len3-reasoning2", json!({ "stream_options": { "include_usage": true } }));
    let stream = post(&server, "/v1/chat/completions", &body).await.text().await.unwrap();
    assert!(
        stream.contains(r#""completion_tokens":5"#) && stream.contains(r#""reasoning_tokens":2"#),
        "{stream}"
    );
}

#[tokio::test]
async fn scripts_keep_their_times() {
    let server = MockModels::start().await;
    let begun = std::time::Instant::now();
    let stream = post(&server, "/v1/chat/completions", &ask("mock-ttft60-itl10-len10", json!({})))
        .await
        .text()
        .await
        .unwrap();
    assert_eq!(words(&stream), text(10));
    assert!(begun.elapsed() >= Duration::from_millis(150), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn failures_come_as_the_vendor_sends_them() {
    let server = MockModels::start().await;
    let limited = post(&server, "/v1/chat/completions", &ask("mock-429-retry7", json!({}))).await;
    assert_eq!((limited.status().as_u16(), limited.headers()["retry-after"].to_str().unwrap()), (429, "7"));
    let unknown = post(&server, "/v1/chat/completions", &ask("gpt-9", json!({}))).await;
    assert_eq!(unknown.status().as_u16(), 404);
    let cut = post(&server, "/v1/chat/completions", &ask("mock-diesafter3", json!({}))).await;
    assert!(cut.text().await.is_err(), "the connection was closed in order");
    let half = post(&server, "/v1/chat/completions", &ask("mock-len2-halfevent", json!({})))
        .await
        .text()
        .await
        .unwrap();
    assert!(words(&half) == text(2) && !half.ends_with('\n'), "{half}");
}

#[tokio::test]
async fn what_a_vendor_would_refuse_is_refused_and_recorded() {
    let server = MockModels::start().await;
    let refused =
        post(&server, "/v1/chat/completions", &ask("mock", json!({ "messages": [{ "role": "tool" }] })))
            .await;
    assert_eq!(refused.status().as_u16(), 400);
    post(&server, "/v1/chat/completions", &ask("mock-len1", json!({}))).await;
    let recorded = server.requests();
    assert_eq!(recorded.len(), 2);
    assert!(!recorded[0].problems.is_empty() && recorded[1].problems.is_empty());
    assert_eq!(recorded[1].body["messages"][0]["content"], "hello there");
}

#[tokio::test]
async fn answers_that_do_not_stream_come_whole() {
    let server = MockModels::start().await;
    let body = ask("mock-len2", json!({ "stream": false, "max_tokens": 1 }));
    let answer: Value =
        serde_json::from_str(&post(&server, "/v1/chat/completions", &body).await.text().await.unwrap())
            .unwrap();
    assert_eq!(answer["choices"][0]["message"]["content"], text(1));
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
}

#[expect(clippy::disallowed_methods, reason = "told by a variable where the description lies")]
#[test]
fn requests_can_be_checked_by_the_vendors_own_description() {
    let data = std::env::var("PENNY_TEST_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned());
    let Some(api) = OpenApi::read(&Path::new(&data).join("openai-openapi.json")) else {
        println!("skipped: no openai-openapi.json under {data}");
        return;
    };
    let tool =
        json!({ "type": "function", "function": { "name": "now", "parameters": { "type": "object" } } });
    assert_eq!(api.check_chat(&ask("mock", json!({ "tools": [tool] }))), Vec::<String>::new());
    for wrong in [
        json!({ "messages": "hello" }),
        json!({ "messages": [{ "role": "user" }] }),
        json!({ "tools": [{ "type": "function" }] }),
        json!({ "stream": "yes" }),
    ] {
        assert!(!api.check_chat(&ask("mock", wrong.clone())).is_empty(), "{wrong}");
    }
}
