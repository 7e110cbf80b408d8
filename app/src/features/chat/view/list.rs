//! The scrollable list of messages, oldest first.
//!
//! The scroll container is reversed (`column-reverse`): without a script it opens at the newest message, stays there
//! while a message grows, and does not move when older messages are inserted above.

use super::{
    actions::{ThreadActions, use_thread_actions},
    row::MessageRow,
    scroll_anchor::ScrollAnchor,
    thread::Thread,
    versions::VersionsDialog,
    windowing::{ROW_MARGIN, SEGMENT_MARGIN, ViewportObserver},
};
use crate::{
    features::chat::state::{RowSegment, segment_rows},
    state::tr,
    ui::{Glyph, Icon},
};
use leptos::{html, prelude::*, task::spawn_local};
use penny_i18n::keys;

/// Distance from the oldest message within which older messages are loaded.
const LOAD_AHEAD_PX: i32 = 1_200;
/// Distance from the end that still counts as the end.
const AT_END_PX: i32 = 48;

/// Renders the messages of the thread.
#[lazy]
pub fn message_list(thread: Thread) -> AnyView {
    view! { <MessageList thread/> }.into_any()
}

/// Preloads the code of [`message_list`]; does nothing on the server.
pub async fn preload_message_list() {
    #[cfg(feature = "hydrate")]
    __preload_message_list().await;
}

#[component]
fn MessageList(thread: Thread) -> impl IntoView {
    let scroller = NodeRef::<html::Div>::new();
    let row_observer = ViewportObserver::new(ROW_MARGIN);
    let segment_observer = ViewportObserver::new(SEGMENT_MARGIN);
    let is_at_end = RwSignal::new(true);
    let column = NodeRef::<html::Div>::new();
    let older = OlderMessages::new(thread);
    let scroll_anchor = ScrollAnchor::new();
    let grows_below = move || {
        let is_live = thread.is_live.try_get_untracked().unwrap_or_default();
        let is_scrolled_up = !is_at_end.try_get_untracked().unwrap_or(true);
        is_live && is_scrolled_up && !older.is_laying_out.try_get_value().unwrap_or(true)
    };
    Effect::new(move |_| {
        if let (Some(scroller), Some(column)) = (scroller.get(), column.get()) {
            row_observer.start(&scroller);
            segment_observer.start(&scroller);
            older.load_if_near(&scroller);
            scroll_anchor.start((*scroller).clone(), &column, grows_below);
        }
    });
    let segments = Memo::new(move |before: Option<&Vec<RowSegment>>| {
        thread.rows.with(|rows| segment_rows(before.map_or(&[], Vec::as_slice), rows))
    });
    let scroll_to_end = move || {
        if let Some(scroller) = scroller.get_untracked() {
            scroller.set_scroll_top(0);
        }
    };
    Effect::new(move |previous: Option<u32>| {
        let count = thread.sent_count.get();
        if previous.is_some_and(|previous| previous != count) {
            request_animation_frame(scroll_to_end);
        }
        count
    });
    let on_scroll = move |_| {
        let Some(scroller) = scroller.get_untracked() else { return };
        // In a reversed container, `scrollTop` is zero at the end and negative above it.
        let is_near = scroller.scroll_top().abs() <= AT_END_PX;
        if is_at_end.get_untracked() != is_near {
            is_at_end.set(is_near);
        }
        older.load_if_near(&scroller);
    };
    view! {
        <div class="thread-frame">
            <div
                class="thread"
                node_ref=scroller
                on:scroll=on_scroll
                role="region"
                tabindex="0"
                aria-label=tr(keys::CHAT_THREAD_LABEL)
            >
                <div class="thread-column" node_ref=column>
                    <OlderMessagesNotice older thread/>
                    <For each=move || segments.get() key=|segment| segment.id let:segment>
                        <Segment thread id=segment.id segments segment_observer row_observer/>
                    </For>
                </div>
            </div>
            {move || (!is_at_end.get()).then(|| view! {
                <button class="jump" type="button" on:click=move |_| scroll_to_end()>
                    <Icon glyph=Glyph::ArrowDown/>
                    {tr(keys::CHAT_JUMP)}
                </button>
            })}
            <VersionsDialog thread/>
        </div>
    }
    .into_any()
}

/// A segment of rows. Very far from the viewport it is an empty placeholder.
#[component]
fn Segment(
    thread: Thread,
    id: u64,
    segments: Memo<Vec<RowSegment>>,
    segment_observer: ViewportObserver,
    row_observer: ViewportObserver,
) -> impl IntoView {
    let element = NodeRef::<html::Div>::new();
    let placeholder_height_px = segment_observer.register(id);
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            segment_observer.observe(&element);
        }
    });
    let rows = Memo::new(move |_| {
        segments.with(|segments| {
            segments
                .iter()
                .find(|segment| segment.id == id)
                .map(|segment| segment.rows.clone())
                .unwrap_or_default()
        })
    });
    let is_rendered = Memo::new(move |_| placeholder_height_px.with(Option::is_none));
    let min_height = move || placeholder_height_px.get().map(|height| format!("{height}px"));
    view! {
        <div class="stretch" node_ref=element data-watched=id.to_string() style:min-height=min_height>
            {move || is_rendered.get().then(|| view! {
                <For each=move || rows.get() key=|row| *row let:row>
                    <MessageRow thread row observer=row_observer/>
                </For>
            })}
        </div>
    }
    .into_any()
}

/// Loads older messages, one window at a time.
#[derive(Clone, Copy)]
struct OlderMessages {
    actions: ThreadActions,
    thread: Thread,
    is_loading: RwSignal<bool>,
    /// Whether loaded messages are not laid out yet.
    is_laying_out: StoredValue<bool>,
    has_failed: RwSignal<bool>,
}

impl OlderMessages {
    fn new(thread: Thread) -> Self {
        Self {
            actions: use_thread_actions(thread),
            thread,
            is_loading: RwSignal::new(false),
            is_laying_out: StoredValue::new(false),
            has_failed: RwSignal::new(false),
        }
    }

    fn load_if_near(self, scroller: &web_sys::HtmlElement) {
        let remaining_px = scroller.scroll_height() - scroller.client_height() - scroller.scroll_top().abs();
        if remaining_px < LOAD_AHEAD_PX && !self.has_failed.get_untracked() {
            self.load();
        }
    }

    fn load(self) {
        if self.is_loading.get_untracked() || !self.thread.has_before.get_untracked() {
            return;
        }
        self.is_loading.set(true);
        spawn_local(async move {
            self.is_laying_out.try_set_value(true);
            let outcome = self.actions.load_older().await;
            // The loaded messages are laid out in the next frame.
            request_animation_frame(move || {
                request_animation_frame(move || {
                    self.is_laying_out.try_set_value(false);
                });
            });
            let _ = self.has_failed.try_set(outcome.is_err());
            let _ = self.is_loading.try_set(false);
        });
    }
}

/// Status of older messages, above the oldest message.
#[component]
fn OlderMessagesNotice(older: OlderMessages, thread: Thread) -> impl IntoView {
    move || {
        if older.has_failed.get() {
            return Some(
                view! {
                    <p class="older">
                        {tr(keys::CHAT_OLDER_FAILED)} " "
                        <button class="button button-link" type="button" on:click=move |_| {
                            older.has_failed.set(false);
                            older.load();
                        }>{tr(keys::CHAT_RETRY)}</button>
                    </p>
                }
                .into_any(),
            );
        }
        thread
            .has_before
            .get()
            .then(|| view! { <p class="older" role="status">{tr(keys::CHAT_OLDER_LOADING)}</p> }.into_any())
    }
}
