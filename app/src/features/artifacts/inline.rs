//! An artifact in the conversation.

use super::{
    rendering::{ArtifactRenderState, RenderedArtifact},
    store::use_artifact_store,
    toolbar::Toolbar,
};
use crate::{
    state::{tr, tr_with},
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use penny_i18n::keys;
use penny_types::{artifacts::ArtifactKind, conversations::ArtifactPart};

/// Returns the icon and the message key of a kind.
#[must_use]
pub const fn kind_label(kind: ArtifactKind) -> (Glyph, &'static str) {
    match kind {
        ArtifactKind::Markdown => (Glyph::FileText, keys::ARTIFACT_KIND_MARKDOWN),
        ArtifactKind::Table => (Glyph::Table, keys::ARTIFACT_KIND_TABLE),
        ArtifactKind::Chart => (Glyph::ChartColumn, keys::ARTIFACT_KIND_CHART),
        ArtifactKind::Dashboard => (Glyph::LayoutDashboard, keys::ARTIFACT_KIND_DASHBOARD),
        ArtifactKind::Mermaid => (Glyph::Workflow, keys::ARTIFACT_KIND_MERMAID),
        ArtifactKind::File => (Glyph::File, keys::ARTIFACT_KIND_FILE),
    }
}

/// The card of an artifact in the conversation.
#[component]
pub fn InlineArtifact(part: ArtifactPart) -> impl IntoView {
    let ArtifactPart { artifact_id: id, version, kind, title } = part;
    let store = use_artifact_store();
    let title = Signal::derive(move || store.view(id).map_or_else(|| title.clone(), |view| view.title));
    let is_deleted = Memo::new(move |_| store.is_deleted(id));
    let render_state = ArtifactRenderState::new();
    let (glyph, kind_key) = kind_label(kind);
    move || {
        (!is_deleted.get()).then(|| {
            view! {
                <figure class="artifact" aria-label=title>
                    <header class="artifact-head">
                        <Icon glyph=glyph/>
                        <h3 class="artifact-title" dir="auto">{title}</h3>
                        <span class="artifact-kind">
                            {tr(kind_key)}
                            {(version > 1).then(|| view! {
                                " · " {tr_with(keys::ARTIFACT_VERSION, move || [("version", version.to_string())])}
                            })}
                        </span>
                        <Toolbar id kind title render_state can_open=true/>
                    </header>
                    <RenderedArtifact id version kind title render_state/>
                </figure>
            }
        })
    }
}
