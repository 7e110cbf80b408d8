//! Renders whole pages as the server does, with canned GraphQL responses, and checks the HTML.
//!
//! If `PENNY_PAGES_DIR` is set, each page is also written to that directory.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "test helpers may panic")]

use any_spawner::Executor;
use async_trait::async_trait;
use futures::StreamExt;
use leptos::prelude::*;
use leptos_meta::ServerMetaContext;
use leptos_router::{PathSegment, RouteList, location::RequestUrl};
use penny_app::{
    Api, App, PAGES, PageContext, PaneLayout, SignInMethods, SignInProvider, SiteAssets, StatusSink,
    api::GraphqlTransport, page_context,
};
use penny_types::{ColorScheme, Fault, FaultCode, Locale, people::ViewerView};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Once,
        atomic::{AtomicU16, Ordering},
    },
};

/// Returns fixed responses with the data of a small company.
struct CannedTransport {
    conversations: Result<Value, Fault>,
    has_default_model: bool,
}

fn canned_transport() -> CannedTransport {
    CannedTransport { conversations: conversations(), has_default_model: true }
}

#[async_trait]
impl GraphqlTransport for CannedTransport {
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
        "timeZone": "Europe/Madrid", "brand": page_context::default_brand(),
    }))
    .unwrap()
}

fn context(locale: Locale, color_scheme: ColorScheme) -> PageContext {
    PageContext {
        locale,
        color_scheme,
        now: "2026-11-20T09:30:00Z".parse().unwrap(),
        utc_offset_minutes: 60,
        viewer: Some(viewer()),
        sign_in: SignInMethods {
            password: true,
            providers: vec![SignInProvider { slug: "acme".to_owned(), name: "Acme SSO".to_owned() }],
        },
        ..PageContext::default()
    }
}

/// Returns the HTTP status and the HTML of the page at a path.
async fn render(path: &str, context: PageContext) -> (u16, String) {
    render_with(path, context, canned_transport()).await
}

async fn render_with(path: &str, context: PageContext, transport: CannedTransport) -> (u16, String) {
    init_executor();
    let name = format!(
        "{}-{}-{}",
        path.trim_matches('/').replace(['/', '?', '='], "-"),
        context.locale,
        context.color_scheme
    );
    let status = Arc::new(AtomicU16::new(200));
    let owner = Owner::new_root(Some(Arc::new(hydration_context::SsrSharedContext::new())));
    let (meta, meta_output) = ServerMetaContext::new();
    let stream = owner.with(|| {
        provide_context(RequestUrl::new(path));
        provide_context(meta);
        provide_context(context);
        provide_context(Api::new(Arc::new(transport)));
        provide_context(assets());
        let seen_status = status.clone();
        provide_context(StatusSink::new(move |status| seen_status.store(status, Ordering::SeqCst)));
        Box::pin(penny_app::shell().to_html_stream_in_order())
    });
    let html = meta_output.inject_meta_context(stream).await.collect::<String>().await;
    owner.unset_with_forced_cleanup();
    if let Ok(folder) = std::env::var("PENNY_PAGES_DIR") {
        std::fs::write(format!("{folder}/{name}.html"), &html).unwrap();
    }
    (status.load(Ordering::SeqCst), html)
}

fn init_executor() {
    static EXECUTOR: Once = Once::new();
    EXECUTOR.call_once(|| {
        let _ = Executor::init_tokio();
    });
}

/// Returns the path patterns of the router's routes.
fn route_patterns() -> BTreeSet<String> {
    init_executor();
    let owner = Owner::new_root(Some(Arc::new(hydration_context::SsrSharedContext::new())));
    let (meta, _meta_output) = ServerMetaContext::new();
    let routes = owner.with(|| {
        provide_context(RequestUrl::new("/"));
        provide_context(meta);
        provide_context(context(Locale::En, ColorScheme::Light));
        provide_context(Api::new(Arc::new(canned_transport())));
        RouteList::generate(|| view! { <App/> })
    });
    owner.unset_with_forced_cleanup();
    routes.unwrap().iter().map(|route| route_pattern(route.path())).collect()
}

