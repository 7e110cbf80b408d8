//! Provider tests against the scripted model server, over real sockets.

use crate::{OllamaProvider, OpenAiCompatibleProvider, ProviderDeps, Vendor, VendorCatalogue};
use futures::{StreamExt, TryStreamExt, future::join_all};
use penny_net::{ClientFactory, EgressPolicy};
use penny_ports::models::{
    FinishReason, ModelError, ModelEvent, ModelMessage, ModelProvider, ModelRequest, ToolRequest, ToolSpec,
};
use penny_testkit::{
    doubles::TestClock,
    models::{MockModelServer, OpenAiSpec, RequestRecorder, reasoning, text},
};
use penny_types::{Locale, models::UsageView};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use url::Url;

const KEY: &str = "sk-test-0123456789";

fn deps(read_timeout: Duration) -> ProviderDeps {
    let http = ClientFactory::new(EgressPolicy::default());
    ProviderDeps { read_timeout, ..ProviderDeps::new(http, Arc::new(TestClock::default())) }
}

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

/// Creates an OpenAI-compatible and an Ollama provider for the same server.
fn providers(server: &MockModelServer, read_timeout: Duration) -> [Box<dyn ModelProvider>; 2] {
    let vendor = Vendor::for_url("test", url(&server.openai_url()));
    let openai =
        OpenAiCompatibleProvider::new(vendor, Some(SecretString::from(KEY)), deps(read_timeout)).unwrap();
    let ollama = OllamaProvider::new(url(&server.ollama_url()), deps(read_timeout)).unwrap();
    [Box::new(openai), Box::new(ollama)]
}

async fn start_server_with_providers() -> (MockModelServer, [Box<dyn ModelProvider>; 2]) {
    let recorder = match openai_spec() {
        Some(api) => RequestRecorder::enabled().with_openai_spec(api),
        None => RequestRecorder::enabled(),
    };
    let server = MockModelServer::start_with(recorder).await;
    let providers = providers(&server, Duration::from_secs(20));
    (server, providers)
}

