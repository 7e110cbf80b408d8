//! The panel beside the chat: what there is, and one artifact at a time when one was chosen.

use super::{
    drawing::{Picture, Reading},
    inline::kind_words,
    outline::block,
    recent::{Recent, Waiting},
    shelf::use_shelf,
    toolbar::Toolbar,
};
use crate::{
    features::chat::use_open_chat,
    state::{tr, tr_with, use_clock, use_locale, use_panes},
    ui::{Glyph, Icon, IconButton, later},
};
use leptos::prelude::*;
use penny_types::{ArtifactId, artifacts::ArtifactView, models::is_demo};
use penny_words::keys;

/// What the right pane shows.
#[component]
pub fn ArtifactPanel() -> impl IntoView {
    let panes = use_panes();
    let shelf = use_shelf();
    let shown = Memo::new(move |_| panes.artifact.get().filter(|id| !shelf.is_gone(*id)));
    Effect::new(move |_| {
        if let Some(id) = shown.get() {
            shelf.know(id);
        }
    });
    // Another conversation has other results.
    let open = use_open_chat();
    Effect::new(move |earlier: Option<()>| {
        if let Some(open) = open {
            open.thread.track();
        }
        if earlier.is_some() {
            panes.artifact.set(None);
        }
    });
    view! {
        <div class="panel">
            <header class="panel-head">
                {move || shown.get().map(|_| view! {
                    <IconButton glyph=Glyph::ArrowLeft label=tr(keys::ARTIFACT_ALL) on_press=move |_| panes.artifact.set(None)/>
                })}
                <h2 class="panel-title">{tr(keys::ARTIFACT_PANEL)}</h2>
                <IconButton glyph=Glyph::X label=tr(keys::UI_HIDE_ARTIFACTS) keys="Ctrl+]" on_press=move |_| panes.toggle_right()/>
            </header>
            {move || match shown.get() {
                // Until the panel is known to be seen: on a narrow screen it may never be opened.
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

#[component]
fn Shown(id: ArtifactId) -> impl IntoView {
    let shelf = use_shelf();
    let version = Memo::new(move |_| shelf.view(id).map(|view| view.version));
    move || match version.get().and_then(|_| shelf.view_untracked(id)) {
        None => block(),
        Some(view) => view! { <Whole view/> }.into_any(),
    }
}

/// Names the model that made it; the demo's name is ours, and says what it is.
fn by(model: String) -> impl IntoView {
    if is_demo(&model) {
        view! { <span>{tr(keys::CHAT_MODEL_DEMO)}</span> }.into_any()
    } else {
        view! { <span dir="auto">{model}</span> }.into_any()
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
                        {model.map(by)}
                    </p>
                </div>
                <Toolbar id kind title reading can_expand/>
            </header>
            <Picture id version kind title reading/>
        </article>
    }
    .into_any()
}
