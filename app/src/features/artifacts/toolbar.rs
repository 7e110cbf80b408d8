//! What one can do with an artifact, the same wherever it is drawn.

use super::{
    drawing::Reading,
    export::{self, FileKind},
    shelf::{Shelf, use_shelf},
};
use crate::{
    state::{say, say_with, tr, use_locale, use_panes, use_toasts},
    ui::{Button, Dialog, Glyph, IconButton, Look, Menu, MenuItem, TextField},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;
use penny_types::{ArtifactId, artifacts::ArtifactKind};
use penny_words::keys;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// How long a deletion can be taken back; a little longer than its notice stays.
const DELETE_AFTER_MS: u32 = 10_500;

/// The quick actions of an artifact.
#[component]
pub fn Toolbar(
    /// Which artifact.
    id: ArtifactId,
    /// What it is.
    kind: ArtifactKind,
    /// Its name.
    #[prop(into)]
    title: Signal<String>,
    /// What its picture has read.
    reading: Reading,
    /// Whether it can be opened beside the chat.
    #[prop(optional)]
    can_open: bool,
    /// Whether it can be shown full screen.
    #[prop(default = true)]
    can_expand: bool,
) -> impl IntoView {
    let shelf = use_shelf();
    let panes = use_panes();
    let navigate = StoredValue::new(use_navigate());
    let is_pinned = Memo::new(move |_| shelf.view(id).is_some_and(|view| view.is_pinned));
    let is_renaming = RwSignal::new(false);
    let acts = ArtifactActs::new(id, title);
    let (locale, toasts) = (use_locale(), use_toasts());
    Effect::new(move |_| shelf.know(id));
    let exports = move || {
        let mut items: Vec<MenuItem> = FileKind::of(kind)
            .iter()
            .map(|file| {
                let file = *file;
                let (glyph, key) = export_words(file);
                MenuItem::new(glyph, tr_in(locale, key), move || {
                    if export::save(file, &title.get_untracked(), reading).is_none() {
                        toasts.plain(say(locale, keys::ARTIFACT_EXPORT_FAILED));
                    }
                })
            })
            .collect();
        items.push(MenuItem::new(Glyph::Pencil, tr_in(locale, keys::ARTIFACT_RENAME), move || {
            is_renaming.set(true)
        }));
        items.push(
            MenuItem::new(Glyph::Trash2, tr_in(locale, keys::ARTIFACT_DELETE), move || acts.delete())
                .danger(),
        );
        items
    };
    let pin_glyph = Signal::derive(move || if is_pinned.get() { Glyph::PinOff } else { Glyph::Pin });
    let (pin, unpin) = (tr(keys::ARTIFACT_PIN), tr(keys::ARTIFACT_UNPIN));
    view! {
        <div class="artifact-tools">
            {can_open.then(|| view! {
                <IconButton glyph=Glyph::PanelRight label=tr(keys::ARTIFACT_OPEN) on_press=move |_| panes.show_artifact(id)/>
            })}
            {can_expand.then(|| view! {
                <IconButton
                    glyph=Glyph::Maximize2
                    label=tr(keys::ARTIFACT_EXPAND)
                    on_press=move |_| {
                        let _ = navigate.try_with_value(|navigate| navigate(&format!("/a/{id}"), Default::default()));
                    }
                />
            })}
            <IconButton
                glyph=pin_glyph
                label=move || if is_pinned.get() { unpin() } else { pin() }
                on_press=move |_| acts.set_pinned(!is_pinned.get_untracked())
            />
            <Menu label=tr(keys::ARTIFACT_MORE) items=exports/>
        </div>
        <RenameDialog is_open=is_renaming title acts/>
    }
    .into_any()
}

/// A label that follows the language, for menus that are made outside of a component's set-up.
fn tr_in(
    locale: RwSignal<penny_types::Locale>,
    key: &'static str,
) -> impl Fn() -> String + Send + Sync + 'static {
    move || penny_words::text(locale.get(), key, &[])
}

const fn export_words(file: FileKind) -> (Glyph, &'static str) {
    match file {
        FileKind::Png => (Glyph::Image, keys::ARTIFACT_EXPORT_PNG),
        FileKind::Svg => (Glyph::Workflow, keys::ARTIFACT_EXPORT_SVG),
        FileKind::Csv => (Glyph::Table, keys::ARTIFACT_EXPORT_CSV),
        FileKind::Json => (Glyph::Code, keys::ARTIFACT_EXPORT_JSON),
        FileKind::Markdown => (Glyph::FileText, keys::ARTIFACT_EXPORT_MD),
    }
}

/// What changes an artifact on the server.
#[derive(Clone, Copy)]
struct ArtifactActs {
    id: ArtifactId,
    title: Signal<String>,
    shelf: Shelf,
    toasts: crate::state::Toasts,
    locale: RwSignal<penny_types::Locale>,
}

impl ArtifactActs {
    fn new(id: ArtifactId, title: Signal<String>) -> Self {
        Self { id, title, shelf: use_shelf(), toasts: use_toasts(), locale: use_locale() }
    }

    fn set_pinned(self, is_pinned: bool) {
        let api = self.shelf.api();
        spawn_local(async move {
            match api.set_artifact_pinned(self.id, is_pinned).await {
                Ok(view) => self.shelf.put(view),
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }

    fn rename(self, title: String) {
        let api = self.shelf.api();
        spawn_local(async move {
            match api.rename_artifact(self.id, &title).await {
                Ok(view) => self.shelf.put(view),
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }

    /// Takes the artifact out of sight, and deletes it unless that is taken back in time.
    fn delete(self) {
        let Self { id, title, shelf, toasts, locale } = self;
        let (title, api) = (title.get_untracked(), shelf.api());
        let is_kept = Arc::new(AtomicBool::new(false));
        let keeper = Arc::clone(&is_kept);
        let words = say_with(locale, keys::ARTIFACT_DELETED, [("title", title)]);
        shelf.at_home(|| {
            toasts.with_undo(words, move || {
                keeper.store(true, Ordering::Relaxed);
                shelf.set_gone(id, false);
            });
        });
        shelf.set_gone(id, true);
        spawn_local(async move {
            TimeoutFuture::new(DELETE_AFTER_MS).await;
            if is_kept.load(Ordering::Relaxed) {
                return;
            }
            if let Err(fault) = api.delete_artifact(id).await {
                shelf.set_gone(id, false);
                toasts.fault(&fault);
            }
        });
    }
}

#[component]
fn RenameDialog(is_open: RwSignal<bool>, title: Signal<String>, acts: ArtifactActs) -> impl IntoView {
    let draft = RwSignal::new(String::new());
    Effect::new(move |_| {
        if is_open.get() {
            draft.set(title.get_untracked());
        }
    });
    let is_empty = Signal::derive(move || draft.with(|draft| draft.trim().is_empty()));
    let save = move || {
        if !is_empty.get_untracked() {
            acts.rename(draft.get_untracked().trim().to_owned());
            is_open.set(false);
        }
    };
    view! {
        <Dialog is_open title=tr(keys::ARTIFACT_RENAME)>
            <form class="dialog-content" on:submit=move |event| {
                event.prevent_default();
                save();
            }>
                <TextField id="artifact-title" label=tr(keys::ARTIFACT_RENAME_LABEL) value=draft autofocus=true/>
                <div class="dialog-actions">
                    <Button look=Look::Quiet on_press=move |_| is_open.set(false)>{tr(keys::ARTIFACT_CANCEL)}</Button>
                    <Button look=Look::Primary submits=true is_disabled=is_empty>{tr(keys::ARTIFACT_SAVE)}</Button>
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}