/// Loads the published OpenAPI document of OpenAI, if available.
#[expect(clippy::disallowed_methods, reason = "an environment variable gives the location of the document")]
fn openai_spec() -> Option<OpenAiSpec> {
    let data = std::env::var("PENNY_TEST_DATA").map_or_else(
        |_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    OpenAiSpec::read(&data.join("openai-openapi.json"))
}

fn request(model: &str) -> ModelRequest {
    let schema =
        json!({ "type": "object", "required": ["period"], "properties": { "period": { "enum": ["MTD"] } } });
    let tool = |name: &str| ToolSpec {
        name: name.into(),
        description: "A tool".into(),
        input_schema: schema.clone(),
    };
    ModelRequest {
        model: model.into(),
        system: "Be brief.".into(),
        messages: vec![ModelMessage::User { text: "Hello".into() }],
        tools: vec![tool("one"), tool("two")],
        expected_artifacts: Vec::new(),
        max_output_tokens: None,
        locale: Locale::En,
        is_continuation: false,
    }
}

async fn events(provider: &dyn ModelProvider, request: ModelRequest) -> Result<Vec<ModelEvent>, ModelError> {
    provider.stream(request).await?.try_collect().await
}

fn joined_text(events: &[ModelEvent]) -> String {
    let texts = events.iter().filter_map(|event| match event {
        ModelEvent::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

fn tool_calls(events: &[ModelEvent]) -> Vec<ToolRequest> {
    let calls = events.iter().filter_map(|event| match event {
        ModelEvent::ToolCall(call) => Some(call.clone()),
        _ => None,
    });
    calls.collect()
}

#[tokio::test]
async fn text_reasoning_and_usage_are_received() {
    let (_server, providers) = start_server_with_providers().await;
    for provider in providers {
        let received = events(provider.as_ref(), request("mock-reasoning5-len300")).await.unwrap();
        assert_eq!(joined_text(&received), text(300), "{provider:?}");
        let received_reasoning: String = received
            .iter()
            .filter_map(|event| match event {
                ModelEvent::Reasoning(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(received_reasoning, reasoning(5));
        assert!(
            received
                .iter()
                .any(|event| matches!(event, ModelEvent::Usage(UsageView { output_tokens: 305, .. })))
        );
        assert_eq!(received.last(), Some(&ModelEvent::Finished(FinishReason::Stop)));
    }
}

#[tokio::test]
async fn tool_calls_are_received_and_their_results_are_sent() {
    let (server, providers) = start_server_with_providers().await;
    for provider in providers {
        let mut request = request("mock-tools2-len4");
        let received = events(provider.as_ref(), request.clone()).await.unwrap();
        let called = tool_calls(&received);
        assert_eq!(
            called.iter().map(|call| call.name.as_str()).collect::<Vec<_>>(),
            ["one", "two"],
            "{provider:?}"
        );
        assert!(called.iter().all(|call| call.arguments == r#"{"period":"MTD"}"#), "{called:?}");
        assert!(called[0].id != called[1].id);
        assert_eq!(received.last(), Some(&ModelEvent::Finished(FinishReason::ToolCalls)));
        request.messages.push(ModelMessage::Assistant { text: String::new(), tool_calls: called.clone() });
        request.messages.extend(called.into_iter().map(|call| ModelMessage::Tool {
            call_id: call.id,
            name: call.name,
            content: "done".into(),
            is_error: false,
        }));
        assert_eq!(joined_text(&events(provider.as_ref(), request).await.unwrap()), text(4));
    }
    let problems: Vec<_> = server.requests().into_iter().flat_map(|request| request.problems).collect();
    assert_eq!(problems, Vec::<String>::new());
}

#[tokio::test]
async fn invalid_tool_calls_of_a_model_are_passed_on_unchanged() {
    let (_server, providers) = start_server_with_providers().await;
    for provider in providers {
        for (model, name, arguments) in
            [("mock-args{bad}", "one", r#"{"bad":true}"#), ("mock-unknowntool", "no_such_tool", "{}")]
        {
            let calls = tool_calls(&events(provider.as_ref(), request(model)).await.unwrap());
            assert_eq!((calls[0].name.as_str(), calls[0].arguments.as_str()), (name, arguments));
        }
    }
}

#[tokio::test]
async fn error_responses_become_typed_errors() {
    let (_server, providers) = start_server_with_providers().await;
    type Expected = fn(&ModelError) -> bool;
    let table: [(&str, Expected); 9] = [
        ("mock-401", |error| matches!(error, ModelError::Unauthorized)),
        ("mock-402", |error| matches!(error, ModelError::NoCredit)),
        ("mock-413", |error| matches!(error, ModelError::ContextTooLong)),
        (
            "mock-429-retry7",
            |error| matches!(error, ModelError::RateLimited { retry_after: Some(wait) } if wait.as_secs() == 7),
        ),
        ("mock-429", |error| matches!(error, ModelError::RateLimited { retry_after: None })),
        ("mock-500", |error| matches!(error, ModelError::Unavailable { .. })),
        ("mock-503", |error| matches!(error, ModelError::Unavailable { .. })),
        ("mock-422", |error| matches!(error, ModelError::Rejected { .. })),
        ("gpt-9", |error| matches!(error, ModelError::UnknownModel)),
    ];
    for provider in providers {
        for (model, expected) in table {
            let error = events(provider.as_ref(), request(model)).await.unwrap_err();
            assert!(expected(&error), "{model} at {}: {error:?}", provider.name());
        }
    }
}

#[tokio::test]
async fn events_before_a_stream_failure_are_kept() {
    let (_server, providers) = start_server_with_providers().await;
    for provider in providers {
        for (model, length) in
            [("mock-nonsense", 0), ("mock-len5-halfevent", 5), ("mock-itl1-diesafter20-len50", 20)]
        {
            let results: Vec<_> = provider.stream(request(model)).await.unwrap().collect().await;
            let (errors, received): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_err);
            let received: Vec<_> = received.into_iter().flatten().collect();
            assert_eq!(joined_text(&received), text(length), "{model} at {}", provider.name());
            assert!(
                matches!(errors.as_slice(), [Err(ModelError::StreamFailed { .. })]),
                "{model}: {errors:?}"
            );
        }
    }
}

#[tokio::test]
async fn events_before_a_read_timeout_are_kept() {
    let server = MockModelServer::start().await;
    let read_timeout = Duration::from_millis(150);
    for provider in providers(&server, read_timeout) {
        for (model, length) in [("mock-silent", 0), ("mock-silentafter3", 3), ("mock-ttft60000", 0)] {
            let start = Instant::now();
            let results: Vec<_> = provider.stream(request(model)).await.unwrap().collect().await;
            let received: Vec<_> = results.iter().flatten().cloned().collect();
            assert_eq!(joined_text(&received), text(length), "{model}");
            assert!(
                matches!(results.last(), Some(Err(ModelError::Timeout(timeout))) if *timeout == read_timeout),
                "{results:?}"
            );
            assert!(start.elapsed() < Duration::from_secs(5));
        }
    }
}

#[tokio::test]
async fn an_unreachable_server_is_unavailable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let vendor = Vendor::for_url("test", url(&base));
    let openai = OpenAiCompatibleProvider::new(vendor, None, deps(Duration::from_secs(5))).unwrap();
    let ollama = OllamaProvider::new(url(&base), deps(Duration::from_secs(5))).unwrap();
    for provider in [&openai as &dyn ModelProvider, &ollama] {
        let error = events(provider, request("mock")).await.unwrap_err();
        assert!(
            matches!(&error, ModelError::Unavailable { detail } if detail.contains("cannot connect")),
            "{error:?}"
        );
        assert!(provider.list().await.is_err());
    }
}

#[tokio::test]
async fn models_are_listed() {
    let (_server, [openai, ollama]) = start_server_with_providers().await;
    let ids: Vec<_> = openai.list().await.unwrap().into_iter().map(|model| model.id).collect();
    assert_eq!(ids, ["mock", "mock-ttft200-itl20-len300", "mock-reasoning50-len50"]);
    let models = ollama.list().await.unwrap();
    assert_eq!((models[0].id.as_str(), models[0].name.as_str()), ("mock:latest", "mock (1B)"));
}

#[tokio::test]
async fn the_api_key_is_sent_and_not_shown_in_debug_output() {
    let (server, [openai, _]) = start_server_with_providers().await;
    events(openai.as_ref(), request("mock-len1")).await.unwrap();
    let sent = server.requests()[0].headers["authorization"].to_str().unwrap().to_owned();
    assert_eq!(sent, format!("Bearer {KEY}"));
    assert!(!format!("{openai:?}").contains(KEY));
}

#[tokio::test]
async fn requests_to_every_catalogue_vendor_are_valid_openai_requests() {
    let Some(api) = openai_spec() else {
        println!("skipped: no openai-openapi.json in the test data");
        return;
    };
    let server = MockModelServer::start_with(RequestRecorder::enabled().with_openai_spec(api)).await;
    for vendor in VendorCatalogue::built_in().unwrap().iter() {
        let mut vendor = vendor.clone();
        vendor.base_url = url(&server.openai_url());
        let name = vendor.name.clone();
        let provider = OpenAiCompatibleProvider::new(vendor, None, deps(Duration::from_secs(20))).unwrap();
        let request = ModelRequest { max_output_tokens: Some(2), ..request("mock-len5") };
        let received = events(&provider, request).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            (joined_text(&received), received.last()),
            (text(2), Some(&ModelEvent::Finished(FinishReason::Length))),
            "{name}"
        );
    }
    assert!(server.requests().iter().all(|request| request.body.get("stream") == Some(&Value::Bool(true))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_responses_are_received_completely() {
    let (_server, providers) = start_server_with_providers().await;
    let expected = text(20);
    let responses = (0..200).map(|number| {
        let provider = &providers[number % 2];
        async move { joined_text(&events(provider.as_ref(), request("mock-itl5-len20")).await.unwrap()) }
    });
    assert!(join_all(responses).await.into_iter().all(|response| response == expected));
}

#[tokio::test]
async fn dropping_a_stream_closes_the_connection() {
    let (_server, [openai, _]) = start_server_with_providers().await;
    let mut stream = openai.stream(request("mock-itl20-len100000")).await.unwrap();
    assert!(stream.next().await.is_some());
    drop(stream);
    // The connection is closed, not drained: the next request does not wait for it.
    assert_eq!(joined_text(&events(openai.as_ref(), request("mock-len2")).await.unwrap()), text(2));
}
