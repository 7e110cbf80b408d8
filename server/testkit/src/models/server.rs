//! The HTTP server: routes, recorded requests and scripted streaming.

use super::{
    model_list::MockModelList,
    ollama, openai,
    response::{RequestSummary, ScriptedStep, steps},
    script::{ModelScript, ScriptFailure},
    validation::{self, OpenAiSpec},
};
use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use futures::Stream;
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinSet, time::Instant};

/// The oldest requests are dropped beyond this number.
const MAX_RECORDED: usize = 10_000;

/// A chat request as received.
#[derive(Debug, Clone)]
pub struct RecordedRequest {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
    /// Validation errors; when there are any, the server responded with 400.
    pub problems: Vec<String>,
}

/// Records requests and, with a specification, validates them against it.
#[derive(Debug, Clone, Default)]
pub struct RequestRecorder {
    requests: Option<Arc<Mutex<VecDeque<RecordedRequest>>>>,
    openai_spec: Option<OpenAiSpec>,
}

impl RequestRecorder {
    #[must_use]
    pub fn enabled() -> Self {
        Self { requests: Some(Arc::default()), openai_spec: None }
    }

    /// Records nothing, for load tests.
    #[must_use]
    pub fn disabled() -> Self {
        Self::default()
    }

    /// Validates requests against the vendor's published OpenAPI description as well.
    #[must_use]
    pub fn with_openai_spec(mut self, spec: OpenAiSpec) -> Self {
        self.openai_spec = Some(spec);
        self
    }

    fn record(&self, path: &str, headers: &HeaderMap, body: &Value, problems: &[String]) {
        let Some(requests) = &self.requests else { return };
        let mut requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.len() == MAX_RECORDED {
            requests.pop_front();
        }
        requests.push_back(RecordedRequest {
            path: path.to_owned(),
            headers: headers.clone(),
            body: body.clone(),
            problems: problems.to_vec(),
        });
    }
}

/// A running scripted model server; it stops when dropped.
#[derive(Debug)]
pub struct MockModelServer {
    address: SocketAddr,
    recorder: RequestRecorder,
    _task: JoinSet<()>,
}

impl MockModelServer {
    /// Starts a server on a free local port that records every request.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start() -> Self {
        Self::start_with(RequestRecorder::enabled()).await
    }

    /// Starts a server with this recorder.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start_with(recorder: RequestRecorder) -> Self {
        Self::serve(recorder, MockModelList::default()).await
    }

    /// Starts a server that serves this model list.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start_with_list(model_list: MockModelList) -> Self {
        Self::serve(RequestRecorder::enabled(), model_list).await
    }

    #[expect(clippy::expect_used, reason = "a test cannot continue without its server")]
    async fn serve(recorder: RequestRecorder, model_list: MockModelList) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("no free port");
        let address = listener.local_addr().expect("the listener has no address");
        let app = router(recorder.clone(), model_list);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            // Runs until the task set is dropped.
            let _ = axum::serve(listener, app).await;
        });
        Self { address, recorder, _task: tasks }
    }

    /// Returns the base URL for OpenAI-compatible clients.
    #[must_use]
    pub fn openai_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Returns the base URL for Ollama clients.
    #[must_use]
    pub fn ollama_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the recorded chat requests, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        let Some(requests) = &self.recorder.requests else { return Vec::new() };
        requests.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// Returns the server's routes.
pub fn router(recorder: RequestRecorder, model_list: MockModelList) -> Router {
    let tags = model_list.clone();
    Router::new()
        .route("/v1/chat/completions", post(chat_completions))
        .route("/v1/models", get(async move || model_list.openai().await))
        .route("/api/chat", post(ollama_chat))
        .route("/api/tags", get(async move || tags.ollama().await))
        .route("/api/version", get(async || Json(json!({ "version": "0.0.0-mock" }))))
        .layer(DefaultBodyLimit::max(64 * 1024 * 1024))
        .with_state(recorder)
}

async fn chat_completions(
    State(recorder): State<RequestRecorder>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let mut problems = validation::chat(&body);
    problems.extend(recorder.openai_spec.iter().flat_map(|spec| spec.check_chat(&body)));
    recorder.record("/v1/chat/completions", &headers, &body, &problems);
    wait_if_unresponsive(&body).await;
    respond(ApiFormat::OpenAi, &body, &problems)
}

async fn ollama_chat(
    State(recorder): State<RequestRecorder>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let problems = validation::ollama(&body);
    recorder.record("/api/chat", &headers, &body, &problems);
    wait_if_unresponsive(&body).await;
    respond(ApiFormat::Ollama, &body, &problems)
}

/// Never returns when the script is [`ScriptFailure::NoResponse`].
async fn wait_if_unresponsive(body: &Value) {
    let model = body.get("model").and_then(Value::as_str).unwrap_or_default();
    if ModelScript::parse(model).is_some_and(|script| script.failure == Some(ScriptFailure::NoResponse)) {
        std::future::pending::<()>().await;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ApiFormat {
    OpenAi,
    Ollama,
}

/// The steps of a response.
#[derive(Debug)]
pub(super) struct ScriptedResponse {
    pub(super) steps: Vec<ScriptedStep>,
    /// Whether the request's token limit shortened the text.
    pub(super) is_truncated: bool,
}

impl ScriptedResponse {
    pub(super) fn has_tool_calls(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, ScriptedStep::ToolCall(..)))
    }

    fn text_tokens(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, ScriptedStep::Token(_))).count()
    }

    pub(super) fn reasoning_tokens(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, ScriptedStep::Reasoning(_))).count()
    }

    pub(super) fn text(&self) -> String {
        let tokens = self.steps.iter().filter_map(|step| match step {
            ScriptedStep::Token(token) => Some(token.as_str()),
            _ => None,
        });
        tokens.collect()
    }
}

