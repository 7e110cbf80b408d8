//! Where one types. What was typed before the page came to life stays, and so does what was typed
//! and not sent: the server keeps it as the conversation's draft.

use super::{
    acts::{Acts, use_acts},
    attach::{AttachButton, Attachments},
    context::use_open_chat,
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
use penny_types::{
    ConversationId, conversations::ConversationPatch, models::ModelView, turns::MESSAGE_BYTES_MAX,
};
use penny_words::{figures, keys};
use web_sys::HtmlTextAreaElement;

/// Id of the box one types in.
pub const ID: &str = "composer";
/// How long after the last key the draft is stored.
const DRAFT_AFTER_MS: u32 = 700;

/// Says how large a message is when it is too large.
#[must_use]
pub fn excess(text: &str) -> Option<u64> {
    (text.len() > MESSAGE_BYTES_MAX).then_some(text.len() as u64)
}

/// Makes a box as tall as its words, where the browser does not do so itself.
pub fn grow(area: &HtmlTextAreaElement) {
    let style = web_sys::HtmlElement::style(area);
    if style.get_property_value("field-sizing").is_ok_and(|value| value == "content") {
        return;
    }
    // Numbers in pixels are always accepted.
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &format!("{}px", area.scroll_height()));
}

/// Where one types.
#[component]
pub fn Composer(thread: Thread) -> impl IntoView {
    let acts = use_acts(thread);
    let area = NodeRef::<html::Textarea>::new();
    let text = thread.draft;
    // As markup, not as a child: an empty child would be drawn as a blank, and what was typed before
    // the page came to life would be overwritten.
    let mut initial = String::new();
    escape(&mut initial, &text.get_untracked());
    let drafts = Drafts::new(thread, text);
    let put = move |words: String| {
        if let Some(area) = area.get_untracked() {
            area.set_value(&words);
            grow(&area);
        }
        text.set(words);
    };
    Effect::new(move |_| {
        if let Some(area) = area.get() {
            // What was typed before the page came to life counts.
            text.set(area.value());
            grow(&area);
            if !dom::is_typing() && !dom::media_matches("(pointer: coarse)") {
                dom::focus(ID);
            }
        }
    });
    Effect::new(move |_| {
        if let Some(words) = thread.returned.get() {
            thread.returned.set(None);
            put(words);
            dom::focus_soon(ID);
        }
    });
    let has_words = Memo::new(move |_| text.with(|text| !text.trim().is_empty()));
    let too_long = Memo::new(move |_| text.with(|text| excess(text)));
    let files = Memo::new(move |_| {
        thread.attached.with(|all| (!all.is_empty(), all.iter().all(|file| file.ready().is_some())))
    });
    let can_send = Memo::new(move |_| {
        let (has_files, are_ready) = files.get();
        (has_words.get() || has_files) && are_ready && too_long.get().is_none() && !thread.is_live.get()
    });
    let send = move || {
        if can_send.get_untracked() {
            let (words, files) = (text.get_untracked(), thread.take_attached());
            put(String::new());
            drafts.forget();
            acts.send_with(words, None, files);
        }
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            send();
        }
        "ArrowUp" if text.with_untracked(String::is_empty) && !thread.is_live.get_untracked() => {
            if let Some(row) = thread.last_said() {
                event.prevent_default();
                thread.editing.set(Some(row));
            }
        }
        _ => {}
    };
    stop_on_escape(thread, acts);
    view! {
        <form
            class="composer"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
            // Without this the browser would leave the page for what is dropped.
            on:dragover=move |event| event.prevent_default()
            on:drop=move |event| {
                event.prevent_default();
                thread.attach(event.data_transfer().and_then(|dropped| dropped.files()));
            }
        >
            <TooLong size=too_long/>
            <div class="composer-box">
                <Attachments thread/>
                <textarea
                    node_ref=area
                    id=ID
                    class="composer-area"
                    name="content"
                    rows="1"
                    dir="auto"
                    autocomplete="off"
                    aria-label=tr(keys::CHAT_COMPOSER_LABEL)
                    aria-invalid=move || too_long.get().map(|_| "true")
                    placeholder=tr(keys::CHAT_COMPOSER_PLACEHOLDER)
                    on:keydown=on_key
                    on:input=move |_| {
                        if let Some(area) = area.get_untracked() {
                            text.set(area.value());
                            grow(&area);
                            drafts.store_later();
                        }
                    }
                    inner_html=initial
                ></textarea>
                <div class="composer-bar">
                    <AttachButton thread/>
                    <ModelPicker thread/>
                    <span class="composer-hint" aria-hidden="true">{tr(keys::CHAT_COMPOSER_HINT)}</span>
                    <SendOrStop thread acts can_send/>
                </div>
            </div>
        </form>
    }
    .into_any()
}

