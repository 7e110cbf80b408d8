//! The browser's end of the page.

use leptos::{mount::hydrate_body, prelude::window};
use wasm_bindgen::prelude::wasm_bindgen;

/// Brings the page that the server rendered to life. Called by the script of the page's shell.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    let path = window().location().pathname().unwrap_or_default();
    penny_app::fetch_for(&path).await;
    hydrate_body(penny_app::App);
}
