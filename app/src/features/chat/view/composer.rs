//! The message composer. Text typed before hydration is kept; unsent text is saved on the server as the
//! conversation's draft.

use super::{
    actions::{ThreadActions, use_thread_actions},
    attachments::{AttachButton, Attachments},
    open_chat::use_open_chat,
    thread::Thread,
};
use crate::{
    api::Api,
    features::chat::markdown::escape,
    state::{tr, use_locale},
    ui::{Glyph, Icon, dom},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, ev::KeyboardEvent, html, prelude::*, task::spawn_local};
use penny_i18n::{formats, keys};
use penny_types::{
    ConversationId, conversations::ConversationPatch, models::ModelView, turns::MESSAGE_BYTES_MAX,
};
use web_sys::HtmlTextAreaElement;

/// Element id of the text area.
pub const TEXTAREA_ID: &str = "composer";
/// Delay between the last input and saving the draft.
const DRAFT_SAVE_DELAY_MS: u32 = 700;

/// Returns the size of a message in bytes if it is too large.
#[must_use]
pub fn oversize_bytes(text: &str) -> Option<u64> {
    (text.len() > MESSAGE_BYTES_MAX).then_some(text.len() as u64)
}

/// Fits the height of a text area to its content, in browsers without `field-sizing`.
pub fn fit_height(area: &HtmlTextAreaElement) {
    let style = web_sys::HtmlElement::style(area);
    if style.get_property_value("field-sizing").is_ok_and(|value| value == "content") {
        return;
    }
    // Heights in pixels are always valid.
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &format!("{}px", area.scroll_height()));
}

/// The message composer.
#[component]
pub fn Composer(thread: Thread) -> impl IntoView {
    let actions = use_thread_actions(thread);
    let area = NodeRef::<html::Textarea>::new();
    let text = thread.draft;
    // Set as `inner_html` and not as a child: hydration of an empty child would overwrite the text typed before it.
    let mut initial = String::new();
    escape(&mut initial, &text.get_untracked());
    let draft = DraftAutosave::new(thread, text);
    let set_text = move |value: String| {
        if let Some(area) = area.get_untracked() {
            area.set_value(&value);
            fit_height(&area);
        }
        text.set(value);
    };
    Effect::new(move |_| {
        if let Some(area) = area.get() {
            // The text may have been typed before hydration.
            text.set(area.value());
            fit_height(&area);
            if !dom::is_typing() && !dom::media_matches("(pointer: coarse)") {
                dom::focus(TEXTAREA_ID);
            }
        }
    });
    Effect::new(move |_| {
        if let Some(restored) = thread.restored_text.get() {
            thread.restored_text.set(None);
            set_text(restored);
            dom::focus_soon(TEXTAREA_ID);
        }
    });
    let has_text = Memo::new(move |_| text.with(|text| !text.trim().is_empty()));
    let oversize = Memo::new(move |_| text.with(|text| oversize_bytes(text)));
    let files = Memo::new(move |_| {
        thread.attachments.with(|all| (!all.is_empty(), all.iter().all(|file| file.ready().is_some())))
    });
    let can_send = Memo::new(move |_| {
        let (has_files, are_ready) = files.get();
        (has_text.get() || has_files) && are_ready && oversize.get().is_none() && !thread.is_live.get()
    });
    let send = move || {
        if can_send.get_untracked() {
            let (content, files) = (text.get_untracked(), thread.take_ready_attachments());
            set_text(String::new());
            draft.discard();
            actions.send_with(content, None, files);
        }
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            send();
        }
        "ArrowUp" if text.with_untracked(String::is_empty) && !thread.is_live.get_untracked() => {
            if let Some(row) = thread.last_user_row() {
                event.prevent_default();
                thread.edited_row.set(Some(row));
            }
        }
        _ => {}
    };
    stop_on_escape(thread, actions);
    view! {
        <form
            class="composer"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
            // Otherwise the browser would navigate to the dropped file.
            on:dragover=move |event| event.prevent_default()
            on:drop=move |event| {
                event.prevent_default();
                thread.attach_files(event.data_transfer().and_then(|dropped| dropped.files()));
            }
        >
            <TooLargeNotice size_bytes=oversize/>
            <div class="composer-box">
                <Attachments thread/>
                <textarea
                    node_ref=area
                    id=TEXTAREA_ID
                    class="composer-area"
                    name="content"
                    rows="1"
                    dir="auto"
                    autocomplete="off"
                    aria-label=tr(keys::CHAT_COMPOSER_LABEL)
                    aria-invalid=move || oversize.get().map(|_| "true")
                    placeholder=tr(keys::CHAT_COMPOSER_PLACEHOLDER)
                    on:keydown=on_key
                    on:input=move |_| {
                        if let Some(area) = area.get_untracked() {
                            text.set(area.value());
                            fit_height(&area);
                            draft.schedule_save();
                        }
                    }
                    inner_html=initial
                ></textarea>
                <div class="composer-bar">
                    <AttachButton thread/>
                    <ModelPicker thread/>
                    <span class="composer-hint" aria-hidden="true">{tr(keys::CHAT_COMPOSER_HINT)}</span>
                    <SendOrStop thread actions can_send/>
                </div>
            </div>
        </form>
    }
    .into_any()
}

