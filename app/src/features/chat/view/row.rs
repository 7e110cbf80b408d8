//! A message in the list.

use super::{
    actions::use_thread_actions,
    blocks::{Blocks, MessageFiles},
    copy_code,
    edit::EditForm,
    markdown_text::replace_control_chars,
    notice::MessageNotice,
    thread::Thread,
    windowing::ViewportObserver,
};
use crate::{
    features::chat::state::{Block, BranchPosition, CopyBoundary, MessageStatus, RowKey},
    state::{tr, tr_with, use_clock, use_locale, use_toasts},
    ui::{Glyph, Icon, IconButton, Menu, MenuItem, clipboard},
};
use leptos::{html, prelude::*};
use leptos_router::components::A;
use penny_i18n::keys;
use penny_types::conversations::Author;
use std::iter;

/// A user message with more bytes is collapsed to this many characters.
const COLLAPSED_CHARS: usize = 1_500;

/// A message of the thread. Far from the viewport it is an empty placeholder.
#[component]
pub fn MessageRow(thread: Thread, row: RowKey, observer: ViewportObserver) -> impl IntoView {
    let element = NodeRef::<html::Article>::new();
    let placeholder_height_px = observer.register(row.0);
    let is_live =
        Memo::new(move |_| thread.read(row, |message| message.status.is_live()).unwrap_or_default());
    let is_rendered = Memo::new(move |_| placeholder_height_px.with(Option::is_none) || is_live.get());
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            observer.observe(&element);
        }
    });
    let author = thread.peek(row, |message| message.author).unwrap_or(Author::Assistant);
    let (class, name) = match author {
        Author::User => ("message message-user", keys::CHAT_YOU),
        Author::Assistant => ("message message-assistant", keys::CHAT_ASSISTANT),
        Author::System => ("message message-system", keys::CHAT_SYSTEM),
    };
    let min_height = move || {
        let height = if is_rendered.get() { None } else { placeholder_height_px.get() };
        height.map(|height| format!("{height}px"))
    };
    view! {
        <article
            node_ref=element
            class=class
            data-watched=row.0.to_string()
            aria-busy=move || is_live.get().then_some("true")
            style:min-height=min_height
        >
            {move || is_rendered.get().then(|| view! {
                <CopyBoundaryMarker thread row boundary=CopyBoundary::Before/>
                <h2 class="visually-hidden">{tr(name)}</h2>
                {match author {
                    Author::User => view! { <UserMessage thread row/> }.into_any(),
                    _ => view! { <AssistantMessage thread row/> }.into_any(),
                }}
                <CopyBoundaryMarker thread row boundary=CopyBoundary::After/>
            })}
        </article>
    }
    .into_any()
}

/// Marks the boundary between copied messages and others, with a link to the source of a fork.
#[component]
fn CopyBoundaryMarker(thread: Thread, row: RowKey, boundary: CopyBoundary) -> impl IntoView {
    let is_here = Memo::new(move |_| thread.copy_boundary(row) == Some(boundary));
    let label = move || match boundary {
        CopyBoundary::Before => Some(view! { <span>{tr(keys::CHAT_BROUGHT)}</span> }.into_any()),
        CopyBoundary::After => thread
            .forked_from
            .get()
            .map(|source| view! { <A href=format!("/c/{source}")>{tr(keys::CHAT_BRANCHED)}</A> }.into_any()),
    };
    move || {
        is_here
            .get()
            .then(|| view! { <p class="seam"><Icon glyph=Glyph::GitBranch/> {label()}</p> }.into_any())
    }
}

/// A user message.
#[component]
fn UserMessage(thread: Thread, row: RowKey) -> impl IntoView {
    let is_edited = Memo::new(move |_| thread.edited_row.get() == Some(row));
    move || {
        if is_edited.get() {
            view! { <EditForm thread row/> }.into_any()
        } else {
            view! { <UserBubble thread row/> <MessageNotice thread row/> <MessageActions thread row author=Author::User/> }
                .into_any()
        }
    }
}

/// Text and attachments of a user message.
#[component]
pub fn UserBubble(thread: Thread, row: RowKey) -> impl IntoView {
    let text = Memo::new(move |_| {
        thread.read(row, |message| replace_control_chars(&message.text())).unwrap_or_default()
    });
    let is_long = Memo::new(move |_| text.with(|text| text.len() > COLLAPSED_CHARS));
    let is_open = RwSignal::new(false);
    let is_sending = Memo::new(move |_| {
        thread.read(row, |message| message.status == MessageStatus::Sending).unwrap_or_default()
    });
    let shown = move || {
        text.with(|text| {
            if is_long.get() && !is_open.get() {
                let mut start: String = text.chars().take(COLLAPSED_CHARS).collect();
                start.push('…');
                start
            } else {
                text.clone()
            }
        })
    };
    let (show_all, show_less) = (tr(keys::CHAT_SHOW_ALL), tr(keys::CHAT_SHOW_LESS));
    let toggle = move || {
        is_long.get().then(|| {
            view! {
                <button class="bubble-fold" type="button" on:click=move |_| is_open.update(|open| *open = !*open)>
                    {move || if is_open.get() { show_less() } else { show_all() }}
                </button>
            }
        })
    };
    view! {
        <div class="bubble" class:bubble-sending=move || is_sending.get()>
            <MessageFiles thread row/>
            <p class="bubble-words" dir="auto">{shown}</p>
            {toggle}
        </div>
    }
    .into_any()
}

