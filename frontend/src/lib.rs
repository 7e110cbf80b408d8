//! The browser's end of the page.

use wasm_bindgen::prelude::wasm_bindgen;

/// Brings the page that the server rendered to life. Called by the script of the page's shell.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(penny_app::App);
}