/// Stops the live turn on Escape, unless another element handled the key.
fn stop_on_escape(thread: Thread, actions: ThreadActions) {
    let listener = window_event_listener(ev::keydown, move |event| {
        let is_handled = event.default_prevented() || is_overlay_open();
        if event.key() == "Escape" && !is_handled && thread.is_live.try_get_untracked().unwrap_or_default() {
            event.prevent_default();
            actions.stop();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Returns whether a dialog or a menu is open, which Escape closes.
fn is_overlay_open() -> bool {
    document().query_selector("dialog[open], [role=menu]").is_ok_and(|element| element.is_some())
}

#[component]
fn SendOrStop(thread: Thread, actions: ThreadActions, can_send: Memo<bool>) -> impl IntoView {
    let (send, stop, hint) = (tr(keys::CHAT_SEND), tr(keys::CHAT_STOP), tr(keys::CHAT_STOP_HINT));
    move || {
        if thread.is_live.get() {
            view! {
                <button class="composer-stop" type="button" aria-label=stop title=hint on:click=move |_| actions.stop()>
                    <Icon glyph=Glyph::Square/>
                </button>
            }
            .into_any()
        } else {
            view! {
                <button class="composer-send" type="submit" aria-label=send title=send disabled=move || !can_send.get()>
                    <Icon glyph=Glyph::ArrowUp/>
                </button>
            }
            .into_any()
        }
    }
}

/// Error message for a text that is too large.
#[component]
fn TooLargeNotice(size_bytes: Memo<Option<u64>>) -> impl IntoView {
    let locale = use_locale();
    let message = move |size: u64| {
        let locale = locale.get();
        let (size, limit) = (formats::bytes(locale, size), formats::bytes(locale, MESSAGE_BYTES_MAX as u64));
        penny_i18n::text(locale, keys::CHAT_TOO_LONG, &[("size", &size), ("limit", &limit)])
    };
    move || size_bytes.get().map(|size| view! { <p class="composer-fault" role="alert">{message(size)}</p> })
}

/// Selects the model of the next message.
#[component]
fn ModelPicker(thread: Thread) -> impl IntoView {
    let api = thread.api();
    let models = Resource::new(
        || (),
        move |()| {
            let api = api.clone();
            async move { api.models().await.unwrap_or_default() }
        },
    );
    view! {
        <Suspense fallback=|| view! { <span class="model-picker model-picker-waiting"></span> }>
            {move || Suspend::new(async move { picker(thread, models.await) })}
        </Suspense>
    }
    .into_any()
}

fn picker(thread: Thread, models: Vec<ModelView>) -> AnyView {
    if models.is_empty() {
        return ().into_any();
    }
    let fallback = models.iter().find(|model| model.is_default).map(|model| model.id.clone());
    let selected = Memo::new(move |_| thread.model.get().or_else(|| fallback.clone()));
    let ids: Vec<String> = models.iter().map(|model| model.id.clone()).collect();
    // A model that no provider lists stays selected; without any model, the user has to select one.
    let unlisted = move || {
        let model = selected.get().filter(|model| !ids.contains(model));
        let (value, name) = match model {
            Some(model) => (model.clone(), model.into_any()),
            None if selected.with(Option::is_none) => (String::new(), tr(keys::CHAT_MODEL_NONE).into_any()),
            None => return None,
        };
        Some(view! { <option value=value selected=true prop:selected=true disabled=true>{name}</option> })
    };
    let options = models
        .into_iter()
        .map(|model| {
            let ModelView { id, name, is_demo, .. } = model;
            // Only the demo model has a translated name.
            let name = if is_demo { tr(keys::CHAT_MODEL_DEMO).into_any() } else { name.into_any() };
            let value = id.clone();
            let is_selected = move || selected.with(|selected| selected.as_ref() == Some(&id));
            view! { <option value=value selected=is_selected.clone() prop:selected=is_selected>{name}</option> }
        })
        .collect_view();
    view! {
        <span class="model-picker">
            <select
                aria-label=tr(keys::CHAT_MODEL)
                on:change=move |event| thread.model.set(Some(event_target_value(&event)))
            >
                {unlisted}
                {options}
            </select>
            <Icon glyph=Glyph::ChevronsUpDown/>
        </span>
    }
    .into_any()
}

/// Saves the composer's text on the server, a moment after the last input.
#[derive(Clone, Copy)]
struct DraftAutosave {
    thread: Thread,
    text: RwSignal<String>,
    saved: StoredValue<String>,
    edit_count: StoredValue<u64>,
}

impl DraftAutosave {
    fn new(thread: Thread, text: RwSignal<String>) -> Self {
        let draft = Self {
            thread,
            text,
            saved: StoredValue::new(text.get_untracked()),
            edit_count: StoredValue::new(0),
        };
        let open = use_open_chat();
        // Saves text typed immediately before the page is left.
        on_cleanup(move || {
            let is_new = thread.conversation.try_get_untracked().flatten().is_none();
            if let (true, Some(open)) = (is_new, open) {
                let typed = text.try_get_untracked().filter(|text| !text.is_empty());
                let unsent = thread.unsent_text();
                if unsent.is_some() {
                    thread.delete_pending_conversation();
                }
                open.new_draft.try_set_value(typed.or(unsent).unwrap_or_default());
            }
            draft.save();
        });
        draft
    }

    fn schedule_save(self) {
        let Some(edit) = self.edit_count.try_update_value(|count| {
            *count += 1;
            *count
        }) else {
            return;
        };
        spawn_local(async move {
            TimeoutFuture::new(DRAFT_SAVE_DELAY_MS).await;
            if self.edit_count.try_get_value() == Some(edit) {
                self.save();
            }
        });
    }

    /// Discards the draft after the message was sent.
    fn discard(self) {
        self.edit_count.try_update_value(|count| *count += 1);
        let had_draft = self.saved.try_update_value(std::mem::take).is_some_and(|saved| !saved.is_empty());
        if let (true, Some(id)) = (had_draft, self.thread.conversation.try_get_untracked().flatten()) {
            save_draft(self.thread.api(), id, String::new());
        }
    }

    fn save(self) {
        let Some(text) = self.text.try_get_untracked() else { return };
        let Some(id) = self.thread.conversation.try_get_untracked().flatten() else { return };
        let has_changed = self.saved.try_update_value(|saved| {
            let has_changed = *saved != text;
            saved.clone_from(&text);
            has_changed
        });
        if has_changed == Some(true) && oversize_bytes(&text).is_none() {
            save_draft(self.thread.api(), id, text);
        }
    }
}

fn save_draft(api: Api, id: ConversationId, draft: String) {
    spawn_local(async move {
        let patch = ConversationPatch { draft: Some(draft), ..ConversationPatch::default() };
        // A draft that could not be saved is still in the composer; the next input saves it again.
        let _ = api.update_conversation(id, &patch).await;
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_limit_counts_bytes_not_characters() {
        assert_eq!(oversize_bytes(&"a".repeat(MESSAGE_BYTES_MAX)), None);
        assert_eq!(oversize_bytes(&"€".repeat(MESSAGE_BYTES_MAX / 3 + 1)), Some(1_048_578));
    }
}
