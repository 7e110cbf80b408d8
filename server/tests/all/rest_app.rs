//! One application for the tests of the doors: the real server on a real port, with the demo company,
//! two tenants, and a model that does what its name says.

use async_trait::async_trait;
use futures::{StreamExt, stream};
use penny::{
    boot::Outside,
    config::{Config, Environment},
    serve::{Server, start},
};
use penny_core::{
    ctx::Ctx,
    identity::{NewToken, NewUser},
    tenants::NewTenant,
};
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

/// What every test of a door talks to.
pub struct App {
    pub server: Server,
    pub gates: Gates,
    acme: TenantId,
    globex: TenantId,
    runtime: Runtime,
    _folder: tempfile::TempDir,
}

/// Which company.
#[derive(Clone, Copy)]
pub enum Company {
    Acme,
    Globex,
}

/// Says when a model called `held-<name>` may go on.
#[derive(Debug, Clone, Default)]
pub struct Gates(Arc<Mutex<HashMap<String, Arc<Semaphore>>>>);

impl Gates {
    fn of(&self, name: &str) -> Arc<Semaphore> {
        let mut gates = self.0.lock().unwrap();
        Arc::clone(gates.entry(name.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(0))))
    }

    /// Lets the model say its second half.
    pub fn open(&self, name: &str) {
        self.of(name).add_permits(1);
    }
}

/// The application, started once for all tests, on threads of its own.
pub fn app() -> &'static App {
    static APP: OnceLock<App> = OnceLock::new();
    APP.get_or_init(|| std::thread::spawn(launch).join().expect("the application starts"))
}

fn launch() -> App {
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
    let gates = Gates::default();
    let outside = Outside {
        models: Some(vec![Arc::new(Scripted(gates.clone()))]),
        tools: crate::tools_app::all(),
        ..Outside::default()
    };
    let (server, acme, globex) = runtime.block_on(async {
        let server = start(Config::load(None, &environment).unwrap(), outside).await.unwrap();
        let services = &server.state.services;
        let acme = services.tenants.default(&server.state.world).await.unwrap();
        let globex =
            services.tenants.create(&server.state.world, NewTenant::named("globex", "Globex")).await.unwrap();
        (server, acme, globex)
    });
    App { server, gates, acme, globex, runtime, _folder: folder }
}

impl App {
    /// Returns an address of the application.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    /// Makes a person with a token, and a client that uses it.
    pub async fn person(&'static self, name: &str, company: Company) -> Person {
        self.person_with(
            name,
            company,
            Role::Creator,
            NewToken { name: "test".to_owned(), ..NewToken::default() },
        )
        .await
    }

    /// Makes a person of a role, with a token of their own.
    pub async fn person_with(
        &'static self,
        name: &str,
        company: Company,
        role: Role,
        token: NewToken,
    ) -> Person {
        let tenant = match company {
            Company::Acme => self.acme,
            Company::Globex => self.globex,
        };
        let email = format!("{name}@{}.example", self.server.state.world.mint::<penny_types::RequestId>());
        let password = SecretString::from("correct horse battery staple");
        let new =
            NewUser { email: email.clone(), name: Some(name.to_owned()), password: Some(password), role };
        let state = self.server.state.clone();
        let making = self.runtime.spawn(async move {
            let ctx = Ctx::system(tenant, state.world.clone());
            let who = state.services.identity.create_user(&ctx, new).await.unwrap();
            state.services.identity.issue_token_for(&ctx, who, token).await.unwrap()
        });
        let (view, secret) = making.await.unwrap();
        Person {
            app: self,
            http: client(),
            token: secret.expose_secret().to_owned(),
            token_id: view.id.to_string(),
            email,
        }
    }
}

/// Makes a client; a test's own calls need no guard.
#[expect(clippy::disallowed_methods, reason = "a test calls its own server")]
pub fn client() -> reqwest::Client {
    // Without it no client can be made, though nothing here is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let none = reqwest::redirect::Policy::none();
    reqwest::Client::builder().redirect(none).build().unwrap()
}

/// Somebody with a token.
pub struct Person {
    pub app: &'static App,
    pub http: reqwest::Client,
    pub token: String,
    pub token_id: String,
    pub email: String,
}

/// What the server answered.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Status and code of a problem, after checking that it has the shape of one.
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

