//! The WebAssembly entry point of the page.

use leptos::{mount::hydrate_body, prelude::window};
use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates the page rendered by the server. Called by the script of the document shell.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    let path = window().location().pathname().unwrap_or_default();
    penny_app::preload_page(&path).await;
    hydrate_body(penny_app::App);
}
