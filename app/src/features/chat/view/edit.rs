//! Changing a message that was sent: it becomes a sibling, and the answer is asked anew.

use super::{acts::use_acts, composer, thread::Thread};
use crate::{
    features::chat::state::RowKey,
    state::tr,
    ui::{Button, Look, dom},
};
use leptos::{ev::KeyboardEvent, html, prelude::*};
use penny_words::keys;

/// The message in a box to type in.
#[component]
pub fn EditForm(thread: Thread, row: RowKey) -> impl IntoView {
    let acts = use_acts(thread);
    let before = StoredValue::new(acts.words(row));
    let area = NodeRef::<html::Textarea>::new();
    Effect::new(move |_| {
        if let Some(area) = area.get() {
            let end = u32::try_from(area.value().encode_utf16().count()).unwrap_or(u32::MAX);
            // The caret goes to the end; where it cannot, it stays at the start.
            let _ = area.focus();
            let _ = area.set_selection_range(end, end);
            composer::grow(&area);
        }
    });
    let close = move || {
        thread.editing.set(None);
        dom::focus_soon(composer::ID);
    };
    let send = move || {
        let Some(words) = area.get_untracked().map(|area| area.value()) else { return };
        let target = thread.peek(row, |message| message.id).flatten();
        if words.trim().is_empty() || thread.is_live.get_untracked() || composer::excess(&words).is_some() {
            return;
        }
        if before.with_value(|before| *before == words) {
            return close();
        }
        acts.send(words, target);
        dom::focus_soon(composer::ID);
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
                        composer::grow(&area);
                    }
                }
                prop:value=before.get_value()
            ></textarea>
            <div class="edit-actions">
                <Button look=Look::Quiet on_press=move |_| close()>{tr(keys::CHAT_CANCEL)}</Button>
                <Button look=Look::Primary is_disabled=thread.is_live on_press=move |_| send()>
                    {tr(keys::CHAT_EDIT_SAVE)}
                </Button>
            </div>
        </div>
    }
    .into_any()
}
