//! Copying to the clipboard.

use crate::state::{Toasts, tr_untracked};
use leptos::{prelude::*, task::spawn_local};
use penny_i18n::keys;
use penny_types::Locale;
use wasm_bindgen_futures::JsFuture;

/// Copies a text and shows a toast with the result.
pub fn copy(text: String, locale: RwSignal<Locale>, toasts: Toasts) {
    spawn_local(async move {
        if write(&text).await {
            toasts.success(tr_untracked(locale, keys::CHAT_COPIED));
        } else {
            toasts.info(tr_untracked(locale, keys::CHAT_COPY_FAILED));
        }
    });
}

/// Writes to the clipboard and returns whether it succeeded. The clipboard API does not exist on plain HTTP, and
/// the browser may deny access.
async fn write(text: &str) -> bool {
    let navigator = window().navigator();
    let is_available =
        js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|value| !value.is_undefined());
    is_available && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}
