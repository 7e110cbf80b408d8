//! The path to return to from a full-screen page, and the frame of full-screen pages.

use crate::{
    state::tr,
    ui::{Glyph, Icon},
};
use leptos::{ev, prelude::*};
use leptos_router::hooks::{use_location, use_navigate};
use penny_i18n::keys;

/// Path of the last page that was not full screen.
#[derive(Clone, Copy)]
struct ReturnPath(StoredValue<Option<String>>);

/// Starts recording the return path. Called once, by the layout.
pub fn provide_return_path() {
    let return_path = ReturnPath(StoredValue::new(None));
    provide_context(return_path);
    let path = use_location().pathname;
    Effect::new(move |_| {
        let path = path.get();
        if !is_full_screen(&path) {
            store(&path);
            return_path.0.set_value(Some(path));
        }
    });
}

/// Key of the session storage, which keeps the path when the page is reloaded.
const STORAGE_KEY: &str = "penny.trail";

/// Stores the path for this tab. Without session storage it is lost when the page is reloaded.
fn store(path: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        let _ = storage.set_item(STORAGE_KEY, path);
    }
}

fn stored_path() -> Option<String> {
    let path = window().session_storage().ok()??.get_item(STORAGE_KEY).ok()??;
    (path.starts_with('/') && !path.starts_with("//")).then_some(path)
}

fn is_full_screen(path: &str) -> bool {
    path.starts_with("/d/") || path.starts_with("/a/")
}

/// Returns a function that navigates to the return path, or to the start page.
fn use_back() -> impl Fn() + Copy + Send + Sync + 'static {
    let return_path = use_context::<ReturnPath>();
    let navigate = StoredValue::new(use_navigate());
    move || {
        let recorded = return_path.and_then(|path| path.0.try_get_value().flatten());
        let target = recorded.or_else(stored_path).unwrap_or_else(|| "/".to_owned());
        let _ = navigate.try_with_value(|navigate| navigate(&target, Default::default()));
    }
}

/// The frame of a full-screen page, with a back button; Escape navigates back, too.
#[component]
pub fn FullScreenFrame(
    /// CSS classes.
    class: &'static str,
    children: Children,
) -> impl IntoView {
    go_back_on_escape();
    view! { <div class=class><header class="full-bar"><BackButton/></header>{children()}</div> }.into_any()
}

/// Navigates back on Escape, unless a dialog or menu is open.
fn go_back_on_escape() {
    let back = use_back();
    let listener = window_event_listener(ev::keydown, move |event| {
        let is_open =
            document().query_selector("dialog[open], [role=menu]").is_ok_and(|element| element.is_some());
        if event.key() == "Escape" && !event.default_prevented() && !is_open {
            event.prevent_default();
            back();
        }
    });
    on_cleanup(move || listener.remove());
}

#[component]
fn BackButton() -> impl IntoView {
    let back = use_back();
    let hint = tr(keys::ARTIFACT_BACK_HINT);
    view! {
        <button class="button button-quiet back" type="button" title=hint on:click=move |_| back()>
            <Icon glyph=Glyph::ArrowLeft/>
            {tr(keys::ARTIFACT_BACK)}
        </button>
    }
    .into_any()
}
