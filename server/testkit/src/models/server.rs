//! The server itself.

use super::{
    answer::{Asked, Step, steps},
    check::{self, OpenApi},
    listing::Listing,
    ollama, openai,
    script::{Failure, Script},
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

/// Requests that are remembered.
const MAX_RECORDED: usize = 10_000;
/// A request as it came.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its path.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Value,
    /// What a vendor would refuse about it; then it was refused.
    pub problems: Vec<String>,
}

/// What the server keeps.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    requests: Option<Arc<Mutex<VecDeque<Recorded>>>>,
    api: Option<OpenApi>,
}

impl Recording {
    /// Keeps requests for asserts.
    #[must_use]
    pub fn on() -> Self {
        Self { requests: Some(Arc::default()), api: None }
    }

    /// Keeps nothing, for load.
    #[must_use]
    pub fn off() -> Self {
        Self::default()
    }

    /// Also checks requests against the vendor's published description.
    #[must_use]
    pub fn checked_by(mut self, api: OpenApi) -> Self {
        self.api = Some(api);
        self
    }

    fn keep(&self, path: &str, headers: &HeaderMap, body: &Value, problems: &[String]) {
        let Some(requests) = &self.requests else { return };
        let mut requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.len() == MAX_RECORDED {
            requests.pop_front();
        }
        requests.push_back(Recorded {
            path: path.to_owned(),
            headers: headers.clone(),
            body: body.clone(),
            problems: problems.to_vec(),
        });
    }
}

/// A running scripted model server; it stops when dropped.
#[derive(Debug)]
pub struct MockModels {
    address: SocketAddr,
    recording: Recording,
    _serving: JoinSet<()>,
}

impl MockModels {
    /// Starts a server on a free port of this machine.
    ///
    /// # Panics
    /// When the machine has no free port.
    pub async fn start() -> Self {
        Self::start_with(Recording::on()).await
    }

    /// Starts a server that keeps and checks what `recording` says.
    ///
    /// # Panics
    /// When the machine has no free port.
    pub async fn start_with(recording: Recording) -> Self {
        Self::serve(recording, Listing::default()).await
    }

    /// Starts a server that answers who asks for its models as `listing` says.
    ///
    /// # Panics
    /// When the machine has no free port.
    pub async fn start_listing(listing: Listing) -> Self {
        Self::serve(Recording::on(), listing).await
    }

    #[expect(clippy::expect_used, reason = "a test without its server must not go on")]
    async fn serve(recording: Recording, listing: Listing) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound port has an address");
        let app = router(recording.clone(), listing);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            // Serving ends only when the set is dropped.
            let _ = axum::serve(listener, app).await;
        });
        Self { address, recording, _serving: serving }
    }

    /// Returns the base address for OpenAI-compatible clients.
    #[must_use]
    pub fn openai_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Returns the base address for Ollama clients.
    #[must_use]
    pub fn ollama_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the chat requests so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        let Some(requests) = &self.recording.requests else { return Vec::new() };
        requests.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// Makes the server's routes.
pub fn router(recording: Recording, listing: Listing) -> Router {
    let tags = listing.clone();
    Router::new()
        .route("/v1/chat/completions", post(chat_completions))
        .route("/v1/models", get(async move || listing.openai().await))
        .route("/api/chat", post(ollama_chat))
        .route("/api/tags", get(async move || tags.ollama().await))
        .route("/api/version", get(async || Json(json!({ "version": "0.0.0-mock" }))))
        .layer(DefaultBodyLimit::max(64 * 1024 * 1024))
        .with_state(recording)
}

async fn chat_completions(
    State(recording): State<Recording>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let mut problems = check::chat(&body);
    problems.extend(recording.api.iter().flat_map(|api| api.check_chat(&body)));
    recording.keep("/v1/chat/completions", &headers, &body, &problems);
    stay_mute(&body).await;
    respond(Wire::OpenAi, &body, &problems)
}

async fn ollama_chat(
    State(recording): State<Recording>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let problems = check::ollama(&body);
    recording.keep("/api/chat", &headers, &body, &problems);
    stay_mute(&body).await;
    respond(Wire::Ollama, &body, &problems)
}

/// Waits for ever where the script answers nothing.
async fn stay_mute(body: &Value) {
    let model = body.get("model").and_then(Value::as_str).unwrap_or_default();
    if Script::parse(model).is_some_and(|script| script.failure == Some(Failure::Mute)) {
        std::future::pending::<()>().await;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    OpenAi,
    Ollama,
}

/// What is going to be said.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) steps: Vec<Step>,
    /// Whether the request's limit cut it.
    pub(super) is_cut: bool,
}

