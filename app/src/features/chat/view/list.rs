//! The messages, oldest first, in an element that scrolls from its end.
//!
//! The scrolling element is laid out from the bottom (`column-reverse`): it opens at the newest
//! message without a script, stays there while an answer grows, and does not jump when older
//! messages come in above.

use super::{
    acts::{Acts, use_acts},
    anchor::Anchor,
    row::Row,
    thread::Thread,
    versions::Versions,
    windowing::{FAR_ROW, FAR_STRETCH, Watch},
};
use crate::{
    features::chat::state::{Stretch, parted},
    state::tr,
    ui::{Glyph, Icon},
};
use leptos::{html, prelude::*, task::spawn_local};
use penny_words::keys;

/// How close to the oldest message older ones are read.
const READ_AHEAD_PX: i32 = 1_200;
/// How far from the end still counts as being there.
const AT_END_PX: i32 = 48;

/// Returns the messages of the thread.
#[lazy]
pub fn message_list(thread: Thread) -> AnyView {
    view! { <MessageList thread/> }.into_any()
}

/// Fetches the code of [`message_list`] before it is needed; the server has it.
pub async fn fetch_message_list() {
    #[cfg(feature = "hydrate")]
    __preload_message_list().await;
}

#[component]
fn MessageList(thread: Thread) -> impl IntoView {
    let scroller = NodeRef::<html::Div>::new();
    let (watch, stretch_watch) = (Watch::new(FAR_ROW), Watch::new(FAR_STRETCH));
    let is_at_end = RwSignal::new(true);
    let column = NodeRef::<html::Div>::new();
    let older = Older::new(thread);
    let anchor = Anchor::new();
    let grows_below = move || {
        let is_live = thread.is_live.try_get_untracked().unwrap_or_default();
        let is_reading_up = !is_at_end.try_get_untracked().unwrap_or(true);
        is_live && is_reading_up && !older.is_settling.try_get_value().unwrap_or(true)
    };
    Effect::new(move |_| {
        if let (Some(scroller), Some(column)) = (scroller.get(), column.get()) {
            watch.start(&scroller);
            stretch_watch.start(&scroller);
            older.read_if_near(&scroller);
            anchor.start((*scroller).clone(), &column, grows_below);
        }
    });
    let stretches = Memo::new(move |before: Option<&Vec<Stretch>>| {
        thread.rows.with(|rows| parted(before.map_or(&[], Vec::as_slice), rows))
    });
    let to_end = move || {
        if let Some(scroller) = scroller.get_untracked() {
            scroller.set_scroll_top(0);
        }
    };
    Effect::new(move |earlier: Option<u32>| {
        let sent = thread.sent.get();
        if earlier.is_some_and(|earlier| earlier != sent) {
            request_animation_frame(to_end);
        }
        sent
    });
    let on_scroll = move |_| {
        let Some(scroller) = scroller.get_untracked() else { return };
        // Laid out from the bottom, the distance from the end is counted downwards from zero.
        let is_near = scroller.scroll_top().abs() <= AT_END_PX;
        if is_at_end.get_untracked() != is_near {
            is_at_end.set(is_near);
        }
        older.read_if_near(&scroller);
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
                    <OlderNotice older thread/>
                    <For each=move || stretches.get() key=|stretch| stretch.number let:stretch>
                        <Neighbours thread number=stretch.number stretches stretch_watch watch/>
                    </For>
                </div>
            </div>
            {move || (!is_at_end.get()).then(|| view! {
                <button class="jump" type="button" on:click=move |_| to_end()>
                    <Icon glyph=Glyph::ArrowDown/>
                    {tr(keys::CHAT_JUMP)}
                </button>
            })}
            <Versions thread/>
        </div>
    }
    .into_any()
}

/// Some neighbouring messages. Very far from what one sees they are one empty box.
#[component]
fn Neighbours(
    thread: Thread,
    number: u64,
    stretches: Memo<Vec<Stretch>>,
    stretch_watch: Watch,
    watch: Watch,
) -> impl IntoView {
    let element = NodeRef::<html::Div>::new();
    let far_height_px = stretch_watch.row(number);
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            stretch_watch.observe(&element);
        }
    });
    let rows = Memo::new(move |_| {
        stretches.with(|all| {
            all.iter()
                .find(|stretch| stretch.number == number)
                .map(|stretch| stretch.rows.clone())
                .unwrap_or_default()
        })
    });
    let is_drawn = Memo::new(move |_| far_height_px.with(Option::is_none));
    let min_height = move || far_height_px.get().map(|height| format!("{height}px"));
    view! {
        <div class="stretch" node_ref=element data-watched=number.to_string() style:min-height=min_height>
            {move || is_drawn.get().then(|| view! {
                <For each=move || rows.get() key=|row| *row let:row>
                    <Row thread row watch/>
                </For>
            })}
        </div>
    }
    .into_any()
}

/// Reads older messages, one window at a time.
#[derive(Clone, Copy)]
struct Older {
    acts: Acts,
    thread: Thread,
    is_reading: RwSignal<bool>,
    /// Whether older messages are just coming in above.
    is_settling: StoredValue<bool>,
    has_failed: RwSignal<bool>,
}

impl Older {
    fn new(thread: Thread) -> Self {
        Self {
            acts: use_acts(thread),
            thread,
            is_reading: RwSignal::new(false),
            is_settling: StoredValue::new(false),
            has_failed: RwSignal::new(false),
        }
    }

    fn read_if_near(self, scroller: &web_sys::HtmlElement) {
        let left = scroller.scroll_height() - scroller.client_height() - scroller.scroll_top().abs();
        if left < READ_AHEAD_PX && !self.has_failed.get_untracked() {
            self.read();
        }
    }

    fn read(self) {
        if self.is_reading.get_untracked() || !self.thread.has_before.get_untracked() {
            return;
        }
        self.is_reading.set(true);
        spawn_local(async move {
            self.is_settling.try_set_value(true);
            let outcome = self.acts.read_older().await;
            // What came in is laid out with the next frame.
            request_animation_frame(move || {
                request_animation_frame(move || {
                    self.is_settling.try_set_value(false);
                });
            });
            let _ = self.has_failed.try_set(outcome.is_err());
            let _ = self.is_reading.try_set(false);
        });
    }
}

/// What stands above the oldest message here.
#[component]
fn OlderNotice(older: Older, thread: Thread) -> impl IntoView {
    move || {
        if older.has_failed.get() {
            return Some(
                view! {
                    <p class="older">
                        {tr(keys::CHAT_OLDER_FAILED)} " "
                        <button class="button button-link" type="button" on:click=move |_| {
                            older.has_failed.set(false);
                            older.read();
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
