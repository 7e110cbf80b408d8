//! The clipboard.

use crate::state::{Toasts, say};
use leptos::{prelude::*, task::spawn_local};
use penny_types::Locale;
use penny_words::keys;
use wasm_bindgen_futures::JsFuture;

/// Copies words and says so.
pub fn copy(text: String, locale: RwSignal<Locale>, toasts: Toasts) {
    spawn_local(async move {
        if write(&text).await {
            toasts.good(say(locale, keys::CHAT_COPIED));
        } else {
            toasts.plain(say(locale, keys::CHAT_COPY_FAILED));
        }
    });
}

/// Writes to the clipboard. It is not there on plain HTTP, nor may every page use it.
async fn write(text: &str) -> bool {
    let navigator = window().navigator();
    let is_there =
        js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|value| !value.is_undefined());
    is_there && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}
