//! The copy buttons inside rendered Markdown.

use crate::{state::Toasts, ui::clipboard};
use leptos::prelude::*;
use penny_types::Locale;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Copies the text of a code block when its copy button is clicked.
pub fn on_click(event: &web_sys::MouseEvent, locale: RwSignal<Locale>, toasts: Toasts) {
    let code = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|element| element.closest("[data-copy-code]").ok().flatten())
        .and_then(|button| button.closest(".md-code").ok().flatten())
        .and_then(|block| block.query_selector("code").ok().flatten())
        .and_then(|code| code.text_content());
    if let Some(code) = code {
        clipboard::copy(code, locale, toasts);
    }
}