fn respond(format: ApiFormat, body: &Value, problems: &[String]) -> Response {
    if !problems.is_empty() {
        return error_response(format, 400, &problems.join("; "), None);
    }
    let model = body.get("model").and_then(Value::as_str).unwrap_or_default();
    let Some(script) = ModelScript::parse(model) else {
        return error_response(format, 404, &format!("model '{model}' not found"), None);
    };
    match script.failure {
        Some(ScriptFailure::Status(status, retry_after)) => {
            return error_response(format, status, "status requested by the script", retry_after);
        }
        Some(ScriptFailure::HtmlPage) => {
            return ([(header::CONTENT_TYPE, "text/html")], "<!doctype html><title>It works!</title>")
                .into_response();
        }
        _ => {}
    }
    let mut summary = RequestSummary::read(body);
    summary.max_tokens = ["/max_tokens", "/max_completion_tokens", "/options/num_predict"]
        .iter()
        .find_map(|limit| body.pointer(limit)?.as_u64())
        .and_then(|limit| usize::try_from(limit).ok());
    let steps = steps(&script, &summary);
    let mut response = ScriptedResponse { is_truncated: false, steps };
    response.is_truncated = !response.has_tool_calls() && response.text_tokens() < script.len;
    let is_streamed = body.get("stream").and_then(Value::as_bool).unwrap_or(format == ApiFormat::Ollama);
    match (format, is_streamed) {
        (ApiFormat::OpenAi, false) => Json(openai::completion(model, &response, &summary)).into_response(),
        (ApiFormat::Ollama, false) => Json(ollama::completion(model, &response, &summary)).into_response(),
        (_, true) => {
            let has_usage = body.pointer("/stream_options/include_usage") == Some(&Value::Bool(true));
            let content_type =
                if format == ApiFormat::OpenAi { "text/event-stream" } else { "application/x-ndjson" };
            let stream = stream_response(
                format,
                StreamInput { model: model.to_owned(), has_usage, script, response, summary },
            );
            ([(header::CONTENT_TYPE, content_type)], Body::from_stream(stream)).into_response()
        }
    }
}

fn error_response(format: ApiFormat, status: u16, message: &str, retry_after: Option<u32>) -> Response {
    let body = match format {
        ApiFormat::OpenAi => openai::error(status, message),
        ApiFormat::Ollama => json!({ "error": message }),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(body)).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

struct StreamInput {
    model: String,
    has_usage: bool,
    script: ModelScript,
    response: ScriptedResponse,
    summary: RequestSummary,
}

/// Streams the response with the script's delays. The due time of each step is computed from the start of the
/// response, so that delays do not accumulate.
fn stream_response(format: ApiFormat, input: StreamInput) -> impl Stream<Item = io::Result<Bytes>> {
    let started = Instant::now();
    async_stream::stream! {
        let StreamInput { model, has_usage, script, response, summary } = input;
        let events = openai::EventWriter::new(&model, has_usage);
        let mut due = started + script.ttft;
        for (position, step) in response.steps.iter().enumerate() {
            match script.failure {
                Some(ScriptFailure::StallAfter(tokens)) if tokens <= position => std::future::pending::<()>().await,
                Some(ScriptFailure::DisconnectAfter(tokens)) if tokens <= position => {
                    yield disconnect().await;
                    return;
                }
                _ => {}
            }
            if due > started {
                tokio::time::sleep_until(due).await;
            }
            due += script.itl;
            if position == 0 && format == ApiFormat::OpenAi {
                yield Ok(events.first().into());
            }
            yield Ok(match format {
                ApiFormat::OpenAi => events.step(step, position).into(),
                ApiFormat::Ollama => ollama::chunk(&model, step).into(),
            });
        }
        let last = match format {
            ApiFormat::OpenAi => events.last(&response, &summary),
            ApiFormat::Ollama => ollama::last_chunk(&model, &response, &summary),
        };
        match script.failure {
            Some(ScriptFailure::TruncatedEvent) => {
                let truncated: String = last.chars().take(last.find("choices").or(last.find("message")).unwrap_or(20)).collect();
                yield Ok(truncated.into());
            }
            // The failure's position is beyond the last token: fail at the end.
            Some(ScriptFailure::StallAfter(_)) => std::future::pending::<()>().await,
            Some(ScriptFailure::DisconnectAfter(_)) => yield disconnect().await,
            _ => yield Ok(last.into()),
        }
    }
}

/// Returns an error that closes the connection, after a delay in which earlier chunks are flushed.
async fn disconnect() -> io::Result<Bytes> {
    tokio::time::sleep(Duration::from_millis(20)).await;
    Err(io::Error::other("connection closed by the script"))
}