impl Answer {
    pub(super) fn has_calls(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Call(..)))
    }

    fn tokens(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::Token(_))).count()
    }

    pub(super) fn thoughts(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::Thought(_))).count()
    }

    pub(super) fn words(&self) -> String {
        let words = self.steps.iter().filter_map(|step| match step {
            Step::Token(words) => Some(words.as_str()),
            _ => None,
        });
        words.collect()
    }
}

fn respond(wire: Wire, body: &Value, problems: &[String]) -> Response {
    if !problems.is_empty() {
        return refuse(wire, 400, &problems.join("; "), None);
    }
    let model = body.get("model").and_then(Value::as_str).unwrap_or_default();
    let Some(script) = Script::parse(model) else {
        return refuse(wire, 404, &format!("model '{model}' not found"), None);
    };
    match script.failure {
        Some(Failure::Status(status, wait)) => return refuse(wire, status, "the script says so", wait),
        Some(Failure::Nonsense) => {
            return ([(header::CONTENT_TYPE, "text/html")], "<!doctype html><title>It works!</title>")
                .into_response();
        }
        _ => {}
    }
    let mut asked = Asked::read(body);
    asked.limit = ["/max_tokens", "/max_completion_tokens", "/options/num_predict"]
        .iter()
        .find_map(|limit| body.pointer(limit)?.as_u64())
        .and_then(|limit| usize::try_from(limit).ok());
    let steps = steps(&script, &asked);
    let mut answer = Answer { is_cut: false, steps };
    answer.is_cut = !answer.has_calls() && answer.tokens() < script.len;
    let is_streamed = body.get("stream").and_then(Value::as_bool).unwrap_or(wire == Wire::Ollama);
    match (wire, is_streamed) {
        (Wire::OpenAi, false) => Json(openai::whole(model, &answer, &asked)).into_response(),
        (Wire::Ollama, false) => Json(ollama::whole(model, &answer, &asked)).into_response(),
        (_, true) => {
            let has_usage = body.pointer("/stream_options/include_usage") == Some(&Value::Bool(true));
            let kind = if wire == Wire::OpenAi { "text/event-stream" } else { "application/x-ndjson" };
            let said = say(wire, Said { model: model.to_owned(), has_usage, script, answer, asked });
            ([(header::CONTENT_TYPE, kind)], Body::from_stream(said)).into_response()
        }
    }
}

fn refuse(wire: Wire, status: u16, message: &str, wait: Option<u32>) -> Response {
    let body = match wire {
        Wire::OpenAi => openai::error(status, message),
        Wire::Ollama => json!({ "error": message }),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(body)).into_response();
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, wait.into());
    }
    response
}

struct Said {
    model: String,
    has_usage: bool,
    script: Script,
    answer: Answer,
    asked: Asked,
}

/// Says the answer by its script. Each step has its time from the beginning, so that delays do not
/// add up.
fn say(wire: Wire, said: Said) -> impl Stream<Item = io::Result<Bytes>> {
    let begun = Instant::now();
    async_stream::stream! {
        let Said { model, has_usage, script, answer, asked } = said;
        let events = openai::Events::new(&model, has_usage);
        let mut due = begun + script.ttft;
        for (position, step) in answer.steps.iter().enumerate() {
            match script.failure {
                Some(Failure::SilentAfter(tokens)) if tokens <= position => std::future::pending::<()>().await,
                Some(Failure::DiesAfter(tokens)) if tokens <= position => {
                    yield cut().await;
                    return;
                }
                _ => {}
            }
            if due > begun {
                tokio::time::sleep_until(due).await;
            }
            due += script.itl;
            if position == 0 && wire == Wire::OpenAi {
                yield Ok(events.first().into());
            }
            yield Ok(match wire {
                Wire::OpenAi => events.step(step, position).into(),
                Wire::Ollama => ollama::step(&model, step).into(),
            });
        }
        let last = match wire {
            Wire::OpenAi => events.last(&answer, &asked),
            Wire::Ollama => ollama::last(&model, &answer, &asked),
        };
        match script.failure {
            Some(Failure::HalfEvent) => {
                let half: String = last.chars().take(last.find("choices").or(last.find("message")).unwrap_or(20)).collect();
                yield Ok(half.into());
            }
            // A script that ends before its failure fails at its end.
            Some(Failure::SilentAfter(_)) => std::future::pending::<()>().await,
            Some(Failure::DiesAfter(_)) => yield cut().await,
            _ => yield Ok(last.into()),
        }
    }
}

/// Cuts the connection, after a moment in which what was said before gets out.
async fn cut() -> io::Result<Bytes> {
    tokio::time::sleep(Duration::from_millis(20)).await;
    Err(io::Error::other("the script cuts the connection"))
}
