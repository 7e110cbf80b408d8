//! Where the person came from, so that Escape leads back there from a full-screen page.

use crate::{
    state::tr,
    ui::{Glyph, Icon},
};
use leptos::{ev, prelude::*};
use leptos_router::hooks::{use_location, use_navigate};
use penny_words::keys;

/// The last address that was not full screen.
#[derive(Clone, Copy)]
struct Trail(StoredValue<Option<String>>);

/// Begins to remember where the person is. Called once, by the frame of the page.
pub fn provide_trail() {
    let trail = Trail(StoredValue::new(None));
    provide_context(trail);
    let path = use_location().pathname;
    Effect::new(move |_| {
        let path = path.get();
        if !is_full_screen(&path) {
            remember(&path);
            trail.0.set_value(Some(path));
        }
    });
}

/// Where the address is kept for when the page is loaded anew.
const STORED_AS: &str = "penny.trail";

/// Keeps the address in this tab. Where that is not allowed, loading the page anew forgets it.
fn remember(path: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        let _ = storage.set_item(STORED_AS, path);
    }
}

fn remembered() -> Option<String> {
    let path = window().session_storage().ok()??.get_item(STORED_AS).ok()??;
    (path.starts_with('/') && !path.starts_with("//")).then_some(path)
}

fn is_full_screen(path: &str) -> bool {
    path.starts_with("/d/") || path.starts_with("/a/")
}

/// Returns what leads back: to where the person came from, or to the start page.
fn way_back() -> impl Fn() + Copy + Send + Sync + 'static {
    let trail = use_context::<Trail>();
    let navigate = StoredValue::new(use_navigate());
    move || {
        let here = trail.and_then(|trail| trail.0.try_get_value().flatten());
        let target = here.or_else(remembered).unwrap_or_else(|| "/".to_owned());
        let _ = navigate.try_with_value(|navigate| navigate(&target, Default::default()));
    }
}

/// The frame of what has the whole window: a way back above it, which Escape takes as well.
#[component]
pub fn FullFrame(
    /// Its classes.
    class: &'static str,
    /// What has the window.
    children: Children,
) -> impl IntoView {
    leave_on_escape();
    view! { <div class=class><header class="full-bar"><BackButton/></header>{children()}</div> }.into_any()
}

/// Lets Escape lead back, unless it closes something first.
fn leave_on_escape() {
    let back = way_back();
    let listener = window_event_listener(ev::keydown, move |event| {
        let is_open =
            document().query_selector("dialog[open], [role=menu]").is_ok_and(|found| found.is_some());
        if event.key() == "Escape" && !event.default_prevented() && !is_open {
            event.prevent_default();
            back();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Leads back.
#[component]
fn BackButton() -> impl IntoView {
    let back = way_back();
    let hint = tr(keys::ARTIFACT_BACK_HINT);
    view! {
        <button class="button button-quiet back" type="button" title=hint on:click=move |_| back()>
            <Icon glyph=Glyph::ArrowLeft/>
            {tr(keys::ARTIFACT_BACK)}
        </button>
    }
    .into_any()
}