/// Stops the answer on Escape, unless something else on the page took the key.
fn stop_on_escape(thread: Thread, acts: Acts) {
    let listener = window_event_listener(ev::keydown, move |event| {
        let is_taken = event.default_prevented() || is_something_open();
        if event.key() == "Escape" && !is_taken && thread.is_live.try_get_untracked().unwrap_or_default() {
            event.prevent_default();
            acts.stop();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Says whether a dialog or a menu is open, which Escape closes.
fn is_something_open() -> bool {
    document().query_selector("dialog[open], [role=menu]").is_ok_and(|found| found.is_some())
}

#[component]
fn SendOrStop(thread: Thread, acts: Acts, can_send: Memo<bool>) -> impl IntoView {
    let (send, stop, hint) = (tr(keys::CHAT_SEND), tr(keys::CHAT_STOP), tr(keys::CHAT_STOP_HINT));
    move || {
        if thread.is_live.get() {
            view! {
                <button class="composer-stop" type="button" aria-label=stop title=hint on:click=move |_| acts.stop()>
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

/// Says that a message is too long to be sent, and by how much.
#[component]
fn TooLong(size: Memo<Option<u64>>) -> impl IntoView {
    let locale = use_locale();
    let words = move |size: u64| {
        let locale = locale.get();
        let (size, limit) = (figures::bytes(locale, size), figures::bytes(locale, MESSAGE_BYTES_MAX as u64));
        penny_words::text(locale, keys::CHAT_TOO_LONG, &[("size", &size), ("limit", &limit)])
    };
    move || size.get().map(|size| view! { <p class="composer-fault" role="alert">{words(size)}</p> })
}

/// Which model is asked.
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
    let chosen = Memo::new(move |_| thread.model.get().or_else(|| fallback.clone()));
    let names: Vec<String> = models.iter().map(|model| model.id.clone()).collect();
    // A model that no provider lists is asked all the same; without any, the person is to pick one.
    let unlisted = move || {
        let model = chosen.get().filter(|model| !names.contains(model));
        let (value, name) = match model {
            Some(model) => (model.clone(), model.into_any()),
            None if chosen.with(Option::is_none) => (String::new(), tr(keys::CHAT_MODEL_NONE).into_any()),
            None => return None,
        };
        Some(view! { <option value=value selected=true prop:selected=true disabled=true>{name}</option> })
    };
    let options = models
        .into_iter()
        .map(|model| {
            let ModelView { id, name, is_demo, .. } = model;
            // Models have names of their own; the demo's is ours, and says what it is.
            let name = if is_demo { tr(keys::CHAT_MODEL_DEMO).into_any() } else { name.into_any() };
            let value = id.clone();
            let is_chosen = move || chosen.with(|chosen| chosen.as_ref() == Some(&id));
            view! { <option value=value selected=is_chosen.clone() prop:selected=is_chosen>{name}</option> }
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

/// Keeps what is typed and not sent on the server, a moment after the last key.
#[derive(Clone, Copy)]
struct Drafts {
    thread: Thread,
    text: RwSignal<String>,
    stored: StoredValue<String>,
    keystrokes: StoredValue<u64>,
}

impl Drafts {
    fn new(thread: Thread, text: RwSignal<String>) -> Self {
        let drafts = Self {
            thread,
            text,
            stored: StoredValue::new(text.get_untracked()),
            keystrokes: StoredValue::new(0),
        };
        let open = use_open_chat();
        // Whoever leaves within the moment loses nothing.
        on_cleanup(move || {
            let is_new = thread.conversation.try_get_untracked().flatten().is_none();
            if let (true, Some(open)) = (is_new, open) {
                let words = text.try_get_untracked().filter(|words| !words.is_empty());
                let unsent = thread.unsent();
                if unsent.is_some() {
                    thread.abandon();
                }
                open.new_draft.try_set_value(words.or(unsent).unwrap_or_default());
            }
            drafts.store();
        });
        drafts
    }

    fn store_later(self) {
        let Some(now) = self.keystrokes.try_update_value(|count| {
            *count += 1;
            *count
        }) else {
            return;
        };
        spawn_local(async move {
            TimeoutFuture::new(DRAFT_AFTER_MS).await;
            if self.keystrokes.try_get_value() == Some(now) {
                self.store();
            }
        });
    }

    /// Takes the draft as sent: the server drops it with the message.
    fn forget(self) {
        self.keystrokes.try_update_value(|count| *count += 1);
        let had_draft = self.stored.try_update_value(std::mem::take).is_some_and(|stored| !stored.is_empty());
        if let (true, Some(id)) = (had_draft, self.thread.conversation.try_get_untracked().flatten()) {
            store(self.thread.api(), id, String::new());
        }
    }

    fn store(self) {
        let Some(text) = self.text.try_get_untracked() else { return };
        let Some(id) = self.thread.conversation.try_get_untracked().flatten() else { return };
        let is_new = self.stored.try_update_value(|stored| {
            let is_new = *stored != text;
            stored.clone_from(&text);
            is_new
        });
        if is_new == Some(true) && excess(&text).is_none() {
            store(self.thread.api(), id, text);
        }
    }
}

fn store(api: Api, id: ConversationId, draft: String) {
    spawn_local(async move {
        let patch = ConversationPatch { draft: Some(draft), ..ConversationPatch::default() };
        // A draft that could not be stored is still in the box; the next key tries again.
        let _ = api.update_conversation(id, &patch).await;
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_too_long_by_its_bytes_not_its_characters() {
        assert_eq!(excess(&"a".repeat(MESSAGE_BYTES_MAX)), None);
        assert_eq!(excess(&"€".repeat(MESSAGE_BYTES_MAX / 3 + 1)), Some(1_048_578));
    }
}
