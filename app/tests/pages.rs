//! Renders whole pages as the server does, with canned answers, and looks at the HTML.
//!
//! With `PENNY_PAGES_DIR` set, each page is also written there, for a look in a browser.
#![cfg(feature = "ssr")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests fail like tests"
)]

use any_spawner::Executor;
use async_trait::async_trait;
use futures::StreamExt;
use leptos::prelude::*;
use leptos_meta::ServerMetaContext;
use leptos_router::location::RequestUrl;
use penny_app::{
    Api, PaneLayout, RequestFacts, SignInMethods, SignInProvider, SiteAssets, StatusSink,
    api::GraphqlTransport, facts,
};
use penny_types::{ColorScheme, Fault, FaultCode, Locale, people::ViewerView};
use serde_json::{Value, json};
use std::sync::{
    Arc, Once,
    atomic::{AtomicU16, Ordering},
};

/// Answers each operation with what a small company would have.
struct Canned {
    conversations: Result<Value, Fault>,
    has_default_model: bool,
}

fn company() -> Canned {
    Canned { conversations: conversations(), has_default_model: true }
}

#[async_trait]
impl GraphqlTransport for Canned {
    async fn execute(&self, _: &str, operation: &str, _: Value) -> Result<Value, Fault> {
        match operation {
            "Conversations" => self.conversations.clone(),
            "Dashboards" => Ok(json!({ "dashboards": [{
                "id": "dsh_00000000000000000000000001", "slug": "company-health", "title": "Company Health", "description": "",
            }] })),
            "Models" => Ok(json!({ "models": [
                { "id": "demo/demo", "name": "Demo", "provider": "PENNY", "isDefault": self.has_default_model, "isDemo": true },
            ] })),
            "Tokens" => Ok(json!({ "tokens": [{
                "id": "tok_00000000000000000000000001", "name": "<b>Nightly</b> report", "scopes": ["chat"],
                "createdAt": "2026-11-01T09:00:00Z", "expiresAt": "2026-12-01T09:00:00Z", "lastUsedAt": null,
            }] })),
            "Tools" => Ok(json!({ "tools": [] })),
            "Artifacts" => Ok(json!({ "artifacts": { "items": [], "nextCursor": null } })),
            _ => Err(Fault::new(FaultCode::NotFound)),
        }
    }
}

fn conversation(number: u8, title: Option<&str>, updated_at: &str) -> Value {
    json!({
        "id": format!("cnv_{number:026}"), "title": title, "isPinned": number == 1, "updatedAt": updated_at,
        "snippet": null, "activeTurnId": (number == 2).then(|| format!("trn_{number:026}")),
    })
}

fn conversations() -> Result<Value, Fault> {
    Ok(json!({ "conversations": { "items": [
        conversation(1, Some("Board pack for November"), "2026-11-02T09:00:00Z"),
        conversation(2, Some("Show me company health now"), "2026-11-20T09:20:00Z"),
        conversation(3, None, "2026-11-20T08:00:00Z"),
        conversation(4, Some("<script>alert(1)</script>"), "2026-11-19T18:30:00Z"),
        conversation(5, Some("مراجعة الميزانية"), "2026-11-16T18:30:00Z"),
        conversation(6, Some("Why did the delivery margin of the Andes project drop in the third quarter?"), "2026-09-01T18:30:00Z"),
    ], "nextCursor": "more" } }))
}

fn viewer() -> ViewerView {
    serde_json::from_value(json!({
        "id": "prn_00000000000000000000000001", "tenantId": "ten_00000000000000000000000001", "name": "Alice Ortega",
        "email": "alice@acme.example", "roles": ["admin"], "locale": "en", "colorScheme": "system",
        "timeZone": "Europe/Madrid", "brand": facts::default_brand(),
    }))
    .unwrap()
}

fn facts(locale: Locale, color_scheme: ColorScheme) -> RequestFacts {
    RequestFacts {
        locale,
        color_scheme,
        now: "2026-11-20T09:30:00Z".parse().unwrap(),
        utc_offset_minutes: 60,
        viewer: Some(viewer()),
        sign_in: SignInMethods {
            password: true,
            providers: vec![SignInProvider { slug: "acme".to_owned(), name: "Acme SSO".to_owned() }],
        },
        ..RequestFacts::default()
    }
}

/// Returns the page at a path as HTML, and its status.
async fn page(path: &str, facts: RequestFacts) -> (u16, String) {
    page_with(path, facts, company()).await
}

async fn page_with(path: &str, facts: RequestFacts, canned: Canned) -> (u16, String) {
    static EXECUTOR: Once = Once::new();
    EXECUTOR.call_once(|| {
        let _ = Executor::init_tokio();
    });
    let name = format!(
        "{}-{}-{}",
        path.trim_matches('/').replace(['/', '?', '='], "-"),
        facts.locale,
        facts.color_scheme
    );
    let status = Arc::new(AtomicU16::new(200));
    let owner = Owner::new_root(Some(Arc::new(hydration_context::SsrSharedContext::new())));
    let (meta, meta_output) = ServerMetaContext::new();
    let stream = owner.with(|| {
        provide_context(RequestUrl::new(path));
        provide_context(meta);
        provide_context(facts);
        provide_context(Api::new(Arc::new(canned)));
        provide_context(assets());
        let seen = status.clone();
        provide_context(StatusSink::new(move |status| seen.store(status, Ordering::SeqCst)));
        Box::pin(penny_app::shell().to_html_stream_in_order())
    });
    let html = meta_output.inject_meta_context(stream).await.collect::<String>().await;
    owner.unset_with_forced_cleanup();
    if let Ok(folder) = std::env::var("PENNY_PAGES_DIR") {
        std::fs::write(format!("{folder}/{name}.html"), &html).unwrap();
    }
    (status.load(Ordering::SeqCst), html)
}

