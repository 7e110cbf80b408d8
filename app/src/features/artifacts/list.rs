//! The artifact list of the panel: artifacts of this conversation, pinned ones, and the latest others.

use super::{inline::kind_label, store::use_artifact_store};
use crate::{
    features::chat::use_open_chat,
    state::{tr, use_clock, use_locale, use_panes},
    ui::{EmptyState, Glyph, Icon, Skeleton},
};
use chrono::{DateTime, Utc};
use leptos::{prelude::*, task::spawn_local};
use penny_i18n::keys;
use penny_types::{
    ArtifactId,
    artifacts::{ArtifactFilter, ArtifactKind, ArtifactView},
    conversations::ArtifactPart,
};

/// Page size of the request.
const PAGE_SIZE: u32 = 30;

#[derive(Debug, Clone, PartialEq)]
struct ArtifactListItem {
    id: ArtifactId,
    kind: ArtifactKind,
    title: String,
    /// Absent for an artifact that the server has not listed yet.
    updated_at: Option<DateTime<Utc>>,
}

/// The groups of the list, each newest first.
#[derive(Debug, Clone, PartialEq, Default)]
struct ArtifactGroups {
    conversation: Vec<ArtifactListItem>,
    pinned: Vec<ArtifactListItem>,
    latest: Vec<ArtifactListItem>,
}

/// The artifact list.
#[component]
pub(super) fn ArtifactList() -> impl IntoView {
    let store = use_artifact_store();
    let open = use_open_chat();
    let conversation_artifacts = Memo::new(move |_| {
        let thread = open.and_then(|open| open.thread.get());
        thread.map(|thread| thread.artifacts()).unwrap_or_default()
    });
    let listed = RwSignal::new(None::<Vec<ArtifactView>>);
    Effect::new(move |_| {
        conversation_artifacts.track();
        let api = store.api();
        spawn_local(async move {
            // On failure the panel shows its empty state.
            let page = api.artifacts(&ArtifactFilter::default(), None, Some(PAGE_SIZE)).await;
            let _ = listed.try_set(Some(page.map(|page| page.items).unwrap_or_default()));
        });
    });
    let groups = Memo::new(move |_| {
        let listed = listed.get()?;
        Some(group_artifacts(&conversation_artifacts.get(), listed, |id| store.is_deleted(id)))
    });
    move || {
        match groups.get() {
        None => view! { <ArtifactListSkeleton/> }.into_any(),
        Some(groups) if groups == ArtifactGroups::default() => view! {
            <EmptyState glyph=Glyph::ChartColumn title=tr(keys::ARTIFACT_PANEL) text=tr(keys::ARTIFACT_PANEL_EMPTY)/>
        }
        .into_any(),
        Some(groups) => view! {
            <div class="panel-list">
                {group_view(keys::ARTIFACT_HERE, groups.conversation)}
                {group_view(keys::ARTIFACT_PINNED, groups.pinned)}
                {group_view(keys::ARTIFACT_LATEST, groups.latest)}
            </div>
        }
        .into_any(),
    }
    }
}

/// The artifact list while it is loading.
#[component]
pub(super) fn ArtifactListSkeleton() -> impl IntoView {
    view! { <div class="panel-list"><Skeleton lines=4/></div> }.into_any()
}

/// Groups the artifacts; those of this conversation appear only in its group.
fn group_artifacts(
    parts: &[ArtifactPart],
    listed: Vec<ArtifactView>,
    is_deleted: impl Fn(ArtifactId) -> bool,
) -> ArtifactGroups {
    let mut groups = ArtifactGroups::default();
    for part in parts.iter().rev().filter(|part| !is_deleted(part.artifact_id)) {
        let known = listed.iter().find(|view| view.id == part.artifact_id);
        groups.conversation.push(ArtifactListItem {
            id: part.artifact_id,
            kind: part.kind,
            title: known.map_or_else(|| part.title.clone(), |view| view.title.clone()),
            updated_at: known.map(|view| view.updated_at),
        });
    }
    for view in listed {
        if is_deleted(view.id) || parts.iter().any(|part| part.artifact_id == view.id) {
            continue;
        }
        let group = if view.is_pinned { &mut groups.pinned } else { &mut groups.latest };
        group.push(ArtifactListItem {
            id: view.id,
            kind: view.kind,
            title: view.title,
            updated_at: Some(view.updated_at),
        });
    }
    groups
}

fn group_view(heading: &'static str, items: Vec<ArtifactListItem>) -> Option<AnyView> {
    if items.is_empty() {
        return None;
    }
    let items = items.into_iter().map(item_view).collect_view();
    Some(view! { <h3>{tr(heading)}</h3> {items} }.into_any())
}

fn item_view(item: ArtifactListItem) -> impl IntoView {
    let panes = use_panes();
    let store = use_artifact_store();
    let (clock, locale) = (use_clock(), use_locale());
    let ArtifactListItem { id, kind, title, updated_at } = item;
    let (glyph, kind_key) = kind_label(kind);
    let title = move || store.view(id).map_or_else(|| title.clone(), |view| view.title);
    view! {
        <button class="panel-item" r#type="button" on:click=move |_| panes.artifact.set(Some(id))>
            <Icon glyph=glyph/>
            <span class="panel-item-title" dir="auto">{title}</span>
            <span class="panel-item-when">
                <span class="visually-hidden">{tr(kind_key)} " "</span>
                {move || updated_at.map(|updated_at| clock.format_short(locale.get(), updated_at))}
            </span>
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(id: ArtifactId) -> ArtifactPart {
        ArtifactPart { artifact_id: id, version: 1, kind: ArtifactKind::Chart, title: "Made".to_owned() }
    }

    #[test]
    fn artifacts_of_the_conversation_are_listed_once_newest_first() {
        let [old, new] = ["art_00000000000000000000000001", "art_00000000000000000000000002"]
            .map(|id| id.parse().unwrap());
        let groups = group_artifacts(&[part(old), part(new)], Vec::new(), |_| false);
        assert_eq!(groups.conversation.iter().map(|item| item.id).collect::<Vec<_>>(), [new, old]);
        let groups = group_artifacts(&[part(old), part(new)], Vec::new(), |id| id == new);
        assert_eq!(groups.conversation.iter().map(|item| item.id).collect::<Vec<_>>(), [old]);
    }
}
