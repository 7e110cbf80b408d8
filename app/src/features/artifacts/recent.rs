//! What the panel lists: what this conversation made, what is kept at hand, and the latest besides.

use super::{inline::kind_words, shelf::use_shelf};
use crate::{
    features::chat::use_open_chat,
    state::{tr, use_clock, use_locale, use_panes},
    ui::{EmptyState, Glyph, Icon, Skeleton},
};
use chrono::{DateTime, Utc};
use leptos::{prelude::*, task::spawn_local};
use penny_types::{
    ArtifactId,
    artifacts::{ArtifactFilter, ArtifactKind, ArtifactView},
    conversations::ArtifactPart,
};
use penny_words::keys;

/// How many artifacts are asked for.
const SHOWN: u32 = 30;

/// One line of the list.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    id: ArtifactId,
    kind: ArtifactKind,
    title: String,
    /// When it last changed; not known of what the server has not listed yet.
    at: Option<DateTime<Utc>>,
}

/// The list, in its groups, each newest first.
#[derive(Debug, Clone, PartialEq, Default)]
struct Lines {
    here: Vec<Line>,
    pinned: Vec<Line>,
    latest: Vec<Line>,
}

/// The conversation's artifacts, those kept at hand, then the latest.
#[component]
pub(super) fn Recent() -> impl IntoView {
    let shelf = use_shelf();
    let open = use_open_chat();
    let here = Memo::new(move |_| {
        let thread = open.and_then(|open| open.thread.get());
        thread.map(|thread| thread.artifacts()).unwrap_or_default()
    });
    let listed = RwSignal::new(None::<Vec<ArtifactView>>);
    Effect::new(move |_| {
        here.track();
        let api = shelf.api();
        spawn_local(async move {
            // What cannot be listed is not missed: the panel then says what it is for.
            let page = api.artifacts(&ArtifactFilter::default(), None, Some(SHOWN)).await;
            let _ = listed.try_set(Some(page.map(|page| page.items).unwrap_or_default()));
        });
    });
    let lines =
        Memo::new(move |_| listed.get().map(|listed| sorted(&here.get(), listed, |id| shelf.is_gone(id))));
    move || {
        match lines.get() {
        None => view! { <Waiting/> }.into_any(),
        Some(lines) if lines == Lines::default() => view! {
            <EmptyState glyph=Glyph::ChartColumn title=tr(keys::ARTIFACT_PANEL) text=tr(keys::ARTIFACT_PANEL_EMPTY)/>
        }
        .into_any(),
        Some(lines) => view! {
            <div class="panel-list">
                {group(keys::ARTIFACT_HERE, lines.here)}
                {group(keys::ARTIFACT_PINNED, lines.pinned)}
                {group(keys::ARTIFACT_LATEST, lines.latest)}
            </div>
        }
        .into_any(),
    }
    }
}

/// Grey lines in the shape of a list.
#[component]
pub(super) fn Waiting() -> impl IntoView {
    view! { <div class="panel-list"><Skeleton lines=4/></div> }.into_any()
}

/// Parts the list into its groups; what was made here stands only there.
fn sorted(here: &[ArtifactPart], listed: Vec<ArtifactView>, is_gone: impl Fn(ArtifactId) -> bool) -> Lines {
    let mut lines = Lines::default();
    for part in here.iter().rev().filter(|part| !is_gone(part.artifact_id)) {
        let known = listed.iter().find(|view| view.id == part.artifact_id);
        lines.here.push(Line {
            id: part.artifact_id,
            kind: part.kind,
            title: known.map_or_else(|| part.title.clone(), |view| view.title.clone()),
            at: known.map(|view| view.updated_at),
        });
    }
    for view in listed {
        if is_gone(view.id) || here.iter().any(|part| part.artifact_id == view.id) {
            continue;
        }
        let group = if view.is_pinned { &mut lines.pinned } else { &mut lines.latest };
        group.push(Line { id: view.id, kind: view.kind, title: view.title, at: Some(view.updated_at) });
    }
    lines
}

fn group(heading: &'static str, lines: Vec<Line>) -> Option<AnyView> {
    if lines.is_empty() {
        return None;
    }
    let lines = lines.into_iter().map(line).collect_view();
    Some(view! { <h3>{tr(heading)}</h3> {lines} }.into_any())
}

fn line(line: Line) -> impl IntoView {
    let panes = use_panes();
    let shelf = use_shelf();
    let (clock, locale) = (use_clock(), use_locale());
    let Line { id, kind, title, at } = line;
    let (glyph, kind_key) = kind_words(kind);
    let title = move || shelf.view(id).map_or_else(|| title.clone(), |view| view.title);
    view! {
        <button class="panel-item" r#type="button" on:click=move |_| panes.artifact.set(Some(id))>
            <Icon glyph=glyph/>
            <span class="panel-item-title" dir="auto">{title}</span>
            <span class="panel-item-when">
                <span class="visually-hidden">{tr(kind_key)} " "</span>
                {move || at.map(|at| clock.brief(locale.get(), at))}
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
    fn what_was_made_here_comes_first_newest_first_and_once() {
        let [old, new] = ["art_00000000000000000000000001", "art_00000000000000000000000002"]
            .map(|id| id.parse().unwrap());
        let lines = sorted(&[part(old), part(new)], Vec::new(), |_| false);
        assert_eq!(lines.here.iter().map(|line| line.id).collect::<Vec<_>>(), [new, old]);
        let lines = sorted(&[part(old), part(new)], Vec::new(), |id| id == new);
        assert_eq!(lines.here.iter().map(|line| line.id).collect::<Vec<_>>(), [old]);
    }
}