/// The site as it was built, when it was; the address of nothing otherwise.
fn assets() -> SiteAssets {
    let manifest = std::fs::read_to_string("target/site/manifest.json").unwrap_or_default();
    serde_json::from_str(&manifest).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_page_is_whole_in_every_language_and_theme() {
    for locale in Locale::ALL {
        for scheme in ColorScheme::ALL {
            let (status, html) = page("/", facts(*locale, *scheme)).await;
            assert_eq!(status, 200);
            assert!(html.starts_with("<!DOCTYPE html>"));
            assert!(
                html.contains(&format!("<html lang=\"{locale}\" data-theme=\"{scheme}\"")),
                "{html:.300}"
            );
            let new_chat = penny_words::text(*locale, penny_words::keys::UI_NEW_CHAT, &[]);
            assert!(html.contains(&new_chat), "{locale}: {new_chat}");
            assert!(html.contains("Board pack for November"));
            assert!(html.contains("Company Health"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_write_never_becomes_markup() {
    let (_, html) = page("/", facts(Locale::En, ColorScheme::Light)).await;
    assert!(!html.contains("<script>alert(1)"));
    assert!(html.contains("&lt;script&gt;alert(1)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_stand_under_their_day() {
    let (_, html) = page("/", facts(Locale::Es, ColorScheme::Light)).await;
    let at = |words: &str| html.find(words).unwrap_or_else(|| panic!("{words} is missing"));
    assert!(at(">Fijadas<") < at("Board pack for November"));
    assert!(at("Board pack for November") < at(">Hoy<"));
    assert!(at(">Ayer<") < at("alert(1)"));
    assert!(at("Últimos 7 días") < at("مراجعة"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_cannot_be_read_says_so_and_the_page_stands() {
    let fault = Fault::new(FaultCode::Unavailable);
    let words = penny_words::fault(Locale::Es, &fault);
    let canned = Canned { conversations: Err(fault), ..company() };
    let (_, html) = page_with("/", facts(Locale::Es, ColorScheme::Dark), canned).await;
    assert!(html.contains(&words));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_know_the_viewer() {
    let (status, html) = page("/settings", facts(Locale::En, ColorScheme::Contrast)).await;
    assert_eq!(status, 200);
    assert!(html.contains("alice@acme.example"));
    assert!(html.contains("Europe/Madrid"));
    assert!(html.contains("&lt;b&gt;Nightly&lt;/b&gt; report"));
    assert!(html.contains("Expires 1\u{a0}Dec 2026"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_artifact_panel_is_drawn_beside_the_chat_unless_it_was_put_away() {
    let aside = "id=\"artifacts\"";
    let usual = facts(Locale::En, ColorScheme::Light);
    let (_, html) = page("/", usual.clone()).await;
    assert!(html.contains(aside) && html.contains("data-right=\"open\""));
    let (_, html) = page("/settings", usual.clone()).await;
    assert!(!html.contains(aside), "it belongs to the chat");
    let panes = PaneLayout { right_open: false, ..PaneLayout::default() };
    let (_, html) = page("/", RequestFacts { panes, ..usual }).await;
    assert!(!html.contains(aside) && html.contains("data-right=\"closed\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_model_is_named_in_the_readers_language() {
    let (_, html) = page("/", facts(Locale::Es, ColorScheme::Light)).await;
    assert!(html.contains("Demo de PENNY (no es un modelo de lenguaje)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_model_is_known_the_picker_asks_for_one_and_does_not_show_the_demo_as_chosen() {
    for (has_default_model, is_asked) in [(true, false), (false, true)] {
        let canned = Canned { has_default_model, ..company() };
        let (_, html) = page_with("/", facts(Locale::En, ColorScheme::Light), canned).await;
        assert_eq!(html.contains("Pick a model"), is_asked);
        let demo = html.split("<option value=\"demo/demo\"").nth(1).unwrap();
        assert_eq!(demo.split('>').next().unwrap().contains("selected"), !is_asked, "{demo:.60}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sign_in_page_offers_every_way_in_and_explains_errors() {
    let signed_out = RequestFacts { viewer: None, ..facts(Locale::En, ColorScheme::Light) };
    let (_, html) = page("/sign-in?error=credentials&next=/c/x", signed_out).await;
    assert!(html.contains("action=\"/auth/password\""));
    assert!(html.contains("value=\"/c/x\""));
    assert!(html.contains("/auth/oidc/acme/start?next=/c/x"));
    assert!(html.contains(&penny_words::text(
        Locale::En,
        penny_words::keys::UI_SIGN_IN_ERROR_CREDENTIALS,
        &[]
    )));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_one_time_link_asks_before_it_is_used() {
    let signed_out = RequestFacts { viewer: None, ..facts(Locale::Es, ColorScheme::Light) };
    let (_, html) = page("/auth/link/s3cret", signed_out).await;
    assert!(html.contains("method=\"post\" action=\"/auth/link/s3cret\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_is_answered_with_404_and_a_way_home() {
    let (status, html) = page("/no/such/page", facts(Locale::En, ColorScheme::Dark)).await;
    assert_eq!(status, 404);
    assert!(html.contains("<h1"));
    assert!(html.contains("href=\"/\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_title_names_the_page_and_the_product() {
    let (_, html) = page("/settings", facts(Locale::Es, ColorScheme::Dark)).await;
    assert!(html.contains("<title>Ajustes · PENNY</title>"), "{html:.900}");
}
