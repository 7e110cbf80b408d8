//! The artifact panel beside the chat: a list of artifacts, or one selected artifact.

use super::{
    inline::kind_label,
    list::{ArtifactList, ArtifactListSkeleton},
    rendering::{ArtifactRenderState, RenderedArtifact},
    skeleton::skeleton_block,
    store::use_artifact_store,
    toolbar::Toolbar,
};
use crate::{
    features::chat::use_open_chat,
    state::{tr, tr_with, use_clock, use_locale, use_panes},
    ui::{Glyph, Icon, IconButton, lazy_view},
};
use leptos::prelude::*;
use penny_i18n::keys;
use penny_types::{ArtifactId, artifacts::ArtifactView, models::is_demo};

/// The artifact panel.
#[component]
pub fn ArtifactPanel() -> impl IntoView {
    let panes = use_panes();
    let store = use_artifact_store();
    let selected = Memo::new(move |_| panes.artifact.get().filter(|id| !store.is_deleted(*id)));
    Effect::new(move |_| {
        if let Some(id) = selected.get() {
            store.watch(id);
        }
    });
    // Changing the conversation clears the selection.
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
                {move || selected.get().map(|_| view! {
                    <IconButton glyph=Glyph::ArrowLeft label=tr(keys::ARTIFACT_ALL) on_press=move |_| panes.artifact.set(None)/>
                })}
                <h2 class="panel-title">{tr(keys::ARTIFACT_PANEL)}</h2>
                <IconButton glyph=Glyph::X label=tr(keys::UI_HIDE_ARTIFACTS) keys="Ctrl+]" on_press=move |_| panes.toggle_right()/>
            </header>
            {move || match selected.get() {
                // Not loaded before the panel is visible: on a narrow screen it may never be opened.
                _ if !panes.is_right_visible.get() => view! { <ArtifactListSkeleton/> }.into_any(),
                None => view! { <ArtifactList/> }.into_any(),
                Some(id) => lazy_view(selected_view(id)),
            }}
        </div>
    }
    .into_any()
}

/// The selected artifact; its code is loaded on first use.
#[lazy]
fn selected_view(id: ArtifactId) -> AnyView {
    view! { <SelectedArtifact id/> }.into_any()
}

#[component]
fn SelectedArtifact(id: ArtifactId) -> impl IntoView {
    let store = use_artifact_store();
    let version = Memo::new(move |_| store.view(id).map(|view| view.version));
    move || match version.get().and_then(|_| store.view_untracked(id)) {
        None => skeleton_block(),
        Some(view) => view! { <ArtifactDetail view/> }.into_any(),
    }
}

/// Returns the name of the model; the demo model has a translated name.
fn model_name(model: String) -> impl IntoView {
    if is_demo(&model) {
        view! { <span>{tr(keys::CHAT_MODEL_DEMO)}</span> }.into_any()
    } else {
        view! { <span dir="auto">{model}</span> }.into_any()
    }
}

/// An artifact with title, version, date and actions, filling its container.
#[component]
pub fn ArtifactDetail(
    view: ArtifactView,
    /// Whether to offer the full-screen page.
    #[prop(default = true)]
    can_expand: bool,
) -> impl IntoView {
    let store = use_artifact_store();
    let ArtifactView { id, kind, version, updated_at, model, .. } = view;
    let initial_title = view.title;
    let title =
        Signal::derive(move || store.view(id).map_or_else(|| initial_title.clone(), |view| view.title));
    let render_state = ArtifactRenderState::new();
    let (glyph, kind_key) = kind_label(kind);
    let (clock, locale) = (use_clock(), use_locale());
    let created =
        tr_with(keys::ARTIFACT_MADE, move || [("when", clock.format_full(locale.get(), updated_at))]);
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
                        <span>{created}</span>
                        {model.map(model_name)}
                    </p>
                </div>
                <Toolbar id kind title render_state can_expand/>
            </header>
            <RenderedArtifact id version kind title render_state/>
        </article>
    }
    .into_any()
}