/// An assistant message.
#[component]
fn AssistantMessage(thread: Thread, row: RowKey) -> impl IntoView {
    let is_thinking = Memo::new(move |_| {
        thread
            .read(row, |message| {
                let shows_nothing_new = match message.blocks.last() {
                    None | Some(Block::Artifact(_) | Block::Citation(_)) => true,
                    Some(Block::Tool(card)) => card.duration_ms.is_some(),
                    Some(_) => false,
                };
                shows_nothing_new && matches!(message.status, MessageStatus::Queued | MessageStatus::Running)
            })
            .unwrap_or_default()
    });
    let thinking = tr(keys::CHAT_THINKING);
    let (locale, toasts) = (use_locale(), use_toasts());
    view! {
        <div class="answer" on:click=move |event| copy_code::on_click(&event, locale, toasts)>
            <Blocks thread row/>
            {move || is_thinking.get().then(|| view! {
                <p class="thinking"><span class="visually-hidden">{thinking}</span><i></i><i></i><i></i></p>
            })}
        </div>
        <MessageNotice thread row/>
        <MessageActions thread row author=Author::Assistant/>
    }
    .into_any()
}

/// The actions of a message; shown on hover and focus.
#[component]
fn MessageActions(thread: Thread, row: RowKey, author: Author) -> impl IntoView {
    let actions = use_thread_actions(thread);
    let (locale, toasts, clock) = (use_locale(), use_toasts(), use_clock());
    let is_done = Memo::new(move |_| {
        thread.read(row, |message| message.id.is_some() && !message.status.is_live()).unwrap_or_default()
    });
    let has_text =
        Memo::new(move |_| thread.read(row, |message| !message.text().is_empty()).unwrap_or_default());
    let created_at = move || {
        let time = thread.read(row, |message| message.created_at).flatten()?;
        let (brief, full) = (clock.format_short(locale.get(), time), clock.format_full(locale.get(), time));
        Some(view! { <time class="message-time" datetime=time.to_rfc3339() title=full>{brief}</time> })
    };
    let edit_or_regenerate = move || match author {
        Author::User => view! {
            <IconButton
                glyph=Glyph::Pencil
                label=tr(keys::CHAT_EDIT)
                is_disabled=thread.is_live
                on_press=move |_| thread.edited_row.set(Some(row))
            />
        }
        .into_any(),
        _ => view! {
            <IconButton
                glyph=Glyph::RefreshCw
                label=tr(keys::CHAT_REGENERATE)
                is_disabled=thread.is_live
                on_press=move |_| actions.regenerate(row)
            />
        }
        .into_any(),
    };
    let branch_items = move || {
        let fork = MenuItem::new(Glyph::GitBranch, tr(keys::CHAT_BRANCH_OFF), move || actions.fork(row));
        let message = thread.peek(row, |message| message.id).flatten();
        let compare = thread.branch_position(row).and(message).map(|message| {
            let open = move || thread.compared_message.set(Some(message));
            MenuItem::new(Glyph::Columns2, tr(keys::CHAT_COMPARE), open)
        });
        iter::once(fork).chain(compare).collect()
    };
    move || {
        is_done.get().then(|| {
            view! {
                <div class="message-actions" role="group" aria-label=tr(keys::CHAT_ACTIONS)>
                    <BranchSwitcher thread row/>
                    {move || has_text.get().then(|| view! {
                        <IconButton
                            glyph=Glyph::Copy
                            label=tr(keys::CHAT_COPY)
                            on_press=move |_| clipboard::copy(actions.text(row), locale, toasts)
                        />
                    })}
                    {edit_or_regenerate()}
                    <Menu label=tr(keys::CHAT_BRANCHES) glyph=Glyph::GitBranch items=branch_items/>
                    {created_at}
                </div>
            }
        })
    }
}

/// Switches between the versions of a message.
#[component]
fn BranchSwitcher(thread: Thread, row: RowKey) -> impl IntoView {
    let actions = use_thread_actions(thread);
    let branch = Memo::new(move |_| thread.branch_position(row));
    let arrow = move |glyph: Glyph,
                      key: &'static str,
                      target: fn(&BranchPosition) -> Option<penny_types::MessageId>| {
        let target = move || branch.with(|branch| branch.as_ref().and_then(target));
        view! {
            <IconButton
                glyph=glyph
                label=tr(key)
                is_disabled=Signal::derive(move || target().is_none() || thread.is_live.get())
                on_press=move |_| {
                    if let Some(message) = target() {
                        actions.switch_branch(message);
                    }
                }
            />
        }
    };
    let has_branches = Memo::new(move |_| branch.with(Option::is_some));
    let position = move || branch.get().map(|branch| (branch.position.to_string(), branch.count.to_string()));
    let label = tr_with(keys::CHAT_BRANCH_PLACE, move || {
        let (position, total) = position().unwrap_or_default();
        [("position", position), ("total", total)]
    });
    move || {
        has_branches.get().then(|| {
            view! {
                <span class="branches">
                    {arrow(Glyph::ChevronLeft, keys::CHAT_BRANCH_PREVIOUS, |branch| branch.previous)}
                    <span class="branches-place">
                        <span class="visually-hidden">{label.clone()}</span>
                        <span aria-hidden="true">{move || position().map(|(position, total)| format!("{position}/{total}"))}</span>
                    </span>
                    {arrow(Glyph::ChevronRight, keys::CHAT_BRANCH_NEXT, |branch| branch.next)}
                </span>
            }
        })
    }
}
