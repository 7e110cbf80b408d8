//! Sign-in with OpenID Connect, against a real provider (node-oidc-provider).

use crate::{
    fresh_app::{Browser, BrowserResponse, FreshApp},
    sign_in_audit::sign_in_records,
};
use chrono::TimeDelta;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// The provider process, which exits when its standard input closes.
struct OidcProvider {
    issuer: String,
    child: Child,
}

impl Drop for OidcProvider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl OidcProvider {
    /// Starts the provider; `None`, with a `skipped:` line, where it is not installed.
    fn start() -> Option<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        if !root.join("end2end/node_modules/oidc-provider").is_dir() {
            println!("skipped: sign-in with OpenID Connect: run `npm ci` in end2end first");
            return None;
        }
        let mut command = Command::new("node");
        command.arg(root.join("end2end/services/oidc.mjs")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let startup: Value = serde_json::from_str(&line).unwrap();
        Some(Self { issuer: startup["issuer"].as_str().unwrap().to_owned(), child })
    }

    async fn control(&self, path: &str) -> Value {
        Browser::at(self.issuer.clone()).get(&format!("/control/{path}")).await.json()
    }

    async fn start_app(&self, more: &[(&str, &str)]) -> FreshApp {
        let common = [
            ("PENNY__AUTH__OIDC__ACME__ISSUER", self.issuer.as_str()),
            ("PENNY__AUTH__OIDC__ACME__CLIENT_ID", "penny"),
            ("PENNY__AUTH__OIDC__ACME__CLIENT_SECRET", "penny-secret"),
            ("PENNY__AUTH__OIDC__ACME__NAME", "Acme account"),
            ("PENNY__AUTH__OIDC__PUBLIC__ISSUER", self.issuer.as_str()),
            ("PENNY__AUTH__OIDC__PUBLIC__CLIENT_ID", "penny-public"),
        ];
        FreshApp::start(&[&common, more].concat()).await
    }

    /// Completes the provider's login and consent pages and returns the callback URL.
    async fn log_in(&self, address: &str, login: &str) -> String {
        let browser = Browser::at(self.issuer.clone());
        let mut response = browser.get(address).await;
        for _ in 0..12 {
            let location = response.location().to_owned();
            if location.contains("/auth/oidc/") && !location.starts_with(&self.issuer) {
                return location;
            }
            if !location.is_empty() {
                response = browser.get(&location).await;
                continue;
            }
            let form = form_fields(&response.body, login);
            let action = attribute(&response.body, "action=\"").expect("the provider shows no form");
            let pairs: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            response = browser.post(&action, &pairs).await;
        }
        panic!("the provider does not redirect back: {} {}", response.status, response.body);
    }
}

fn attribute(html: &str, name: &str) -> Option<String> {
    Some(html.split(name).nth(1)?.split('"').next()?.to_owned())
}

