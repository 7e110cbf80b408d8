//! JavaScript libraries that are loaded on first use.

use leptos::prelude::*;
use std::collections::BTreeMap;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

/// URLs of the lazily loaded libraries by name.
#[derive(Debug, Clone, Copy)]
pub struct JsModules(StoredValue<BTreeMap<String, String>>);

#[wasm_bindgen(inline_js = "export function load_module(url) { return import(url); }")]
extern "C" {
    /// Imports a JavaScript module. The browser caches it.
    fn load_module(url: &str) -> js_sys::Promise;
}

/// Returns the lazily loaded libraries.
#[must_use]
pub fn use_js_modules() -> JsModules {
    use_context::<JsModules>().unwrap_or_else(|| JsModules::new(BTreeMap::new()))
}

impl JsModules {
    pub(super) fn new(urls: BTreeMap<String, String>) -> Self {
        Self(StoredValue::new(urls))
    }

    /// Loads a library (`echarts`, `mermaid`) and returns its module object. Only in the browser.
    ///
    /// # Errors
    /// When the library is not part of the site or cannot be loaded.
    pub async fn load(self, name: &str) -> Result<JsValue, JsValue> {
        let url = self.0.with_value(|urls| urls.get(name).cloned());
        let url = url.ok_or_else(|| JsValue::from_str("no such module"))?;
        JsFuture::from(load_module(&url)).await
    }
}
