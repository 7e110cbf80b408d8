//! One application per test: the server in this process with an empty data folder, a clock that can be moved,
//! and clients that behave like browsers.

use chrono::{DateTime, TimeDelta, Utc};
use penny::{
    boot::BootDeps,
    config::{Config, Environment},
    serve::{RunningServer, start},
};
use penny_adapters::system::{OsRandom, SystemClock, UuidV7Generator};
use penny_core::{identity::NewUser, tenants::NewTenant};
use penny_kernel::{
    access::Action,
    ctx::{Ctx, SystemPorts},
};
use penny_ports::system::Clock;
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

/// The system clock plus an offset, or a stopped clock for tests that must not depend on the machine's speed.
#[derive(Debug, Default)]
pub struct OffsetClock {
    offset_ms: AtomicI64,
    stopped: OnceLock<DateTime<Utc>>,
}

impl OffsetClock {
    pub fn advance(&self, by: TimeDelta) {
        self.offset_ms.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }

    /// Stops the clock; afterwards only [`Self::advance`] moves it.
    pub fn stop(&self) {
        self.stopped.get_or_init(|| SystemClock.now());
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> DateTime<Utc> {
        let now = self.stopped.get().copied().unwrap_or_else(|| SystemClock.now());
        now + TimeDelta::milliseconds(self.offset_ms.load(Ordering::SeqCst))
    }
}

pub struct FreshApp {
    pub server: RunningServer,
    pub clock: Arc<OffsetClock>,
    pub folder: Arc<tempfile::TempDir>,
}

/// Environment variables of a test, in addition to the defaults.
pub type Variables<'a> = &'a [(&'a str, &'a str)];

impl FreshApp {
    pub async fn start(variables: Variables<'_>) -> Self {
        Self::start_in(Arc::new(tempfile::tempdir().unwrap()), variables).await
    }

    /// Starts with a data folder that an earlier application may have used.
    pub async fn start_in(folder: Arc<tempfile::TempDir>, variables: Variables<'_>) -> Self {
        Self::try_start_in(folder, variables).await.unwrap()
    }

    pub async fn try_start_in(
        folder: Arc<tempfile::TempDir>,
        variables: Variables<'_>,
    ) -> anyhow::Result<Self> {
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
        let clock = Arc::new(OffsetClock::default());
        let world =
            SystemPorts { clock: clock.clone(), ids: Arc::new(UuidV7Generator), random: Arc::new(OsRandom) };
        let deps = BootDeps { system: world, ..BootDeps::default() };
        let server = start(Config::load(None, &environment)?, deps).await?;
        Ok(Self { server, clock, folder })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub async fn default_tenant(&self) -> TenantId {
        self.server.state.services.tenants.default_tenant(&self.server.state.system).await.unwrap()
    }

    pub fn ctx(&self, tenant: TenantId) -> Ctx {
        Ctx::system(tenant, self.server.state.system.clone(), Action::ALL)
    }

    /// Creates a tenant with its own host name.
    pub async fn create_tenant(&self, slug: &str, host: &str) -> TenantId {
        let new = NewTenant { hosts: vec![host.to_owned()], ..NewTenant::with_defaults(slug, slug) };
        self.server.state.services.tenants.create(&self.server.state.system, new).await.unwrap()
    }

    /// Creates a user of the default tenant with [`PASSWORD`].
    pub async fn create_user(&self, email: &str) -> PrincipalId {
        self.create_user_in(self.default_tenant().await, email).await
    }

    pub async fn create_user_in(&self, tenant: TenantId, email: &str) -> PrincipalId {
        let password = Some(SecretString::from(PASSWORD));
        let new = NewUser { email: email.to_owned(), name: None, password, role: Role::Creator };
        self.server.state.services.identity.create_user(&self.ctx(tenant), new).await.unwrap()
    }

    /// Creates a sign-in link that is valid for 15 minutes, and returns its path.
    pub async fn create_link(&self, tenant: TenantId, user: PrincipalId) -> String {
        let secret =
            self.server.state.services.identity.issue_link(&self.ctx(tenant), user, 15).await.unwrap();
        format!("/auth/link/{}", secret.expose_secret())
    }

    pub fn browser(&self) -> Browser {
        Browser::at(self.url())
    }
}

/// An HTTP client that keeps cookies and sends the headers of a same-origin page; it does not follow
/// redirects.
pub struct Browser {
    base: String,
    host: Option<String>,
    cookies: Mutex<BTreeMap<String, String>>,
    http: reqwest::Client,
}

pub struct BrowserResponse {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub body: String,
}

impl BrowserResponse {
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

    /// Sends this `Host` header.
    pub fn with_host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    pub async fn get(&self, path: &str) -> BrowserResponse {
        self.send(Method::GET, path, None, &[]).await
    }

    /// Sends a form as from a same-origin page.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> BrowserResponse {
        let origin = format!(
            "http://{}",
            self.host.as_deref().unwrap_or_else(|| self.base.trim_start_matches("http://"))
        );
        self.send(Method::POST, path, Some(form), &[("origin", &origin), ("sec-fetch-site", "same-origin")])
            .await
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        form: Option<&[(&str, &str)]>,
        headers: &[(&str, &str)],
    ) -> BrowserResponse {
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
        self.store_cookies(response.headers());
        let (status, headers) = (response.status(), response.headers().clone());
        BrowserResponse { status, headers, body: response.text().await.unwrap() }
    }

    fn store_cookies(&self, headers: &header::HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap();
        for cookie in headers.get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').unwrap();
            let is_expired = value.is_empty() || attributes.to_ascii_lowercase().contains("max-age=0");
            if is_expired {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> BrowserResponse {
        self.post("/auth/password", &[("email", email), ("password", password)]).await
    }

    /// Returns the signed-in user, with the page's own GraphQL document; `None` when no one is signed in.
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
        let body: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
        body.pointer("/data/viewer").filter(|viewer| !viewer.is_null()).cloned()
    }
}