/// Returns the fields of the provider's form, filled in.
fn form_fields(html: &str, login: &str) -> Vec<(String, String)> {
    let prompt = html
        .split("name=\"prompt\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or("login");
    let mut form = vec![("prompt".to_owned(), prompt.to_owned())];
    if prompt == "login" {
        form.push(("login".to_owned(), login.to_owned()));
        form.push(("password".to_owned(), "anything".to_owned()));
    }
    form
}

/// Starts the sign-in and returns the provider's authorization URL.
async fn start_sign_in(browser: &Browser, slug: &str) -> String {
    let response = browser.get(&format!("/auth/oidc/{slug}/start?next=/settings")).await;
    assert_eq!(response.status.as_u16(), 303, "{}", response.body);
    response.location().to_owned()
}

/// Signs in through the provider and returns the response to the callback.
async fn sign_in(provider: &OidcProvider, browser: &Browser, slug: &str, login: &str) -> BrowserResponse {
    let address = start_sign_in(browser, slug).await;
    let back = provider.log_in(&address, login).await;
    browser.get(&back).await
}

const FAILED: &str = "/sign-in?error=provider&next=%2Fsettings";

#[tokio::test(flavor = "multi_thread")]
async fn an_external_user_signs_in_and_gets_the_same_account_the_next_time() {
    let Some(provider) = OidcProvider::start() else { return };
    let app = provider.start_app(&[]).await;
    let browser = app.browser();
    let sign_in_page = browser.get("/sign-in").await;
    assert!(
        sign_in_page.body.contains("/auth/oidc/acme/start") && sign_in_page.body.contains("Acme account")
    );
    let address = start_sign_in(&browser, "acme").await;
    for part in ["response_type=code", "code_challenge_method=S256", "nonce=", "state=", "scope=openid"] {
        assert!(address.contains(part), "{part} is missing in {address}");
    }
    let before = browser.cookie("penny_session").unwrap();
    let back = provider.log_in(&address, "alice").await;
    let response = browser.get(&back).await;
    assert_eq!(response.location(), "/settings");
    assert_ne!(browser.cookie("penny_session").unwrap(), before, "the session id changes");
    let viewer = browser.viewer().await.unwrap();
    assert_eq!((&viewer["email"], &viewer["name"]), (&"alice@acme.example".into(), &"Alice".into()));
    assert_eq!(viewer["roles"], serde_json::json!(["creator"]));
    let again = app.browser();
    sign_in(&provider, &again, "acme", "alice").await;
    assert_eq!(again.viewer().await.unwrap()["id"], viewer["id"]);
    let request_counts = provider.control("seen").await;
    assert_eq!(
        (&request_counts["metadata"], &request_counts["keys"]),
        (&1.into(), &1.into()),
        "metadata and keys are cached"
    );
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_and_a_user_without_email_can_sign_in() {
    let Some(provider) = OidcProvider::start() else { return };
    let app = provider.start_app(&[("PENNY__AUTH__OIDC__PUBLIC__DEFAULT_ROLE", "viewer")]).await;
    let browser = app.browser();
    assert_eq!(sign_in(&provider, &browser, "public", "silent-carol").await.location(), "/settings");
    let viewer = browser.viewer().await.unwrap();
    assert_eq!((&viewer["email"], &viewer["roles"]), (&Value::Null, &serde_json::json!(["viewer"])));
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_is_valid_once_and_only_in_the_browser_that_started_it() {
    let Some(provider) = OidcProvider::start() else { return };
    let app = provider.start_app(&[]).await;
    let browser = app.browser();
    let address = start_sign_in(&browser, "acme").await;
    let back = provider.log_in(&address, "alice").await;
    let mallory = app.browser();
    assert_eq!(mallory.get(&back).await.location(), "/sign-in?error=expired", "another browser");
    start_sign_in(&mallory, "acme").await;
    assert_eq!(mallory.get(&back).await.location(), "/sign-in?error=expired", "another sign-in's state");
    let wrong = back.replace("state=", "state=0");
    assert_eq!(browser.get(&wrong).await.location(), "/sign-in?error=expired", "a wrong state");
    assert_eq!(
        browser.get("/auth/oidc/acme/callback?code=x").await.location(),
        "/sign-in?error=expired",
        "no state"
    );
    assert_eq!(
        browser.get(&back.replace("/acme/", "/public/")).await.location(),
        "/sign-in?error=expired",
        "another provider"
    );
    assert_eq!(browser.get(&back).await.location(), "/settings");
    assert_eq!(browser.get(&back).await.location(), "/sign-in?error=expired", "a second time");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_with_another_nonce_is_rejected() {
    let Some(provider) = OidcProvider::start() else { return };
    let app = provider.start_app(&[]).await;
    let browser = app.browser();
    let address = start_sign_in(&browser, "acme").await;
    let nonce = address.split("nonce=").nth(1).unwrap().split('&').next().unwrap();
    let back = provider.log_in(&address.replace(nonce, "another"), "alice").await;
    assert_eq!(browser.get(&back).await.location(), FAILED);
    assert!(browser.viewer().await.is_none());
    let record = ["identity.sign_in_external", "acme from 127.0.0.1", "denied"].map(str::to_owned);
    assert_eq!(sign_in_records(&app).await, [record], "the attempt is recorded");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_rejected_without_its_verifier_or_from_another_issuer() {
    let Some(provider) = OidcProvider::start() else { return };
    let app = provider.start_app(&[]).await;
    let browser = app.browser();
    let stolen = provider.log_in(&start_sign_in(&app.browser(), "acme").await, "alice").await;
    let code = |url: &str| url.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let own = provider.log_in(&start_sign_in(&browser, "acme").await, "mallory").await;
    assert_eq!(
        browser.get(&own.replace(&code(&own), &code(&stolen))).await.location(),
        FAILED,
        "a code from another sign-in"
    );
    let own = provider.log_in(&start_sign_in(&browser, "acme").await, "mallory").await;
    let wrong_issuer = own.split("&iss=").next().unwrap().to_owned() + "&iss=https%3A%2F%2Fevil.example";
    assert_eq!(browser.get(&wrong_issuer).await.location(), FAILED, "a callback with another issuer");
    let callback = own.split('?').next().unwrap().to_owned();
    let state = start_sign_in(&browser, "acme")
        .await
        .split("state=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap()
        .to_owned();
    let response = browser.get(&format!("{callback}?error=access_denied&state={state}")).await;
    assert_eq!(response.location(), FAILED, "the provider denied access");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rotated_provider_keys_are_fetched_at_most_every_30_seconds() {
    let Some(provider) = OidcProvider::start() else { return };
    let app = provider.start_app(&[]).await;
    assert_eq!(sign_in(&provider, &app.browser(), "acme", "alice").await.location(), "/settings");
    provider.control("rotate").await;
    app.clock.advance(TimeDelta::seconds(30));
    assert_eq!(sign_in(&provider, &app.browser(), "acme", "alice").await.location(), "/settings");
    assert_eq!(provider.control("seen").await["keys"], 2);
    provider.control("rotate").await;
    let too_soon = sign_in(&provider, &app.browser(), "acme", "alice").await;
    assert_eq!(too_soon.location(), FAILED, "an unknown key does not cause a request each time");
    assert_eq!(provider.control("seen").await["keys"], 2);
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_skew_is_tolerated_up_to_a_minute() {
    let Some(provider) = OidcProvider::start() else { return };
    for (seconds, is_accepted) in [(-50, true), (-120, false), (50, true), (7200, false)] {
        let app = provider.start_app(&[]).await;
        app.clock.advance(TimeDelta::seconds(seconds));
        let response = sign_in(&provider, &app.browser(), "acme", "alice").await;
        assert_eq!(response.location(), if is_accepted { "/settings" } else { FAILED }, "{seconds} seconds");
        app.server.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_linked_by_email_only_if_verified_and_enabled() {
    let Some(provider) = OidcProvider::start() else { return };
    let app = provider.start_app(&[]).await;
    app.create_user("alice@acme.example").await;
    let taken = sign_in(&provider, &app.browser(), "acme", "alice").await;
    assert_eq!(taken.location(), "/sign-in?error=unknown_user&next=%2Fsettings");
    app.server.stop().await.unwrap();

    let app = provider.start_app(&[("PENNY__AUTH__OIDC__ACME__LINK_BY_EMAIL", "true")]).await;
    let alice = app.create_user("alice@acme.example").await;
    let browser = app.browser();
    assert_eq!(sign_in(&provider, &browser, "acme", "alice").await.location(), "/settings");
    assert_eq!(browser.viewer().await.unwrap()["id"], alice.to_string());
    app.create_user("unverified-bob@acme.example").await;
    let browser = app.browser();
    assert_eq!(sign_in(&provider, &browser, "acme", "unverified-bob").await.location(), "/settings");
    assert_eq!(
        browser.viewer().await.unwrap()["email"],
        Value::Null,
        "a new account without the e-mail address"
    );
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unavailable_provider_is_reported_and_works_again_later() {
    let Some(provider) = OidcProvider::start() else { return };
    let app = provider.start_app(&[]).await;
    provider.control("away?on=1").await;
    let browser = app.browser();
    assert_eq!(browser.get("/auth/oidc/acme/start").await.location(), "/sign-in?error=provider");
    provider.control("away?on=0").await;
    assert_eq!(sign_in(&provider, &browser, "acme", "alice").await.location(), "/settings");
    let globex = app.create_tenant("globex", "globex.example").await;
    app.create_user_in(globex, "bob@globex.example").await;
    let globex_browser = app.browser().with_host("globex.example");
    assert_eq!(
        globex_browser.get("/auth/oidc/acme/start").await.location(),
        "/sign-in?error=disabled",
        "another tenant's provider"
    );
    assert_eq!(browser.get("/auth/oidc/none/start").await.location(), "/sign-in?error=disabled");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_sign_in_is_deleted_after_ten_minutes_and_stores_little() {
    let Some(provider) = OidcProvider::start() else { return };
    let app = provider.start_app(&[]).await;
    let sessions = &app.server.state.services.identity.sessions;
    let (browser, carol) = (app.browser(), app.browser());
    assert_eq!(sign_in(&provider, &carol, "acme", "carol").await.location(), "/settings");
    let long = format!("/auth/oidc/acme/start?next=/{}", "x".repeat(20_000));
    let response = browser.get(&long).await;
    assert_eq!(response.status.as_u16(), 303, "{}", response.body);
    let files = std::fs::read_dir(app.data_dir()).unwrap().map(|file| file.unwrap().path());
    for file in files.filter(|path| path.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        let is_stored = bytes.windows(3_000).any(|window| window.iter().all(|byte| *byte == b'x'));
        assert!(!is_stored, "{} contains the long URL", file.display());
    }
    app.clock.advance(TimeDelta::minutes(9));
    assert_eq!(sessions.delete_expired().await.unwrap(), 0);
    app.clock.advance(TimeDelta::minutes(2));
    assert_eq!(sessions.delete_expired().await.unwrap(), 1);
    app.clock.advance(TimeDelta::days(13));
    assert_eq!(
        sessions.delete_expired().await.unwrap(),
        0,
        "a finished sign-in has the normal session lifetime"
    );
    assert!(carol.viewer().await.is_some());
    app.server.stop().await.unwrap();
}
