//! Direct access to the document. Without a document these functions do nothing.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, HtmlElement};

/// Lifetime of a preference cookie: one year.
const COOKIE_SECONDS: u32 = 31_536_000;

/// Sets an attribute of the document's root element.
pub fn set_root_attribute(name: &str, value: &str) {
    if let Some(root) = document().document_element() {
        // Fails only for a malformed name; the names are constants.
        let _ = root.set_attribute(name, value);
    }
}

/// Sets a CSS variable of the document's root element.
pub fn set_root_property(name: &str, value: &str) {
    if let Some(root) = document().document_element().and_then(|root| root.dyn_into::<HtmlElement>().ok()) {
        // Fails only for a malformed name; the names are constants.
        let _ = root.style().set_property(name, value);
    }
}

/// Hides the tooltips (WCAG 2.2, success criterion 1.4.13), or allows them again.
pub fn hide_tooltips(is_hidden: bool) {
    set_root_attribute("data-tips", if is_hidden { "off" } else { "on" });
}

/// Stores a preference in a cookie, which the server reads with the next request. Not for secrets.
pub fn set_cookie(name: &str, value: &str) {
    if let Ok(document) = document().dyn_into::<HtmlDocument>() {
        let is_https = window().location().protocol().is_ok_and(|protocol| protocol == "https:");
        let secure = if is_https { "; Secure" } else { "" };
        // Fails only when cookies are disabled; then the preference lasts as long as the page.
        let _ = document
            .set_cookie(&format!("{name}={value}; Path=/; Max-Age={COOKIE_SECONDS}; SameSite=Lax{secure}"));
    }
}

/// Returns whether a media query matches now.
#[must_use]
pub fn media_matches(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

/// Moves the focus to the element with this id.
pub fn focus(id: &str) {
    if let Some(element) =
        document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok())
    {
        // An element that is not focusable leaves the focus unchanged.
        let _ = element.focus();
    }
}

/// Moves the focus to the element with this id in the next animation frame.
pub fn focus_soon(id: impl Into<String>) {
    let id = id.into();
    request_animation_frame(move || focus(&id));
}

/// Moves the focus to the first match of a selector in the next animation frame, if it is now inside the element with
/// this id: for actions that hide the part of the page that contains their own button.
pub fn move_focus_out(from: &'static str, selector: &'static str) {
    let is_inside = document()
        .get_element_by_id(from)
        .is_some_and(|from| focused().is_some_and(|focused| from.contains(Some(&focused))));
    if !is_inside {
        return;
    }
    request_animation_frame(move || {
        let target = document().query_selector(selector).ok().flatten();
        if let Some(target) = target.and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
            let _ = target.focus();
        }
    });
}

/// Scrolls the element with this id into view, by the smallest distance.
pub fn scroll_into_view(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Submits the form with this id.
pub fn submit(id: &str) {
    let form =
        document().get_element_by_id(id).and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok());
    if let Some(form) = form {
        // Fails only for a form that is not in the document.
        let _ = form.request_submit();
    }
}

/// Returns the element that has the focus.
#[must_use]
pub fn focused() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
}

/// Returns whether a text input has the focus, where single letters are not shortcuts.
#[must_use]
pub fn is_typing() -> bool {
    focused().is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            || element.is_content_editable()
    })
}

/// Returns the IANA name of this device's time zone.
#[must_use]
pub fn device_time_zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?.as_string()
}

/// Returns the IANA names of the time zones that this device supports.
#[must_use]
pub fn time_zones() -> Vec<String> {
    let array = js_sys::Reflect::get(&js_sys::global(), &"Intl".into())
        .and_then(|intl| js_sys::Reflect::get(&intl, &"supportedValuesOf".into()))
        .and_then(|function| function.dyn_into::<js_sys::Function>())
        .and_then(|function| function.call1(&wasm_bindgen::JsValue::UNDEFINED, &"timeZone".into()));
    let names = array.ok().and_then(|array| array.dyn_into::<js_sys::Array>().ok()).unwrap_or_default();
    names.iter().filter_map(|name| name.as_string()).collect()
}
