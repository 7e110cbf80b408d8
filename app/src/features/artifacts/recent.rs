//! What the panel shows while the conversation has made nothing: what there is from before.

use super::{inline::kind_words, shelf::use_shelf};
use crate::{
    state::{tr, use_clock, use_locale, use_panes},
    ui::{EmptyState, Glyph, Icon, Skeleton},
};
use leptos::{prelude::*, task::spawn_local};
use penny_types::artifacts::{ArtifactFilter, ArtifactView};
use penny_words::keys;

/// How many artifacts are listed.
const SHOWN: u32 = 30;

/// The artifacts kept at hand, then the latest.
#[component]
pub(super) fn Recent() -> impl IntoView {
    let (panes, shelf) = (use_panes(), use_shelf());
    let found = RwSignal::new(None::<Vec<ArtifactView>>);
    Effect::new(move |_| {
        if !panes.right_seen.get() {
            return;
        }
        let api = shelf.api();
        spawn_local(async move {
            // What cannot be listed is not missed: the panel then says what it is for.
            let page = api.artifacts(&ArtifactFilter::default(), None, Some(SHOWN)).await;
            let _ = found.try_set(Some(page.map(|page| page.items).unwrap_or_default()));
        });
    });
    move || match found.get() {
        None => view! { <Waiting/> }.into_any(),
        Some(items) => {
            let (pinned, latest) = sorted(items.into_iter().filter(|item| !shelf.is_gone(item.id)));
            if pinned.is_empty() && latest.is_empty() {
                return view! {
                    <EmptyState glyph=Glyph::ChartColumn title=tr(keys::ARTIFACT_PANEL) text=tr(keys::ARTIFACT_PANEL_EMPTY)/>
                }
                .into_any();
            }
            view! {
                <div class="panel-list">
                    {group(keys::ARTIFACT_PINNED, pinned)} {group(keys::ARTIFACT_LATEST, latest)}
                </div>
            }
            .into_any()
        }
    }
}

/// Grey lines in the shape of a list.
#[component]
pub(super) fn Waiting() -> impl IntoView {
    view! { <div class="panel-list"><Skeleton lines=4/></div> }.into_any()
}

/// Parts what is kept at hand from the rest, in the order they came.
fn sorted(items: impl Iterator<Item = ArtifactView>) -> (Vec<ArtifactView>, Vec<ArtifactView>) {
    items.partition(|item| item.is_pinned)
}

fn group(heading: &'static str, items: Vec<ArtifactView>) -> Option<AnyView> {
    if items.is_empty() {
        return None;
    }
    let items = items.into_iter().map(item).collect_view();
    Some(view! { <h3>{tr(heading)}</h3> {items} }.into_any())
}

fn item(view: ArtifactView) -> impl IntoView {
    let panes = use_panes();
    let (clock, locale) = (use_clock(), use_locale());
    let ArtifactView { id, kind, title, updated_at, .. } = view;
    let (glyph, kind_key) = kind_words(kind);
    view! {
        <button class="panel-item" r#type="button" on:click=move |_| panes.artifact.set(Some(id))>
            <Icon glyph=glyph/>
            <span class="panel-item-title" dir="auto">{title}</span>
            <span class="panel-item-when">
                <span class="visually-hidden">{tr(kind_key)} " "</span>
                {move || clock.brief(locale.get(), updated_at)}
            </span>
        </button>
    }
}
