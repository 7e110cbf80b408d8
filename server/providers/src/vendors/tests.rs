//! The vendors against the scripted model server, over real sockets.

use crate::{Catalogue, Ollama, OpenAiCompatible, Vendor, Wiring};
use futures::{StreamExt, TryStreamExt, future::join_all};
use penny_net::{ClientFactory, Policy};
use penny_ports::models::{
    FinishReason, ModelError, ModelEvent, ModelMessage, ModelProvider, ModelRequest, ToolRequest, ToolSpec,
};
use penny_testkit::{
    doubles::TestClock,
    models::{MockModels, OpenApi, Recording, text, thoughts},
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

fn wiring(silence: Duration) -> Wiring {
    let http = ClientFactory::new(Policy::default());
    Wiring { silence, ..Wiring::new(http, Arc::new(TestClock::default())) }
}

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

/// Both vendors at one server.
fn vendors(server: &MockModels, silence: Duration) -> [Box<dyn ModelProvider>; 2] {
    let vendor = Vendor::at("test", url(&server.openai_url()));
    let openai = OpenAiCompatible::new(vendor, Some(SecretString::from(KEY)), wiring(silence)).unwrap();
    let ollama = Ollama::new(url(&server.ollama_url()), wiring(silence)).unwrap();
    [Box::new(openai), Box::new(ollama)]
}

async fn both() -> (MockModels, [Box<dyn ModelProvider>; 2]) {
    let recording = match description() {
        Some(api) => Recording::on().checked_by(api),
        None => Recording::on(),
    };
    let server = MockModels::start_with(recording).await;
    let vendors = vendors(&server, Duration::from_secs(20));
    (server, vendors)
}

/// Reads the vendor's published description, where the machine has it.
#[expect(clippy::disallowed_methods, reason = "told by a variable where the description lies")]
fn description() -> Option<OpenApi> {
    let data = std::env::var("PENNY_TEST_DATA").map_or_else(
        |_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    OpenApi::read(&data.join("openai-openapi.json"))
}

fn ask(model: &str) -> ModelRequest {
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
        artifacts_expected: Vec::new(),
        max_output_tokens: None,
        locale: Locale::En,
        continues: false,
    }
}

async fn events(provider: &dyn ModelProvider, request: ModelRequest) -> Result<Vec<ModelEvent>, ModelError> {
    provider.stream(request).await?.try_collect().await
}

fn said(events: &[ModelEvent]) -> String {
    let words = events.iter().filter_map(|event| match event {
        ModelEvent::Text(words) => Some(words.as_str()),
        _ => None,
    });
    words.collect()
}

fn calls(events: &[ModelEvent]) -> Vec<ToolRequest> {
    let calls = events.iter().filter_map(|event| match event {
        ModelEvent::ToolCall(call) => Some(call.clone()),
        _ => None,
    });
    calls.collect()
}

#[tokio::test]
async fn words_reasoning_and_usage_arrive_whole() {
    let (_server, vendors) = both().await;
    for vendor in vendors {
        let found = events(vendor.as_ref(), ask("mock-reasoning5-len300")).await.unwrap();
        assert_eq!(said(&found), text(300), "{vendor:?}");
        let thought: String = found
            .iter()
            .filter_map(|event| match event {
                ModelEvent::Reasoning(words) => Some(words.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(thought, thoughts(5));
        assert!(
            found
                .iter()
                .any(|event| matches!(event, ModelEvent::Usage(UsageView { output_tokens: 305, .. })))
        );
        assert_eq!(found.last(), Some(&ModelEvent::Finished(FinishReason::Stop)));
    }
}

#[tokio::test]
async fn tools_are_called_answered_and_the_answer_follows() {
    let (server, vendors) = both().await;
    for vendor in vendors {
        let mut request = ask("mock-tools2-len4");
        let found = events(vendor.as_ref(), request.clone()).await.unwrap();
        let called = calls(&found);
        assert_eq!(
            called.iter().map(|call| call.name.as_str()).collect::<Vec<_>>(),
            ["one", "two"],
            "{vendor:?}"
        );
        assert!(called.iter().all(|call| call.arguments == r#"{"period":"MTD"}"#), "{called:?}");
        assert!(called[0].id != called[1].id);
        assert_eq!(found.last(), Some(&ModelEvent::Finished(FinishReason::ToolCalls)));
        request.messages.push(ModelMessage::Assistant { text: String::new(), tool_calls: called.clone() });
        request.messages.extend(called.into_iter().map(|call| ModelMessage::Tool {
            call_id: call.id,
            name: call.name,
            content: "done".into(),
            is_error: false,
        }));
        assert_eq!(said(&events(vendor.as_ref(), request).await.unwrap()), text(4));
    }
    let problems: Vec<_> = server.requests().into_iter().flat_map(|request| request.problems).collect();
    assert_eq!(problems, Vec::<String>::new());
}

#[tokio::test]
async fn a_models_mistakes_with_tools_are_passed_on_as_they_are() {
    let (_server, vendors) = both().await;
    for vendor in vendors {
        for (model, name, arguments) in
            [("mock-args{bad}", "one", r#"{"bad":true}"#), ("mock-unknowntool", "no_such_tool", "{}")]
        {
            let found = calls(&events(vendor.as_ref(), ask(model)).await.unwrap());
            assert_eq!((found[0].name.as_str(), found[0].arguments.as_str()), (name, arguments));
        }
    }
}

#[tokio::test]
async fn refusals_become_errors_that_say_what_to_do() {
    let (_server, vendors) = both().await;
    type Expected = fn(&ModelError) -> bool;
    let table: [(&str, Expected); 9] = [
        ("mock-401", |error| matches!(error, ModelError::Denied)),
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
    for vendor in vendors {
        for (model, expected) in table {
            let error = events(vendor.as_ref(), ask(model)).await.unwrap_err();
            assert!(expected(&error), "{model} at {}: {error:?}", vendor.name());
        }
    }
}

#[tokio::test]
async fn broken_answers_keep_what_was_said() {
    let (_server, vendors) = both().await;
    for vendor in vendors {
        for (model, words) in
            [("mock-nonsense", 0), ("mock-len5-halfevent", 5), ("mock-itl1-diesafter20-len50", 20)]
        {
            let heard: Vec<_> = vendor.stream(ask(model)).await.unwrap().collect().await;
            let (errors, found): (Vec<_>, Vec<_>) = heard.into_iter().partition(Result::is_err);
            let found: Vec<_> = found.into_iter().flatten().collect();
            assert_eq!(said(&found), text(words), "{model} at {}", vendor.name());
            assert!(matches!(errors.as_slice(), [Err(ModelError::Broken { .. })]), "{model}: {errors:?}");
        }
    }
}

#[tokio::test]
async fn silence_ends_the_answer_and_keeps_what_was_said() {
    let server = MockModels::start().await;
    let silence = Duration::from_millis(150);
    for vendor in vendors(&server, silence) {
        for (model, words) in [("mock-silent", 0), ("mock-silentafter3", 3), ("mock-ttft60000", 0)] {
            let begun = Instant::now();
            let heard: Vec<_> = vendor.stream(ask(model)).await.unwrap().collect().await;
            let found: Vec<_> = heard.iter().flatten().cloned().collect();
            assert_eq!(said(&found), text(words), "{model}");
            assert!(
                matches!(heard.last(), Some(Err(ModelError::Silent(found))) if *found == silence),
                "{heard:?}"
            );
            assert!(begun.elapsed() < Duration::from_secs(5));
        }
    }
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let vendor = Vendor::at("test", url(&base));
    let openai = OpenAiCompatible::new(vendor, None, wiring(Duration::from_secs(5))).unwrap();
    let ollama = Ollama::new(url(&base), wiring(Duration::from_secs(5))).unwrap();
    for vendor in [&openai as &dyn ModelProvider, &ollama] {
        let error = events(vendor, ask("mock")).await.unwrap_err();
        assert!(
            matches!(&error, ModelError::Unavailable { detail } if detail.contains("cannot connect")),
            "{error:?}"
        );
        assert!(vendor.list().await.is_err());
    }
}

#[tokio::test]
async fn models_are_listed() {
    let (_server, [openai, ollama]) = both().await;
    let ids: Vec<_> = openai.list().await.unwrap().into_iter().map(|model| model.id).collect();
    assert_eq!(ids, ["mock", "mock-ttft200-itl20-len300", "mock-reasoning50-len50"]);
    let models = ollama.list().await.unwrap();
    assert_eq!((models[0].id.as_str(), models[0].name.as_str()), ("mock:latest", "mock (1B)"));
}

#[tokio::test]
async fn the_key_goes_with_the_request_and_into_no_log() {
    let (server, [openai, _]) = both().await;
    events(openai.as_ref(), ask("mock-len1")).await.unwrap();
    let sent = server.requests()[0].headers["authorization"].to_str().unwrap().to_owned();
    assert_eq!(sent, format!("Bearer {KEY}"));
    assert!(!format!("{openai:?}").contains(KEY));
}

#[tokio::test]
async fn every_vendor_of_the_catalogue_writes_requests_that_openai_would_take() {
    let Some(api) = description() else {
        println!("skipped: no openai-openapi.json in the test data");
        return;
    };
    let server = MockModels::start_with(Recording::on().checked_by(api)).await;
    for vendor in Catalogue::built_in().unwrap().iter() {
        let mut vendor = vendor.clone();
        vendor.base_url = url(&server.openai_url());
        let name = vendor.name.clone();
        let provider = OpenAiCompatible::new(vendor, None, wiring(Duration::from_secs(20))).unwrap();
        let request = ModelRequest { max_output_tokens: Some(2), ..ask("mock-len5") };
        let found = events(&provider, request).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            (said(&found), found.last()),
            (text(2), Some(&ModelEvent::Finished(FinishReason::Length))),
            "{name}"
        );
    }
    assert!(server.requests().iter().all(|request| request.body.get("stream") == Some(&Value::Bool(true))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_answers_at_once_all_arrive_whole() {
    let (_server, vendors) = both().await;
    let expected = text(20);
    let answers = (0..200).map(|number| {
        let vendor = &vendors[number % 2];
        async move { said(&events(vendor.as_ref(), ask("mock-itl5-len20")).await.unwrap()) }
    });
    assert!(join_all(answers).await.into_iter().all(|answer| answer == expected));
}

#[tokio::test]
async fn dropping_an_answer_hangs_up() {
    let (_server, [openai, _]) = both().await;
    let mut answer = openai.stream(ask("mock-itl20-len100000")).await.unwrap();
    assert!(answer.next().await.is_some());
    drop(answer);
    // The connection was given up, not drained: the next answer comes at once.
    assert_eq!(said(&events(openai.as_ref(), ask("mock-len2")).await.unwrap()), text(2));
}
