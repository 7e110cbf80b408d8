//! Editing a sent message: the edited message becomes a sibling and starts a new turn.

use super::{actions::use_thread_actions, composer, thread::Thread};
use crate::{
    features::chat::state::RowKey,
    state::tr,
    ui::{Button, ButtonVariant, dom},
};
use leptos::{ev::KeyboardEvent, html, prelude::*};
use penny_i18n::keys;

#[component]
pub fn EditForm(thread: Thread, row: RowKey) -> impl IntoView {
    let actions = use_thread_actions(thread);
    let before = StoredValue::new(actions.text(row));
    let area = NodeRef::<html::Textarea>::new();
    Effect::new(move |_| {
        if let Some(area) = area.get() {
            let end = u32::try_from(area.value().encode_utf16().count()).unwrap_or(u32::MAX);
            // Moves the caret to the end; failures leave it at the start.
            let _ = area.focus();
            let _ = area.set_selection_range(end, end);
            composer::fit_height(&area);
        }
    });
    let close = move || {
        thread.edited_row.set(None);
        dom::focus_soon(composer::TEXTAREA_ID);
    };
    let send = move || {
        let Some(text) = area.get_untracked().map(|area| area.value()) else { return };
        let target = thread.peek(row, |message| message.id).flatten();
        if text.trim().is_empty()
            || thread.is_live.get_untracked()
            || composer::oversize_bytes(&text).is_some()
        {
            return;
        }
        if before.with_value(|before| *before == text) {
            return close();
        }
        actions.send(text, target);
        dom::focus_soon(composer::TEXTAREA_ID);
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            send();
        }
        "Escape" => {
            event.prevent_default();
            event.stop_propagation();
            close();
        }
        _ => {}
    };
    view! {
        <div class="edit">
            <textarea
                node_ref=area
                class="edit-area"
                dir="auto"
                rows="1"
                aria-label=tr(keys::CHAT_EDIT_LABEL)
                on:keydown=on_key
                on:input=move |_| {
                    if let Some(area) = area.get_untracked() {
                        composer::fit_height(&area);
                    }
                }
                prop:value=before.get_value()
            ></textarea>
            <div class="edit-actions">
                <Button variant=ButtonVariant::Quiet on_press=move |_| close()>{tr(keys::CHAT_CANCEL)}</Button>
                <Button variant=ButtonVariant::Primary is_disabled=thread.is_live on_press=move |_| send()>
                    {tr(keys::CHAT_EDIT_SAVE)}
                </Button>
            </div>
        </div>
    }
    .into_any()
}
