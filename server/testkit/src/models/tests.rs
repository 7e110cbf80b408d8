use super::*;
use serde_json::{Value, json};
use std::{path::Path, time::Duration};

fn request(model: &str, extra_fields: Value) -> Value {
    let mut body =
        json!({ "model": model, "messages": [{ "role": "user", "content": "hello there" }], "stream": true });
    for (key, value) in extra_fields.as_object().cloned().unwrap_or_default() {
        body[key] = value;
    }
    body
}

#[expect(clippy::disallowed_methods, reason = "a test calls its own server")]
fn client() -> reqwest::Client {
    // reqwest needs a crypto provider even for plain HTTP.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn post(server: &MockModelServer, path: &str, body: &Value) -> reqwest::Response {
    let url = format!("{}{path}", server.ollama_url());
    client().post(url).header("content-type", "application/json").body(body.to_string()).send().await.unwrap()
}

/// Joins the text of a streamed chat completion.
fn joined_text(stream: &str) -> String {
    let chunks =
        stream.lines().filter_map(|line| serde_json::from_str::<Value>(line.strip_prefix("data: ")?).ok());
    chunks.filter_map(|chunk| Some(chunk.pointer("/choices/0/delta/content")?.as_str()?.to_owned())).collect()
}

#[tokio::test]
async fn tokens_are_streamed_byte_for_byte_in_both_formats() {
    let server = MockModelServer::start().await;
    let stream =
        post(&server, "/v1/chat/completions", &request("mock-len7", json!({}))).await.text().await.unwrap();
    assert_eq!(joined_text(&stream), text(7));
    assert!(stream.ends_with("data: [DONE]\n\n") && !stream.contains("usage"));
    let lines =
        post(&server, "/api/chat", &request("mock-len7:latest", json!({}))).await.text().await.unwrap();
    let ollama_text: String = lines
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["message"]["content"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(ollama_text, text(7));
}

#[tokio::test]
async fn usage_is_sent_when_requested() {
    let server = MockModelServer::start().await;
    let body = request("mock-len3-reasoning2", json!({ "stream_options": { "include_usage": true } }));
    let stream = post(&server, "/v1/chat/completions", &body).await.text().await.unwrap();
    assert!(
        stream.contains(r#""completion_tokens":5"#) && stream.contains(r#""reasoning_tokens":2"#),
        "{stream}"
    );
}

#[tokio::test]
async fn a_script_keeps_its_delays() {
    let server = MockModelServer::start().await;
    let started = std::time::Instant::now();
    let stream = post(&server, "/v1/chat/completions", &request("mock-ttft60-itl10-len10", json!({})))
        .await
        .text()
        .await
        .unwrap();
    assert_eq!(joined_text(&stream), text(10));
    assert!(started.elapsed() >= Duration::from_millis(150), "{:?}", started.elapsed());
}

#[tokio::test]
async fn failures_look_like_the_vendors() {
    let server = MockModelServer::start().await;
    let limited = post(&server, "/v1/chat/completions", &request("mock-429-retry7", json!({}))).await;
    assert_eq!((limited.status().as_u16(), limited.headers()["retry-after"].to_str().unwrap()), (429, "7"));
    let unknown = post(&server, "/v1/chat/completions", &request("gpt-9", json!({}))).await;
    assert_eq!(unknown.status().as_u16(), 404);
    let disconnected = post(&server, "/v1/chat/completions", &request("mock-diesafter3", json!({}))).await;
    assert!(disconnected.text().await.is_err(), "the connection was closed cleanly");
    let truncated = post(&server, "/v1/chat/completions", &request("mock-len2-halfevent", json!({})))
        .await
        .text()
        .await
        .unwrap();
    assert!(joined_text(&truncated) == text(2) && !truncated.ends_with('\n'), "{truncated}");
}

#[tokio::test]
async fn an_invalid_request_is_rejected_and_recorded() {
    let server = MockModelServer::start().await;
    let rejected =
        post(&server, "/v1/chat/completions", &request("mock", json!({ "messages": [{ "role": "tool" }] })))
            .await;
    assert_eq!(rejected.status().as_u16(), 400);
    post(&server, "/v1/chat/completions", &request("mock-len1", json!({}))).await;
    let recorded = server.requests();
    assert_eq!(recorded.len(), 2);
    assert!(!recorded[0].problems.is_empty() && recorded[1].problems.is_empty());
    assert_eq!(recorded[1].body["messages"][0]["content"], "hello there");
}

#[tokio::test]
async fn without_streaming_the_response_is_complete() {
    let server = MockModelServer::start().await;
    let body = request("mock-len2", json!({ "stream": false, "max_tokens": 1 }));
    let completion: Value =
        serde_json::from_str(&post(&server, "/v1/chat/completions", &body).await.text().await.unwrap())
            .unwrap();
    assert_eq!(completion["choices"][0]["message"]["content"], text(1));
    assert_eq!(completion["choices"][0]["finish_reason"], "length");
}

#[expect(clippy::disallowed_methods, reason = "an environment variable names the test data folder")]
#[test]
fn requests_can_be_validated_against_the_vendors_openapi_description() {
    let data = std::env::var("PENNY_TEST_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned());
    let Some(spec) = OpenAiSpec::read(&Path::new(&data).join("openai-openapi.json")) else {
        println!("skipped: no openai-openapi.json under {data}");
        return;
    };
    let tool =
        json!({ "type": "function", "function": { "name": "now", "parameters": { "type": "object" } } });
    assert_eq!(spec.check_chat(&request("mock", json!({ "tools": [tool] }))), Vec::<String>::new());
    for invalid in [
        json!({ "messages": "hello" }),
        json!({ "messages": [{ "role": "user" }] }),
        json!({ "tools": [{ "type": "function" }] }),
        json!({ "stream": "yes" }),
    ] {
        assert!(!spec.check_chat(&request("mock", invalid.clone())).is_empty(), "{invalid}");
    }
}
