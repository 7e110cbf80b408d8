//! Libraries that are fetched only when something on the page needs them.

use leptos::prelude::*;
use std::collections::BTreeMap;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

/// Addresses of the lazily loaded libraries, by name.
#[derive(Debug, Clone, Copy)]
pub struct Modules(StoredValue<BTreeMap<String, String>>);

#[wasm_bindgen(inline_js = "export function load_module(address) { return import(address); }")]
extern "C" {
    /// Imports a JavaScript module; the browser keeps it, so asking twice costs nothing.
    fn load_module(address: &str) -> js_sys::Promise;
}

/// Returns the libraries.
#[must_use]
pub fn use_modules() -> Modules {
    use_context::<Modules>().unwrap_or_else(|| Modules::new(BTreeMap::new()))
}

impl Modules {
    pub(super) fn new(addresses: BTreeMap<String, String>) -> Self {
        Self(StoredValue::new(addresses))
    }

    /// Loads a library (`echarts`, `mermaid`) and returns its module object. Only in the browser.
    ///
    /// # Errors
    /// Whatever the browser says when the library is not part of the site or cannot be fetched.
    pub async fn load(self, name: &str) -> Result<JsValue, JsValue> {
        let address = self.0.with_value(|addresses| addresses.get(name).cloned());
        let address = address.ok_or_else(|| JsValue::from_str("no such module"))?;
        JsFuture::from(load_module(&address)).await
    }
}
