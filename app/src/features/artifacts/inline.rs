//! An artifact where it was made: in the conversation.

use super::{
    drawing::{Picture, Reading},
    shelf::use_shelf,
    toolbar::Toolbar,
};
use crate::{
    state::{tr, tr_with},
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use penny_types::{artifacts::ArtifactKind, conversations::ArtifactPart};
use penny_words::keys;

/// Returns a kind's icon and name.
#[must_use]
pub const fn kind_words(kind: ArtifactKind) -> (Glyph, &'static str) {
    match kind {
        ArtifactKind::Markdown => (Glyph::FileText, keys::ARTIFACT_KIND_MARKDOWN),
        ArtifactKind::Table => (Glyph::Table, keys::ARTIFACT_KIND_TABLE),
        ArtifactKind::Chart => (Glyph::ChartColumn, keys::ARTIFACT_KIND_CHART),
        ArtifactKind::Dashboard => (Glyph::LayoutDashboard, keys::ARTIFACT_KIND_DASHBOARD),
        ArtifactKind::Mermaid => (Glyph::Workflow, keys::ARTIFACT_KIND_MERMAID),
        ArtifactKind::File => (Glyph::File, keys::ARTIFACT_KIND_FILE),
    }
}

/// An artifact's card in the conversation.
#[component]
pub fn InlineArtifact(
    /// What was made.
    part: ArtifactPart,
) -> impl IntoView {
    let ArtifactPart { artifact_id: id, version, kind, title } = part;
    let shelf = use_shelf();
    let title = Signal::derive(move || shelf.view(id).map_or_else(|| title.clone(), |view| view.title));
    let is_gone = Memo::new(move |_| shelf.is_gone(id));
    let reading = Reading::new();
    let (glyph, kind_key) = kind_words(kind);
    move || {
        (!is_gone.get()).then(|| {
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
                        <Toolbar id kind title reading can_open=true/>
                    </header>
                    <Picture id version kind title reading/>
                </figure>
            }
        })
    }
}
