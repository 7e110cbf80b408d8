//! Signing in by OpenID Connect, against the certified provider running for real.

use crate::{
    sign_in_app::{Answer, Browser, House},
    sign_in_audit::told,
};
use chrono::TimeDelta;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// The provider's process; it ends with its standard input.
struct Provider {
    issuer: String,
    child: Child,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Provider {
    /// Starts the provider; says why not where it cannot be had.
    fn start() -> Option<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        if !root.join("end2end/node_modules/oidc-provider").is_dir() {
            println!("skipped: signing in by OpenID Connect: run `npm ci` in end2end first");
            return None;
        }
        let mut command = Command::new("node");
        command.arg(root.join("end2end/services/oidc.mjs")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        Some(Self { issuer: told["issuer"].as_str().unwrap().to_owned(), child })
    }

    async fn control(&self, path: &str) -> Value {
        Browser::at(self.issuer.clone()).get(&format!("/control/{path}")).await.json()
    }

    async fn house(&self, more: &[(&str, &str)]) -> House {
        let common = [
            ("PENNY__AUTH__OIDC__ACME__ISSUER", self.issuer.as_str()),
            ("PENNY__AUTH__OIDC__ACME__CLIENT_ID", "penny"),
            ("PENNY__AUTH__OIDC__ACME__CLIENT_SECRET", "penny-secret"),
            ("PENNY__AUTH__OIDC__ACME__NAME", "Acme account"),
            ("PENNY__AUTH__OIDC__PUBLIC__ISSUER", self.issuer.as_str()),
            ("PENNY__AUTH__OIDC__PUBLIC__CLIENT_ID", "penny-public"),
        ];
        House::open(&[&common, more].concat()).await
    }

    /// Goes through the provider's own pages as a person would; returns where it sends the browser.
    async fn log_in(&self, address: &str, login: &str) -> String {
        let there = Browser::at(self.issuer.clone());
        let mut answer = there.get(address).await;
        for _ in 0..12 {
            let place = answer.location().to_owned();
            if place.contains("/auth/oidc/") && !place.starts_with(&self.issuer) {
                return place;
            }
            if !place.is_empty() {
                answer = there.get(&place).await;
                continue;
            }
            let form = fields(&answer.body, login);
            let action = attribute(&answer.body, "action=\"").expect("the provider shows a form");
            let pairs: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            answer = there.post(&action, &pairs).await;
        }
        panic!("the provider leads nowhere: {} {}", answer.status, answer.body);
    }
}

fn attribute(html: &str, name: &str) -> Option<String> {
    Some(html.split(name).nth(1)?.split('"').next()?.to_owned())
}

/// Fills in the provider's form.
fn fields(html: &str, login: &str) -> Vec<(String, String)> {
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

/// Begins at our door; returns where the browser is sent.
async fn begin(browser: &Browser, slug: &str) -> String {
    let answer = browser.get(&format!("/auth/oidc/{slug}/start?next=/settings")).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.body);
    answer.location().to_owned()
}

/// Begins, logs in and comes back.
async fn whole(provider: &Provider, browser: &Browser, slug: &str, login: &str) -> Answer {
    let address = begin(browser, slug).await;
    let back = provider.log_in(&address, login).await;
    browser.get(&back).await
}

const FAILED: &str = "/sign-in?error=provider&next=%2Fsettings";

#[tokio::test(flavor = "multi_thread")]
async fn a_person_comes_in_through_the_provider_and_is_known_the_next_time() {
    let Some(provider) = Provider::start() else { return };
    let house = provider.house(&[]).await;
    let browser = house.browser();
    let door = browser.get("/sign-in").await;
    assert!(door.body.contains("/auth/oidc/acme/start") && door.body.contains("Acme account"));
    let address = begin(&browser, "acme").await;
    for part in ["response_type=code", "code_challenge_method=S256", "nonce=", "state=", "scope=openid"] {
        assert!(address.contains(part), "{part} is missing in {address}");
    }
    let before = browser.cookie("penny_session").unwrap();
    let back = provider.log_in(&address, "alice").await;
    let answer = browser.get(&back).await;
    assert_eq!(answer.location(), "/settings");
    assert_ne!(browser.cookie("penny_session").unwrap(), before, "the session's id rotates");
    let viewer = browser.viewer().await.unwrap();
    assert_eq!((&viewer["email"], &viewer["name"]), (&"alice@acme.example".into(), &"Alice".into()));
    assert_eq!(viewer["roles"], serde_json::json!(["creator"]));
    let again = house.browser();
    whole(&provider, &again, "acme", "alice").await;
    assert_eq!(again.viewer().await.unwrap()["id"], viewer["id"]);
    let seen = provider.control("seen").await;
    assert_eq!((&seen["metadata"], &seen["keys"]), (&1.into(), &1.into()), "both are kept");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_and_a_person_without_an_address_come_in_too() {
    let Some(provider) = Provider::start() else { return };
    let house = provider.house(&[("PENNY__AUTH__OIDC__PUBLIC__DEFAULT_ROLE", "viewer")]).await;
    let browser = house.browser();
    assert_eq!(whole(&provider, &browser, "public", "silent-carol").await.location(), "/settings");
    let viewer = browser.viewer().await.unwrap();
    assert_eq!((&viewer["email"], &viewer["roles"]), (&Value::Null, &serde_json::json!(["viewer"])));
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once_and_only_in_the_browser_that_asked() {
    let Some(provider) = Provider::start() else { return };
    let house = provider.house(&[]).await;
    let browser = house.browser();
    let address = begin(&browser, "acme").await;
    let back = provider.log_in(&address, "alice").await;
    let mallory = house.browser();
    assert_eq!(mallory.get(&back).await.location(), "/sign-in?error=expired", "another browser");
    begin(&mallory, "acme").await;
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
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_with_another_nonce_is_refused() {
    let Some(provider) = Provider::start() else { return };
    let house = provider.house(&[]).await;
    let browser = house.browser();
    let address = begin(&browser, "acme").await;
    let nonce = address.split("nonce=").nth(1).unwrap().split('&').next().unwrap();
    let back = provider.log_in(&address.replace(nonce, "another"), "alice").await;
    assert_eq!(browser.get(&back).await.location(), FAILED);
    assert!(browser.viewer().await.is_none());
    let refused = ["identity.sign_in_external", "acme from 127.0.0.1", "denied"].map(str::to_owned);
    assert_eq!(told(&house).await, [refused], "it is on record");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_worth_nothing_without_the_verifier_or_from_another_issuer() {
    let Some(provider) = Provider::start() else { return };
    let house = provider.house(&[]).await;
    let browser = house.browser();
    let stolen = provider.log_in(&begin(&house.browser(), "acme").await, "alice").await;
    let code = |place: &str| place.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let own = provider.log_in(&begin(&browser, "acme").await, "mallory").await;
    assert_eq!(
        browser.get(&own.replace(&code(&own), &code(&stolen))).await.location(),
        FAILED,
        "somebody else's code"
    );
    let own = provider.log_in(&begin(&browser, "acme").await, "mallory").await;
    let mixed = own.split("&iss=").next().unwrap().to_owned() + "&iss=https%3A%2F%2Fevil.example";
    assert_eq!(browser.get(&mixed).await.location(), FAILED, "another issuer's answer");
    let said_no = own.split('?').next().unwrap().to_owned();
    let state =
        begin(&browser, "acme").await.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let answer = browser.get(&format!("{said_no}?error=access_denied&state={state}")).await;
    assert_eq!(answer.location(), FAILED, "the provider says no");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn new_keys_are_fetched_when_the_provider_changes_them() {
    let Some(provider) = Provider::start() else { return };
    let house = provider.house(&[]).await;
    assert_eq!(whole(&provider, &house.browser(), "acme", "alice").await.location(), "/settings");
    provider.control("rotate").await;
    house.clock.advance(TimeDelta::seconds(30));
    assert_eq!(whole(&provider, &house.browser(), "acme", "alice").await.location(), "/settings");
    assert_eq!(provider.control("seen").await["keys"], 2);
    provider.control("rotate").await;
    let too_soon = whole(&provider, &house.browser(), "acme", "alice").await;
    assert_eq!(too_soon.location(), FAILED, "unknown keys do not make us ask again and again");
    assert_eq!(provider.control("seen").await["keys"], 2);
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_may_differ_by_a_minute_and_no_more() {
    let Some(provider) = Provider::start() else { return };
    for (seconds, is_let_in) in [(-50, true), (-120, false), (50, true), (7200, false)] {
        let house = provider.house(&[]).await;
        house.clock.advance(TimeDelta::seconds(seconds));
        let answer = whole(&provider, &house.browser(), "acme", "alice").await;
        assert_eq!(answer.location(), if is_let_in { "/settings" } else { FAILED }, "{seconds} seconds");
        house.server.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_finds_an_account_only_when_it_is_verified_and_the_operator_allows_it() {
    let Some(provider) = Provider::start() else { return };
    let house = provider.house(&[]).await;
    house.person("alice@acme.example").await;
    let taken = whole(&provider, &house.browser(), "acme", "alice").await;
    assert_eq!(taken.location(), "/sign-in?error=unknown_user&next=%2Fsettings");
    house.server.stop().await.unwrap();

    let house = provider.house(&[("PENNY__AUTH__OIDC__ACME__LINK_BY_EMAIL", "true")]).await;
    let alice = house.person("alice@acme.example").await;
    let browser = house.browser();
    assert_eq!(whole(&provider, &browser, "acme", "alice").await.location(), "/settings");
    assert_eq!(browser.viewer().await.unwrap()["id"], alice.to_string());
    house.person("unverified-bob@acme.example").await;
    let browser = house.browser();
    assert_eq!(whole(&provider, &browser, "acme", "unverified-bob").await.location(), "/settings");
    assert_eq!(browser.viewer().await.unwrap()["email"], Value::Null, "a new account, without the address");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_is_an_error_in_words_and_comes_back() {
    let Some(provider) = Provider::start() else { return };
    let house = provider.house(&[]).await;
    provider.control("away?on=1").await;
    let browser = house.browser();
    assert_eq!(browser.get("/auth/oidc/acme/start").await.location(), "/sign-in?error=provider");
    provider.control("away?on=0").await;
    assert_eq!(whole(&provider, &browser, "acme", "alice").await.location(), "/settings");
    let globex = house.company("globex", "globex.example").await;
    house.person_in(globex, "bob@globex.example").await;
    let there = house.browser().by_host("globex.example");
    assert_eq!(
        there.get("/auth/oidc/acme/start").await.location(),
        "/sign-in?error=disabled",
        "another tenant's provider"
    );
    assert_eq!(browser.get("/auth/oidc/none/start").await.location(), "/sign-in?error=disabled");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_is_only_begun_is_kept_for_ten_minutes_and_keeps_little() {
    let Some(provider) = Provider::start() else { return };
    let house = provider.house(&[]).await;
    let sessions = &house.server.state.services.identity.sessions;
    let (browser, carol) = (house.browser(), house.browser());
    assert_eq!(whole(&provider, &carol, "acme", "carol").await.location(), "/settings");
    let long = format!("/auth/oidc/acme/start?next=/{}", "x".repeat(20_000));
    let begun = browser.get(&long).await;
    assert_eq!(begun.status.as_u16(), 303, "{}", begun.body);
    let files = std::fs::read_dir(house.data()).unwrap().map(|file| file.unwrap().path());
    for file in files.filter(|path| path.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        let is_kept = bytes.windows(3_000).any(|window| window.iter().all(|byte| *byte == b'x'));
        assert!(!is_kept, "{} holds it", file.display());
    }
    house.clock.advance(TimeDelta::minutes(9));
    assert_eq!(sessions.forget_ended().await.unwrap(), 0);
    house.clock.advance(TimeDelta::minutes(2));
    assert_eq!(sessions.forget_ended().await.unwrap(), 1);
    house.clock.advance(TimeDelta::days(13));
    assert_eq!(sessions.forget_ended().await.unwrap(), 0, "whoever came in has the usual time");
    assert!(carol.viewer().await.is_some());
    house.server.stop().await.unwrap();
}
