//! The panel beside the chat: one artifact at a time, and the way to the others of the conversation.

use super::{
    drawing::{Picture, Reading},
    inline::kind_words,
    recent::{Recent, Waiting},
    shelf::use_shelf,
    toolbar::Toolbar,
};
use crate::{
    features::chat::use_open_chat,
    state::{tr, tr_with, use_clock, use_locale, use_panes},
    ui::{Glyph, Icon, IconButton, Skeleton, later},
};
use leptos::prelude::*;
use penny_types::{ArtifactId, artifacts::ArtifactView, conversations::ArtifactPart};
use penny_words::keys;

/// What the right pane shows.
#[component]
pub fn ArtifactPanel() -> impl IntoView {
    let panes = use_panes();
    let shelf = use_shelf();
    let open = use_open_chat();
    // Until the panel is known to be seen it is drawn empty: on a narrow screen it may never be opened,
    // and the server draws it before it has read the conversation beside it.
    let here = Memo::new(move |_| {
        if !panes.right_seen.get() {
            return Vec::new();
        }
        let thread = open.and_then(|open| open.thread.get());
        let mut parts = thread.map(|thread| thread.artifacts()).unwrap_or_default();
        parts.retain(|part| !shelf.is_gone(part.artifact_id));
        parts
    });
    let shown = Memo::new(move |_| {
        let chosen = panes.artifact.get().filter(|id| !shelf.is_gone(*id));
        chosen.or_else(|| here.with(|parts| parts.last().map(|part| part.artifact_id)))
    });
    Effect::new(move |_| {
        if let Some(id) = shown.get() {
            shelf.know(id);
        }
    });
    // What was just made is what one wants to see.
    Effect::new(move |earlier: Option<Option<ArtifactId>>| {
        let newest = here.with(|parts| parts.last().map(|part| part.artifact_id));
        if newest.is_some() && earlier.is_some_and(|earlier| earlier != newest) {
            panes.artifact.set(None);
        }
        newest
    });
    let is_from_before = Memo::new(move |_| panes.artifact.get().is_some() && here.with(Vec::is_empty));
    view! {
        <div class="panel">
            <header class="panel-head">
                {move || is_from_before.get().then(|| view! {
                    <IconButton glyph=Glyph::ArrowLeft label=tr(keys::ARTIFACT_ALL) on_press=move |_| panes.artifact.set(None)/>
                })}
                <Picker here shown/>
                <IconButton glyph=Glyph::X label=tr(keys::UI_HIDE_ARTIFACTS) keys="Ctrl+]" on_press=move |_| panes.toggle_right()/>
            </header>
            {move || match shown.get() {
                _ if !panes.right_seen.get() => view! { <Waiting/> }.into_any(),
                None => view! { <Recent/> }.into_any(),
                Some(id) => later(shown_view(id)),
            }}
        </div>
    }
    .into_any()
}

/// Its code is fetched when there is something to show.
#[lazy]
fn shown_view(id: ArtifactId) -> AnyView {
    view! { <Shown id/> }.into_any()
}

/// Chooses among the conversation's artifacts.
#[component]
fn Picker(here: Memo<Vec<ArtifactPart>>, shown: Memo<Option<ArtifactId>>) -> impl IntoView {
    let panes = use_panes();
    let shelf = use_shelf();
    let options = move || {
        here.get()
            .into_iter()
            .map(|part| {
                let id = part.artifact_id;
                let title = move || shelf.view(id).map_or_else(|| part.title.clone(), |view| view.title);
                let is_shown = move || shown.get() == Some(id);
                view! { <option value=id.to_string() selected=is_shown prop:selected=is_shown>{title}</option> }
            })
            .collect_view()
    };
    let choose = move |event| {
        if let Ok(id) = event_target_value(&event).parse() {
            panes.artifact.set(Some(id));
        }
    };
    let has_choice = Memo::new(move |_| here.with(|parts| parts.len() > 1));
    move || {
        if has_choice.get() {
            view! {
                <span class="panel-picker">
                    <select aria-label=tr(keys::ARTIFACT_PANEL_PICK) on:change=choose>{options}</select>
                    <Icon glyph=Glyph::ChevronsUpDown/>
                </span>
            }
            .into_any()
        } else {
            view! { <h2 class="panel-title">{tr(keys::ARTIFACT_PANEL)}</h2> }.into_any()
        }
    }
}

#[component]
fn Shown(id: ArtifactId) -> impl IntoView {
    let shelf = use_shelf();
    let version = Memo::new(move |_| shelf.view(id).map(|view| view.version));
    move || match version.get().and_then(|_| shelf.view_untracked(id)) {
        None => view! { <Skeleton lines=0 class="skeleton-block"/> }.into_any(),
        Some(view) => view! { <Whole view/> }.into_any(),
    }
}

/// An artifact with its name, its history and its tools, as large as there is room.
#[component]
pub fn Whole(
    /// How it was last heard of.
    view: ArtifactView,
    /// Whether it can be shown full screen.
    #[prop(default = true)]
    can_expand: bool,
) -> impl IntoView {
    let shelf = use_shelf();
    let ArtifactView { id, kind, version, updated_at, model, .. } = view;
    let before = view.title;
    let title = Signal::derive(move || shelf.view(id).map_or_else(|| before.clone(), |view| view.title));
    let reading = Reading::new();
    let (glyph, kind_key) = kind_words(kind);
    let (clock, locale) = (use_clock(), use_locale());
    let when = tr_with(keys::ARTIFACT_MADE, move || [("when", clock.full(locale.get(), updated_at))]);
    view! {
        <article class="whole" aria-label=title>
            <header class="whole-head">
                <div class="whole-name">
                    {if can_expand {
                        view! { <h2 dir="auto">{title}</h2> }.into_any()
                    } else {
                        view! { <h1 dir="auto">{title}</h1> }.into_any()
                    }}
                    <p class="whole-facts">
                        <Icon glyph=glyph/>
                        <span>{tr(kind_key)}</span>
                        <span>{tr_with(keys::ARTIFACT_VERSION, move || [("version", version.to_string())])}</span>
                        <span>{when}</span>
                        {model.map(|model| view! { <span>{model}</span> })}
                    </p>
                </div>
                <Toolbar id kind title reading can_expand/>
            </header>
            <Picture id version kind title reading/>
        </article>
    }
    .into_any()
}