fn route_pattern(path: &[PathSegment]) -> String {
    let segments = path.iter().map(|segment| match segment {
        PathSegment::Param(name) => format!(":{name}"),
        other => other.as_raw_str().to_owned(),
    });
    let segments: Vec<String> = segments.filter(|segment| !segment.is_empty()).collect();
    format!("/{}", segments.join("/"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_has_an_entry_in_the_table_of_pages_and_every_entry_has_a_route() {
    let table: BTreeSet<String> = PAGES.iter().map(|page| page.path.to_owned()).collect();
    assert_eq!(table, route_patterns());
    assert_eq!(table.len(), PAGES.len(), "two entries have the same path");
}

/// Returns the manifest of the built site; empty if the site has not been built.
fn assets() -> SiteAssets {
    let manifest = std::fs::read_to_string("target/site/manifest.json").unwrap_or_default();
    serde_json::from_str(&manifest).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_page_is_complete_in_every_language_and_theme() {
    for locale in Locale::ALL {
        for scheme in ColorScheme::ALL {
            let (status, html) = render("/", context(*locale, *scheme)).await;
            assert_eq!(status, 200);
            assert!(html.starts_with("<!DOCTYPE html>"));
            assert!(
                html.contains(&format!("<html lang=\"{locale}\" data-theme=\"{scheme}\"")),
                "{html:.300}"
            );
            let new_chat = penny_i18n::text(*locale, penny_i18n::keys::UI_NEW_CHAT, &[]);
            assert!(html.contains(&new_chat), "{locale}: {new_chat}");
            assert!(html.contains("Board pack for November"));
            assert!(html.contains("Company Health"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn user_text_is_escaped() {
    let (_, html) = render("/", context(Locale::En, ColorScheme::Light)).await;
    assert!(!html.contains("<script>alert(1)"));
    assert!(html.contains("&lt;script&gt;alert(1)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_are_grouped_by_day() {
    let (_, html) = render("/", context(Locale::Es, ColorScheme::Light)).await;
    let position = |text: &str| html.find(text).unwrap_or_else(|| panic!("`{text}` is missing"));
    assert!(position(">Fijadas<") < position("Board pack for November"));
    assert!(position("Board pack for November") < position(">Hoy<"));
    assert!(position(">Ayer<") < position("alert(1)"));
    assert!(position("Últimos 7 días") < position("مراجعة"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_list_shows_the_fault_and_the_page_is_rendered() {
    let fault = Fault::new(FaultCode::Unavailable);
    let message = penny_i18n::fault(Locale::Es, &fault);
    let transport = CannedTransport { conversations: Err(fault), ..canned_transport() };
    let (_, html) = render_with("/", context(Locale::Es, ColorScheme::Dark), transport).await;
    assert!(html.contains(&message));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_show_the_viewer() {
    let (status, html) = render("/settings", context(Locale::En, ColorScheme::Contrast)).await;
    assert_eq!(status, 200);
    assert!(html.contains("alice@acme.example"));
    assert!(html.contains("Europe/Madrid"));
    assert!(html.contains("&lt;b&gt;Nightly&lt;/b&gt; report"));
    assert!(html.contains("Expires 1\u{a0}Dec 2026"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_artifact_panel_is_rendered_beside_the_chat_unless_it_was_closed() {
    let panel = "id=\"artifacts\"";
    let default_context = context(Locale::En, ColorScheme::Light);
    let (_, html) = render("/", default_context.clone()).await;
    assert!(html.contains(panel) && html.contains("data-right=\"open\""));
    let (_, html) = render("/settings", default_context.clone()).await;
    assert!(!html.contains(panel), "only the chat has an artifact panel");
    let panes = PaneLayout { right_open: false, ..PaneLayout::default() };
    let (_, html) = render("/", PageContext { panes, ..default_context }).await;
    assert!(!html.contains(panel) && html.contains("data-right=\"closed\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_the_demo_model_is_translated() {
    let (_, html) = render("/", context(Locale::Es, ColorScheme::Light)).await;
    assert!(html.contains("Demo de PENNY (no es un modelo de lenguaje)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_default_model_the_picker_has_no_selection() {
    for (has_default_model, is_unselected) in [(true, false), (false, true)] {
        let transport = CannedTransport { has_default_model, ..canned_transport() };
        let (_, html) = render_with("/", context(Locale::En, ColorScheme::Light), transport).await;
        assert_eq!(html.contains("Pick a model"), is_unselected);
        let demo = html.split("<option value=\"demo/demo\"").nth(1).unwrap();
        assert_eq!(demo.split('>').next().unwrap().contains("selected"), !is_unselected, "{demo:.60}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sign_in_page_lists_all_methods_and_explains_errors() {
    let signed_out = PageContext { viewer: None, ..context(Locale::En, ColorScheme::Light) };
    let (_, html) = render("/sign-in?error=credentials&next=/c/x", signed_out).await;
    assert!(html.contains("action=\"/auth/password\""));
    assert!(html.contains("value=\"/c/x\""));
    assert!(html.contains("/auth/oidc/acme/start?next=/c/x"));
    assert!(html.contains(&penny_i18n::text(
        Locale::En,
        penny_i18n::keys::UI_SIGN_IN_ERROR_CREDENTIALS,
        &[]
    )));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_one_time_link_requires_confirmation() {
    let signed_out = PageContext { viewer: None, ..context(Locale::Es, ColorScheme::Light) };
    let (_, html) = render("/auth/link/s3cret", signed_out).await;
    assert!(html.contains("method=\"post\" action=\"/auth/link/s3cret\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_returns_404_and_a_link_to_the_start_page() {
    let (status, html) = render("/no/such/page", context(Locale::En, ColorScheme::Dark)).await;
    assert_eq!(status, 404);
    assert!(html.contains("<h1"));
    assert!(html.contains("href=\"/\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_title_contains_the_page_and_the_product() {
    let (_, html) = render("/settings", context(Locale::Es, ColorScheme::Dark)).await;
    assert!(html.contains("<title>Ajustes · PENNY</title>"), "{html:.900}");
}
