//! The actions of an artifact.

use super::{
    export::{self, ExportFormat},
    rendering::ArtifactRenderState,
    store::{ArtifactStore, use_artifact_store},
};
use crate::{
    state::{tr, tr_untracked, tr_with_untracked, use_locale, use_panes, use_toasts},
    ui::{Button, ButtonVariant, Dialog, Glyph, IconButton, Menu, MenuItem, TextField},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;
use penny_i18n::keys;
use penny_types::{ArtifactId, artifacts::ArtifactKind};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Time in which a deletion can be undone; slightly longer than its toast is shown.
const DELETE_DELAY_MS: u32 = 10_500;

/// The action buttons of an artifact.
#[component]
pub fn Toolbar(
    id: ArtifactId,
    kind: ArtifactKind,
    #[prop(into)] title: Signal<String>,
    render_state: ArtifactRenderState,
    /// Whether to offer opening it beside the chat.
    #[prop(optional)]
    can_open: bool,
    /// Whether to offer the full-screen page.
    #[prop(default = true)]
    can_expand: bool,
) -> impl IntoView {
    let store = use_artifact_store();
    let panes = use_panes();
    let navigate = StoredValue::new(use_navigate());
    let is_pinned = Memo::new(move |_| store.view(id).is_some_and(|view| view.is_pinned));
    let is_renaming = RwSignal::new(false);
    let actions = ArtifactActions::new(id, title);
    let (locale, toasts) = (use_locale(), use_toasts());
    Effect::new(move |_| store.watch(id));
    let menu_items = move || {
        let mut items: Vec<MenuItem> = ExportFormat::of(kind)
            .iter()
            .map(|format| {
                let format = *format;
                let (glyph, key) = export_label(format);
                MenuItem::new(glyph, tr_in(locale, key), move || {
                    if export::save(format, &title.get_untracked(), render_state).is_none() {
                        toasts.info(tr_untracked(locale, keys::ARTIFACT_EXPORT_FAILED));
                    }
                })
            })
            .collect();
        items.push(MenuItem::new(Glyph::Pencil, tr_in(locale, keys::ARTIFACT_RENAME), move || {
            is_renaming.set(true)
        }));
        items.push(
            MenuItem::new(Glyph::Trash2, tr_in(locale, keys::ARTIFACT_DELETE), move || actions.delete())
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
                on_press=move |_| actions.set_pinned(!is_pinned.get_untracked())
            />
            <Menu label=tr(keys::ARTIFACT_MORE) items=menu_items/>
        </div>
        <RenameDialog is_open=is_renaming title actions/>
    }
    .into_any()
}

/// Returns a reactive message, for menus created outside of a component's setup.
fn tr_in(
    locale: RwSignal<penny_types::Locale>,
    key: &'static str,
) -> impl Fn() -> String + Send + Sync + 'static {
    move || penny_i18n::text(locale.get(), key, &[])
}

const fn export_label(format: ExportFormat) -> (Glyph, &'static str) {
    match format {
        ExportFormat::Png => (Glyph::Image, keys::ARTIFACT_EXPORT_PNG),
        ExportFormat::Svg => (Glyph::Workflow, keys::ARTIFACT_EXPORT_SVG),
        ExportFormat::Csv => (Glyph::Table, keys::ARTIFACT_EXPORT_CSV),
        ExportFormat::Json => (Glyph::Code, keys::ARTIFACT_EXPORT_JSON),
        ExportFormat::Markdown => (Glyph::FileText, keys::ARTIFACT_EXPORT_MD),
    }
}

/// Actions that change an artifact on the server.
#[derive(Clone, Copy)]
struct ArtifactActions {
    id: ArtifactId,
    title: Signal<String>,
    store: ArtifactStore,
    toasts: crate::state::Toasts,
    locale: RwSignal<penny_types::Locale>,
}

impl ArtifactActions {
    fn new(id: ArtifactId, title: Signal<String>) -> Self {
        Self { id, title, store: use_artifact_store(), toasts: use_toasts(), locale: use_locale() }
    }

    fn set_pinned(self, is_pinned: bool) {
        let api = self.store.api();
        spawn_local(async move {
            match api.set_artifact_pinned(self.id, is_pinned).await {
                Ok(view) => self.store.insert(view),
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }

    fn rename(self, title: String) {
        let api = self.store.api();
        spawn_local(async move {
            match api.rename_artifact(self.id, &title).await {
                Ok(view) => self.store.insert(view),
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }

    /// Hides the artifact at once and deletes it after [`DELETE_DELAY_MS`] unless the deletion is undone.
    fn delete(self) {
        let Self { id, title, store, toasts, locale } = self;
        let (title, api) = (title.get_untracked(), store.api());
        let is_undone = Arc::new(AtomicBool::new(false));
        let undone = Arc::clone(&is_undone);
        let text = tr_with_untracked(locale, keys::ARTIFACT_DELETED, [("title", title)]);
        store.with_owner(|| {
            toasts.with_undo(text, move || {
                undone.store(true, Ordering::Relaxed);
                store.set_deleted(id, false);
            });
        });
        store.set_deleted(id, true);
        spawn_local(async move {
            TimeoutFuture::new(DELETE_DELAY_MS).await;
            if is_undone.load(Ordering::Relaxed) {
                return;
            }
            if let Err(fault) = api.delete_artifact(id).await {
                store.set_deleted(id, false);
                toasts.fault(&fault);
            }
        });
    }
}

#[component]
fn RenameDialog(is_open: RwSignal<bool>, title: Signal<String>, actions: ArtifactActions) -> impl IntoView {
    let draft = RwSignal::new(String::new());
    Effect::new(move |_| {
        if is_open.get() {
            draft.set(title.get_untracked());
        }
    });
    let is_empty = Signal::derive(move || draft.with(|draft| draft.trim().is_empty()));
    let save = move || {
        if !is_empty.get_untracked() {
            actions.rename(draft.get_untracked().trim().to_owned());
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
                    <Button variant=ButtonVariant::Quiet on_press=move |_| is_open.set(false)>{tr(keys::ARTIFACT_CANCEL)}</Button>
                    <Button variant=ButtonVariant::Primary is_submit=true is_disabled=is_empty>{tr(keys::ARTIFACT_SAVE)}</Button>
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}
