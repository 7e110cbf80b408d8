//! One application shared by all tests of REST and GraphQL: the server on a free port, with demo data, two
//! tenants, and a scripted model.

use async_trait::async_trait;
use futures::{StreamExt, stream};
use penny::{
    boot::BootDeps,
    config::{Config, Environment},
    serve::{RunningServer, start},
};
use penny_core::{
    identity::{NewToken, NewUser},
    tenants::NewTenant,
};
use penny_kernel::{access::Action, ctx::Ctx};
use penny_ports::models::{
    FinishReason, ModelError, ModelEvent, ModelListing, ModelMessage, ModelProvider, ModelRequest,
    ModelStream, ToolRequest,
};
use penny_types::{TenantId, people::Role};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock},
};
use tokio::{runtime::Runtime, sync::Semaphore};

pub struct SharedApp {
    pub server: RunningServer,
    pub gates: ModelGates,
    acme: TenantId,
    globex: TenantId,
    runtime: Runtime,
    _folder: tempfile::TempDir,
}

#[derive(Clone, Copy)]
pub enum TestTenant {
    Acme,
    Globex,
}

/// Semaphores that a model named `held-<name>` waits for in the middle of its response.
#[derive(Debug, Clone, Default)]
pub struct ModelGates(Arc<Mutex<HashMap<String, Arc<Semaphore>>>>);

impl ModelGates {
    fn gate(&self, name: &str) -> Arc<Semaphore> {
        let mut gates = self.0.lock().unwrap();
        Arc::clone(gates.entry(name.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(0))))
    }

    /// Lets one response of the model continue.
    pub fn open(&self, name: &str) {
        self.gate(name).add_permits(1);
    }
}

/// Returns the application, which is started once, on its own runtime.
pub fn app() -> &'static SharedApp {
    static APP: OnceLock<SharedApp> = OnceLock::new();
    APP.get_or_init(|| std::thread::spawn(launch).join().expect("the application did not start"))
}

