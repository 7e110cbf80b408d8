//! The clipboard, and the buttons inside rendered Markdown.

use crate::state::{Toasts, say};
use leptos::{prelude::*, task::spawn_local};
use penny_types::Locale;
use penny_words::keys;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Element;

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

/// Serves presses on the copy buttons of blocks of code.
pub fn on_press(event: &web_sys::MouseEvent, locale: RwSignal<Locale>, toasts: Toasts) {
    let code = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|element| element.closest("[data-copy-code]").ok().flatten())
        .and_then(|button| button.closest(".md-code").ok().flatten())
        .and_then(|block| block.query_selector("code").ok().flatten())
        .and_then(|code| code.text_content());
    if let Some(code) = code {
        copy(code, locale, toasts);
    }
}

/// Writes to the clipboard. It is not there on plain HTTP, nor may every page use it.
async fn write(text: &str) -> bool {
    let navigator = window().navigator();
    let is_there =
        js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|value| !value.is_undefined());
    is_there && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}
