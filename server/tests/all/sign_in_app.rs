//! An application of one's own for the tests of signing in: fresh data, a clock that can be moved, and
//! browsers that keep cookies and follow nothing by themselves.

use chrono::{DateTime, TimeDelta, Utc};
use penny::{
    boot::Outside,
    config::{Config, Environment},
    serve::{Server, start},
};
use penny_adapters::world::{OsEntropy, SystemClock, UuidV7Ids};
use penny_core::{
    ctx::{Ctx, World},
    identity::NewUser,
    tenants::NewTenant,
};
use penny_ports::world::Clock;
use penny_types::{PrincipalId, TenantId, people::Role};
use reqwest::{Method, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicI64, Ordering},
    },
};

pub const PASSWORD: &str = "correct horse battery staple";

/// The machine's clock, moved, and stopped where a slow machine must not count.
#[derive(Debug, Default)]
pub struct MovedClock {
    moved_ms: AtomicI64,
    stopped: OnceLock<DateTime<Utc>>,
}

impl MovedClock {
    pub fn advance(&self, by: TimeDelta) {
        self.moved_ms.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }

    /// Lets time pass by [`Self::advance`] alone.
    pub fn stop(&self) {
        self.stopped.get_or_init(|| SystemClock.now());
    }
}

impl Clock for MovedClock {
    fn now(&self) -> DateTime<Utc> {
        let now = self.stopped.get().copied().unwrap_or_else(|| SystemClock.now());
        now + TimeDelta::milliseconds(self.moved_ms.load(Ordering::SeqCst))
    }
}

/// A running application.
pub struct House {
    pub server: Server,
    pub clock: Arc<MovedClock>,
    pub folder: Arc<tempfile::TempDir>,
}

/// Variables of a test, beside those every test has.
pub type Variables<'a> = &'a [(&'a str, &'a str)];

impl House {
    pub async fn open(variables: Variables<'_>) -> Self {
        Self::reopen(Arc::new(tempfile::tempdir().unwrap()), variables).await
    }

    /// Starts on a folder that may have been used before.
    pub async fn reopen(folder: Arc<tempfile::TempDir>, variables: Variables<'_>) -> Self {
        Self::try_open(folder, variables).await.unwrap()
    }

    pub async fn try_open(folder: Arc<tempfile::TempDir>, variables: Variables<'_>) -> anyhow::Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dir = folder.path().join("data").display().to_string();
        let environment: Environment = [
            ("PENNY__HTTP__ADDR", "127.0.0.1:0"),
            ("PENNY__DATA__DIR", dir.as_str()),
            ("PENNY__DEMO__ENABLED", "false"),
            ("PENNY__MODELS__OLLAMA__BASE_URL", ""),
        ]
        .iter()
        .chain(variables)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
        let clock = Arc::new(MovedClock::default());
        let world = World { clock: clock.clone(), ids: Arc::new(UuidV7Ids), entropy: Arc::new(OsEntropy) };
        let outside = Outside { world, ..Outside::default() };
        let server = start(Config::load(None, &environment)?, outside).await?;
        Ok(Self { server, clock, folder })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub async fn default_tenant(&self) -> TenantId {
        self.server.state.services.tenants.default(&self.server.state.world).await.unwrap()
    }

    pub fn ctx(&self, tenant: TenantId) -> Ctx {
        Ctx::system(tenant, self.server.state.world.clone())
    }

    /// Makes a company on a host of its own.
    pub async fn company(&self, slug: &str, host: &str) -> TenantId {
        let new = NewTenant { hosts: vec![host.to_owned()], ..NewTenant::named(slug, slug) };
        self.server.state.services.tenants.create(&self.server.state.world, new).await.unwrap()
    }

    /// Makes a person of the default tenant with the usual password.
    pub async fn person(&self, email: &str) -> PrincipalId {
        self.person_in(self.default_tenant().await, email).await
    }

    pub async fn person_in(&self, tenant: TenantId, email: &str) -> PrincipalId {
        let password = Some(SecretString::from(PASSWORD));
        let new = NewUser { email: email.to_owned(), name: None, password, role: Role::Creator };
        self.server.state.services.identity.create_user(&self.ctx(tenant), new).await.unwrap()
    }

    /// Makes a one-time link's path.
    pub async fn link(&self, tenant: TenantId, whom: PrincipalId) -> String {
        let secret =
            self.server.state.services.identity.issue_link(&self.ctx(tenant), whom, 15).await.unwrap();
        format!("/auth/link/{}", secret.expose_secret())
    }

    pub fn browser(&self) -> Browser {
        Browser::at(self.url())
    }
}

/// A browser: keeps cookies by host, sends its origin, follows nothing by itself.
pub struct Browser {
    base: String,
    host: Option<String>,
    cookies: Mutex<BTreeMap<String, String>>,
    http: reqwest::Client,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Browser {
    #[expect(clippy::disallowed_methods, reason = "a test calls its own server")]
    pub fn at(base: String) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { base, host: None, cookies: Mutex::default(), http }
    }

    /// Comes by another host name.
    pub fn by_host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    /// Sends a form from a page of our own.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let own = format!(
            "http://{}",
            self.host.as_deref().unwrap_or_else(|| self.base.trim_start_matches("http://"))
        );
        self.send(Method::POST, path, Some(form), &[("origin", &own), ("sec-fetch-site", "same-origin")])
            .await
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        form: Option<&[(&str, &str)]>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let mut request = self.http.request(method, url);
        if let Some(host) = &self.host {
            request = request.header("host", host);
        }
        let cookies = self
            .cookies
            .lock()
            .unwrap()
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect::<Vec<_>>()
            .join("; ");
        if !cookies.is_empty() {
            request = request.header("cookie", cookies);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(form) = form {
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        }
        let response = request.send().await.unwrap();
        self.keep(response.headers());
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: response.text().await.unwrap() }
    }

    fn keep(&self, headers: &header::HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap();
        for cookie in headers.get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').unwrap();
            let is_gone = value.is_empty() || attributes.to_ascii_lowercase().contains("max-age=0");
            if is_gone {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Signs in by password.
    pub async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.post("/auth/password", &[("email", email), ("password", password)]).await
    }

    /// Asks who is signed in, as the page does.
    pub async fn viewer(&self) -> Option<serde_json::Value> {
        let document = include_str!("../../../app/src/api/ops/viewer.graphql");
        let body = serde_json::json!({ "query": document }).to_string();
        let cookies = self
            .cookies
            .lock()
            .unwrap()
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect::<Vec<_>>()
            .join("; ");
        let mut request =
            self.http.post(format!("{}/graphql", self.base)).header("content-type", "application/json");
        request = request.header("cookie", cookies).header("sec-fetch-site", "same-origin").body(body);
        if let Some(host) = &self.host {
            request = request.header("host", host);
        }
        let answer: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
        answer.pointer("/data/viewer").filter(|viewer| !viewer.is_null()).cloned()
    }
}