fn launch() -> SharedApp {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let environment: Environment = [
        ("PENNY__HTTP__ADDR", "127.0.0.1:0"),
        ("PENNY__DATA__DIR", folder.path().to_str().unwrap()),
        ("PENNY__TELEMETRY__LOG_FILTER", "off"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let gates = ModelGates::default();
    let deps = BootDeps {
        models: Some(vec![Arc::new(ScriptedModel(gates.clone()))]),
        tools: crate::scripted_tools::all(),
        ..BootDeps::default()
    };
    let (server, acme, globex) = runtime.block_on(async {
        let server = start(Config::load(None, &environment).unwrap(), deps).await.unwrap();
        let services = &server.state.services;
        let acme = services.tenants.default_tenant(&server.state.system).await.unwrap();
        let globex = services
            .tenants
            .create(&server.state.system, NewTenant::with_defaults("globex", "Globex"))
            .await
            .unwrap();
        (server, acme, globex)
    });
    SharedApp { server, gates, acme, globex, runtime, _folder: folder }
}

impl SharedApp {
    /// Returns the URL of `path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    /// Creates a user with the role Creator and an access token with full scope.
    pub async fn create_user(&'static self, name: &str, tenant: TestTenant) -> TestUser {
        self.create_user_with(
            name,
            tenant,
            Role::Creator,
            NewToken { name: "test".to_owned(), ..NewToken::default() },
        )
        .await
    }

    /// Creates a user with this role and access token.
    pub async fn create_user_with(
        &'static self,
        name: &str,
        tenant: TestTenant,
        role: Role,
        token: NewToken,
    ) -> TestUser {
        let tenant = match tenant {
            TestTenant::Acme => self.acme,
            TestTenant::Globex => self.globex,
        };
        let email = format!("{name}@{}.example", self.server.state.system.new_id::<penny_types::RequestId>());
        let password = SecretString::from("correct horse battery staple");
        let new =
            NewUser { email: email.clone(), name: Some(name.to_owned()), password: Some(password), role };
        let state = self.server.state.clone();
        let creation = self.runtime.spawn(async move {
            let ctx = Ctx::system(tenant, state.system.clone(), Action::ALL);
            let user = state.services.identity.create_user(&ctx, new).await.unwrap();
            state.services.identity.issue_token_for(&ctx, user, token).await.unwrap()
        });
        let (view, secret) = creation.await.unwrap();
        TestUser {
            app: self,
            http: client(),
            token: secret.expose_secret().to_owned(),
            token_id: view.id.to_string(),
            email,
        }
    }
}

/// Creates an HTTP client that does not follow redirects.
#[expect(clippy::disallowed_methods, reason = "a test calls its own server")]
pub fn client() -> reqwest::Client {
    // reqwest needs a crypto provider even for plain HTTP.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let none = reqwest::redirect::Policy::none();
    reqwest::Client::builder().redirect(none).build().unwrap()
}

/// A user with an access token, and an HTTP client.
pub struct TestUser {
    pub app: &'static SharedApp,
    pub http: reqwest::Client,
    pub token: String,
    pub token_id: String,
    pub email: String,
}

#[derive(Debug)]
pub struct ApiResponse {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl ApiResponse {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Checks that the response is a valid problem document, and returns its status and code.
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{} {:?}",
            self.status,
            self.text
        );
        let body = self.json();
        assert_eq!(body["status"], self.status, "{body}");
        assert!(
            body["title"].is_string() && body["detail"].is_string() && body["type"] == "about:blank",
            "{body}"
        );
        (self.status, body["code"].as_str().unwrap_or_default().to_owned())
    }
}

impl TestUser {
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        self.http.request(method, self.app.url(path)).bearer_auth(&self.token)
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> ApiResponse {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        ApiResponse { status, headers, text: response.text().await.unwrap() }
    }

    pub async fn get(&self, path: &str) -> ApiResponse {
        self.send(self.request("GET", path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> ApiResponse {
        self.send(self.request("POST", path).header("accept", "application/json").json(body)).await
    }

    /// Creates a conversation and returns its id.
    pub async fn create_conversation(&self) -> String {
        let response = self.post("/v1/conversations", &json!({})).await;
        assert_eq!(response.status, 201, "{}", response.text);
        response.json()["id"].as_str().unwrap().to_owned()
    }

    /// Sends a message and returns all events of its turn.
    pub async fn send_message(&self, conversation: &str, model: &str, content: &str) -> Vec<SseEvent> {
        let body = json!({ "content": content, "model": format!("scripted/{model}") });
        let path = format!("/v1/chat/{conversation}/messages");
        let response = self.send(self.request("POST", &path).json(&body)).await;
        assert_eq!(response.status, 200, "{}", response.text);
        parse_events(&response.text)
    }

    /// Sends a message and returns the turn without waiting for it.
    pub async fn start_turn(&self, conversation: &str, model: &str, content: &str) -> Value {
        let body = json!({ "content": content, "model": format!("scripted/{model}") });
        let response = self.post(&format!("/v1/chat/{conversation}/messages"), &body).await;
        assert_eq!(response.status, 202, "{}", response.text);
        response.json()
    }

    pub async fn graphql(&self, document: &str, variables: &Value) -> Value {
        let body = json!({ "query": document, "variables": variables });
        self.send(self.request("POST", "/graphql").json(&body)).await.json()
    }
}

/// A server-sent event.
#[derive(Debug, Clone, PartialEq)]
pub struct SseEvent {
    pub id: u64,
    pub kind: String,
    pub data: Value,
}

/// Parses a complete event stream, strictly: each block is a comment or has exactly the lines id, event and
/// data.
pub fn parse_events(text: &str) -> Vec<SseEvent> {
    assert!(text.is_empty() || text.ends_with("\n\n"), "the stream is truncated: {text:?}");
    let blocks = text.split("\n\n").filter(|block| !block.is_empty() && *block != ":");
    blocks
        .map(|block| {
            let lines: Vec<&str> = block.split('\n').collect();
            let [id, kind, data] = lines[..] else {
                panic!("the block does not have three lines: {block:?}")
            };
            SseEvent {
                id: id.strip_prefix("id: ").unwrap().parse().unwrap(),
                kind: kind.strip_prefix("event: ").unwrap().to_owned(),
                data: serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap(),
            }
        })
        .collect()
}

/// Applies the text of each delta at its offset, starting from `initial`.
pub fn joined_text(events: &[SseEvent], initial: &str) -> String {
    let mut text = initial.as_bytes().to_vec();
    for event in events.iter().filter(|event| event.kind == "delta") {
        let offset = usize::try_from(event.data["offset"].as_u64().unwrap()).unwrap();
        assert!(offset <= text.len(), "a gap before {event:?}");
        text.truncate(offset);
        text.extend_from_slice(event.data["text"].as_str().unwrap().as_bytes());
    }
    String::from_utf8(text).unwrap()
}

/// A model whose name specifies its behaviour: `echo` repeats the message, `held-x` waits in the middle until
/// its gate opens, `broken` fails at the end, `caller-x` calls the tool x, `offered` lists the tools it is
/// offered.
#[derive(Debug)]
struct ScriptedModel(ModelGates);

#[async_trait]
impl ModelProvider for ScriptedModel {
    fn name(&self) -> &str {
        "scripted"
    }

    async fn stream(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        let message = request.messages.iter().rev().find_map(|message| match message {
            ModelMessage::User { text } => Some(text.clone()),
            _ => None,
        });
        let message = message.unwrap_or_default();
        let has_tool_result =
            request.messages.iter().any(|message| matches!(message, ModelMessage::Tool { .. }));
        let text_events = |text: &str| -> Vec<Result<ModelEvent, ModelError>> {
            text.split_inclusive(' ').map(|word| Ok(ModelEvent::Text(word.to_owned()))).collect()
        };
        let end = || Ok(ModelEvent::Finished(FinishReason::Stop));
        if request.model == "offered" {
            let names: Vec<_> = request.tools.iter().map(|tool| tool.name.as_str()).collect();
            return Ok(stream::iter(text_events(&names.join(" "))).chain(stream::iter([end()])).boxed());
        }
        if let Some(name) = request.model.strip_prefix("held") {
            let gate = self.0.gate(&format!("held{name}"));
            let (first, second) = message.split_at(message.len() / 2);
            let (first, second) = (text_events(first), text_events(second));
            let wait = stream::once(async move {
                gate.acquire().await.unwrap().forget();
                Ok(ModelEvent::Reasoning("thought".to_owned()))
            });
            return Ok(stream::iter(first)
                .chain(wait)
                .chain(stream::iter(second))
                .chain(stream::iter([end()]))
                .boxed());
        }
        if request.model == "broken" {
            let broken = Err(ModelError::StreamFailed { detail: "cut".to_owned() });
            return Ok(stream::iter(text_events(&message)).chain(stream::iter([broken])).boxed());
        }
        if let Some(tool) = request.model.strip_prefix("caller-").filter(|_| !has_tool_result) {
            let call = ToolRequest { id: "1".to_owned(), name: tool.to_owned(), arguments: message };
            let events = [Ok(ModelEvent::ToolCall(call)), Ok(ModelEvent::Finished(FinishReason::ToolCalls))];
            return Ok(stream::iter(events).boxed());
        }
        Ok(stream::iter(text_events(&message)).chain(stream::iter([end()])).boxed())
    }

    async fn list(&self) -> Result<Vec<ModelListing>, ModelError> {
        Ok(vec![ModelListing { id: "echo".to_owned(), name: "Echo".to_owned() }])
    }
}