impl Person {
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        self.http.request(method, self.app.url(path)).bearer_auth(&self.token)
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, text: response.text().await.unwrap() }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request("GET", path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(self.request("POST", path).header("accept", "application/json").json(body)).await
    }

    /// Begins a conversation and returns its id.
    pub async fn conversation(&self) -> String {
        let reply = self.post("/v1/conversations", &json!({})).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.json()["id"].as_str().unwrap().to_owned()
    }

    /// Asks, and follows the answer to its end.
    pub async fn ask(&self, conversation: &str, model: &str, words: &str) -> Vec<Event> {
        let body = json!({ "content": words, "model": format!("scripted/{model}") });
        let path = format!("/v1/chat/{conversation}/messages");
        let reply = self.send(self.request("POST", &path).json(&body)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        events(&reply.text)
    }

    /// Asks, and returns the turn at once.
    pub async fn ask_and_leave(&self, conversation: &str, model: &str, words: &str) -> Value {
        let body = json!({ "content": words, "model": format!("scripted/{model}") });
        let reply = self.post(&format!("/v1/chat/{conversation}/messages"), &body).await;
        assert_eq!(reply.status, 202, "{}", reply.text);
        reply.json()
    }

    /// Sends a GraphQL document.
    pub async fn graphql(&self, document: &str, variables: &Value) -> Value {
        let body = json!({ "query": document, "variables": variables });
        self.send(self.request("POST", "/graphql").json(&body)).await.json()
    }
}

/// One server-sent event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: u64,
    pub kind: String,
    pub data: Value,
}

/// Reads a stream that has ended, strictly: three lines and a blank one for each event, or a comment.
pub fn events(text: &str) -> Vec<Event> {
    assert!(text.is_empty() || text.ends_with("\n\n"), "the stream ends in the middle: {text:?}");
    let blocks = text.split("\n\n").filter(|block| !block.is_empty() && *block != ":");
    blocks
        .map(|block| {
            let lines: Vec<&str> = block.split('\n').collect();
            let [id, kind, data] = lines[..] else { panic!("not three lines: {block:?}") };
            Event {
                id: id.strip_prefix("id: ").unwrap().parse().unwrap(),
                kind: kind.strip_prefix("event: ").unwrap().to_owned(),
                data: serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap(),
            }
        })
        .collect()
}

/// Puts each text at its offset, from what one has already.
pub fn text_of(events: &[Event], had: &str) -> String {
    let mut text = had.as_bytes().to_vec();
    for event in events.iter().filter(|event| event.kind == "delta") {
        let offset = usize::try_from(event.data["offset"].as_u64().unwrap()).unwrap();
        assert!(offset <= text.len(), "a hole before {event:?}");
        text.truncate(offset);
        text.extend_from_slice(event.data["text"].as_str().unwrap().as_bytes());
    }
    String::from_utf8(text).unwrap()
}

/// A model that does what its name says: `echo` says the words back, `held-x` stops in the middle until
/// its gate opens, `broken` breaks off, `caller-x` calls the tool x, `offered` names the tools it may call.
#[derive(Debug)]
struct Scripted(Gates);

#[async_trait]
impl ModelProvider for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    async fn stream(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        let said = request.messages.iter().rev().find_map(|message| match message {
            ModelMessage::User { text } => Some(text.clone()),
            _ => None,
        });
        let said = said.unwrap_or_default();
        let answered = request.messages.iter().any(|message| matches!(message, ModelMessage::Tool { .. }));
        let words = |text: &str| -> Vec<Result<ModelEvent, ModelError>> {
            text.split_inclusive(' ').map(|word| Ok(ModelEvent::Text(word.to_owned()))).collect()
        };
        let end = || Ok(ModelEvent::Finished(FinishReason::Stop));
        if request.model == "offered" {
            let names: Vec<_> = request.tools.iter().map(|tool| tool.name.as_str()).collect();
            return Ok(stream::iter(words(&names.join(" "))).chain(stream::iter([end()])).boxed());
        }
        if let Some(name) = request.model.strip_prefix("held") {
            let gate = self.0.of(&format!("held{name}"));
            let (first, second) = said.split_at(said.len() / 2);
            let (first, second) = (words(first), words(second));
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
            let broken = Err(ModelError::Broken { detail: "cut".to_owned() });
            return Ok(stream::iter(words(&said)).chain(stream::iter([broken])).boxed());
        }
        if let Some(tool) = request.model.strip_prefix("caller-").filter(|_| !answered) {
            let call = ToolRequest { id: "1".to_owned(), name: tool.to_owned(), arguments: said };
            let events = [Ok(ModelEvent::ToolCall(call)), Ok(ModelEvent::Finished(FinishReason::ToolCalls))];
            return Ok(stream::iter(events).boxed());
        }
        Ok(stream::iter(words(&said)).chain(stream::iter([end()])).boxed())
    }

    async fn list(&self) -> Result<Vec<ModelListing>, ModelError> {
        Ok(vec![ModelListing { id: "echo".to_owned(), name: "Echo".to_owned() }])
    }
}
