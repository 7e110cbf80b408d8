//! A conversation in the list.

use super::actions::ConversationActions;
use crate::{
    state::{tr, tr_with, use_locale},
    ui::{Glyph, Icon, Menu, MenuItem, dom},
};
use leptos::{ev::KeyboardEvent, prelude::*};
use leptos_router::components::A;
use penny_i18n::keys;
use penny_types::{ConversationId, conversations::ConversationSummary};

/// A conversation with its status, title and menu.
#[component]
pub(super) fn ConversationRow(id: ConversationId, actions: ConversationActions) -> impl IntoView {
    let item = Memo::new(move |_| actions.list.with(|list| list.find(id).cloned()));
    let title = Memo::new(move |_| {
        item.with(|item| item.as_ref().map(|item| actions.title(item)).unwrap_or_default())
    });
    let is_renaming = RwSignal::new(false);
    view! {
        <li class="conversation" class:is-renaming=move || is_renaming.get()>
            <Show
                when=move || is_renaming.get()
                fallback=move || {
                    view! {
                        <A href=format!("/c/{id}") attr:class="conversation-link">
                            {move || item.with(|item| status_icon(item.as_ref()))}
                            <span class="conversation-title" dir="auto">{move || title.get()}</span>
                        </A>
                        <ConversationMenu id=id actions=actions title=title is_renaming=is_renaming/>
                    }
                }
            >
                <RenameField id=id actions=actions title=title is_renaming=is_renaming/>
            </Show>
        </li>
    }
    .into_any()
}

fn status_icon(item: Option<&ConversationSummary>) -> AnyView {
    if item.is_some_and(|item| item.active_turn_id.is_some()) {
        return view! {
            <span class="conversation-busy">
                <span class="visually-hidden">{tr(keys::UI_ANSWERING)}</span>
            </span>
        }
        .into_any();
    }
    if item.is_some_and(|item| item.is_pinned) {
        return view! { <Icon glyph=Glyph::Pin class="conversation-pin"/> }.into_any();
    }
    ().into_any()
}

#[component]
fn ConversationMenu(
    id: ConversationId,
    actions: ConversationActions,
    title: Memo<String>,
    is_renaming: RwSignal<bool>,
) -> impl IntoView {
    let label = tr_with(keys::UI_ACTIONS_FOR, move || [("title", title.get())]);
    let (pin_label, unpin_label) = (tr(keys::UI_PIN), tr(keys::UI_UNPIN));
    let (rename_label, delete_label) = (tr(keys::UI_RENAME), tr(keys::UI_DELETE));
    let items = move || {
        let is_pinned = actions.list.with_untracked(|list| list.find(id).is_some_and(|item| item.is_pinned));
        let pin = move || actions.pin(id, !is_pinned);
        vec![
            if is_pinned {
                MenuItem::new(Glyph::PinOff, unpin_label, pin)
            } else {
                MenuItem::new(Glyph::Pin, pin_label, pin)
            },
            MenuItem::new(Glyph::Pencil, rename_label, move || {
                is_renaming.set(true);
                dom::focus_soon(field_id(id));
            }),
            MenuItem::new(Glyph::Trash2, delete_label, move || actions.delete(id)).danger(),
        ]
    };
    view! { <Menu label=label items=items class="conversation-more"/> }.into_any()
}

fn field_id(id: ConversationId) -> String {
    format!("rename-{id}")
}

#[component]
fn RenameField(
    id: ConversationId,
    actions: ConversationActions,
    title: Memo<String>,
    is_renaming: RwSignal<bool>,
) -> impl IntoView {
    let locale = use_locale();
    let before = title.get_untracked();
    let draft = RwSignal::new(before.clone());
    let finish = move |is_saved: bool| {
        // Removing the field triggers a blur event, which would call this again.
        if !is_renaming.get_untracked() {
            return;
        }
        is_renaming.set(false);
        let title = draft.get_untracked().trim().to_owned();
        if is_saved && !title.is_empty() && title != before {
            actions.rename(id, title);
        }
    };
    let finish_on_key = finish.clone();
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => finish_on_key(true),
        "Escape" => {
            event.stop_propagation();
            finish_on_key(false);
        }
        _ => {}
    };
    let select = |event: leptos::ev::FocusEvent| event_target::<web_sys::HtmlInputElement>(&event).select();
    view! {
        <input
            class="input conversation-rename"
            id=field_id(id)
            dir="auto"
            maxlength="200"
            aria-label=move || penny_i18n::text(locale.get(), keys::UI_CONVERSATION_TITLE, &[])
            prop:value=draft
            on:input=move |event| draft.set(event_target_value(&event))
            on:keydown=on_key
            on:blur=move |_| finish(true)
            on:focus=select
        />
    }
    .into_any()
}
