//! The few things done to the document directly. All of them do nothing where there is none.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, HtmlElement};

/// Seconds a preference cookie lives: a year.
const COOKIE_SECONDS: u32 = 31_536_000;

/// Sets an attribute of the document's root element.
pub fn set_root_attribute(name: &str, value: &str) {
    if let Some(root) = document().document_element() {
        // Only a malformed name is refused, and the names are ours.
        let _ = root.set_attribute(name, value);
    }
}

/// Sets a CSS variable of the document's root element.
pub fn set_root_property(name: &str, value: &str) {
    if let Some(root) = document().document_element().and_then(|root| root.dyn_into::<HtmlElement>().ok()) {
        // Only a malformed name is refused, and the names are ours.
        let _ = root.style().set_property(name, value);
    }
}

/// Hides the tips of buttons until the pointer moves again, as WCAG 2.2, 1.4.13 asks for.
pub fn hide_tips(is_hidden: bool) {
    set_root_attribute("data-tips", if is_hidden { "off" } else { "on" });
}

/// Stores a preference where the server sees it with the next request. Not for secrets.
pub fn set_cookie(name: &str, value: &str) {
    if let Ok(document) = document().dyn_into::<HtmlDocument>() {
        let is_https = window().location().protocol().is_ok_and(|protocol| protocol == "https:");
        let secure = if is_https { "; Secure" } else { "" };
        // Refused only where cookies are off; then the preference lasts as long as the page.
        let _ = document
            .set_cookie(&format!("{name}={value}; Path=/; Max-Age={COOKIE_SECONDS}; SameSite=Lax{secure}"));
    }
}

/// Says whether a media query holds now.
#[must_use]
pub fn media_matches(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

/// Moves the focus to the element with this id.
pub fn focus(id: &str) {
    if let Some(element) =
        document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok())
    {
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}

/// Moves the focus to the element with this id once the pending changes are on the page.
pub fn focus_soon(id: impl Into<String>) {
    let id = id.into();
    request_animation_frame(move || focus(&id));
}

/// Moves the focus from inside the element with this id to the first of what a selector finds, once the
/// pending changes are on the page: for what hides the part of the page that it stands in itself.
pub fn hand_focus_on(from: &'static str, selector: &'static str) {
    let is_inside = document()
        .get_element_by_id(from)
        .is_some_and(|from| focused().is_some_and(|focused| from.contains(Some(&focused))));
    if !is_inside {
        return;
    }
    request_animation_frame(move || {
        let found = document().query_selector(selector).ok().flatten();
        if let Some(found) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
            let _ = found.focus();
        }
    });
}

/// Scrolls the element with this id into view, no further than needed.
pub fn reveal(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Sends the form with this id.
pub fn submit(id: &str) {
    let form =
        document().get_element_by_id(id).and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok());
    if let Some(form) = form {
        // Refused only for a form that is not on the page.
        let _ = form.request_submit();
    }
}

/// Returns the element that has the focus.
#[must_use]
pub fn focused() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
}

/// Says whether the focus is where people type, so that a lone letter is not a command.
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

/// Returns the IANA names of all time zones this device knows.
#[must_use]
pub fn time_zones() -> Vec<String> {
    let listed = js_sys::Reflect::get(&js_sys::global(), &"Intl".into())
        .and_then(|intl| js_sys::Reflect::get(&intl, &"supportedValuesOf".into()))
        .and_then(|function| function.dyn_into::<js_sys::Function>())
        .and_then(|function| function.call1(&wasm_bindgen::JsValue::UNDEFINED, &"timeZone".into()));
    let names = listed.ok().and_then(|listed| listed.dyn_into::<js_sys::Array>().ok()).unwrap_or_default();
    names.iter().filter_map(|name| name.as_string()).collect()
}
