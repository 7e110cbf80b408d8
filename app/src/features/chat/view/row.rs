//! One message in the list.

use super::{
    acts::use_acts,
    blocks::{Blocks, Files},
    copying,
    edit::EditForm,
    notice::Notice,
    thread::Thread,
    windowing::Watch,
    words::plain,
};
use crate::{
    features::chat::state::{Block, Branch, RowKey, Seam, Status},
    state::{tr, tr_with, use_clock, use_locale, use_toasts},
    ui::{Glyph, Icon, IconButton, Menu, MenuItem, clipboard},
};
use leptos::{html, prelude::*};
use leptos_router::components::A;
use penny_types::conversations::Author;
use penny_words::keys;
use std::iter;

/// What a person wrote is folded beyond this many characters.
const FOLD_CHARS: usize = 1_500;

/// One message. Far from what one sees it is an empty box.
#[component]
pub fn Row(thread: Thread, row: RowKey, watch: Watch) -> impl IntoView {
    let element = NodeRef::<html::Article>::new();
    let far_height_px = watch.row(row.0);
    let is_live =
        Memo::new(move |_| thread.read(row, |message| message.status.is_live()).unwrap_or_default());
    let is_drawn = Memo::new(move |_| far_height_px.with(Option::is_none) || is_live.get());
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            watch.observe(&element);
        }
    });
    let author = thread.peek(row, |message| message.author).unwrap_or(Author::Assistant);
    let (class, name) = match author {
        Author::User => ("message message-user", keys::CHAT_YOU),
        Author::Assistant => ("message message-assistant", keys::CHAT_ASSISTANT),
        Author::System => ("message message-system", keys::CHAT_SYSTEM),
    };
    let min_height = move || {
        let height = if is_drawn.get() { None } else { far_height_px.get() };
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
            {move || is_drawn.get().then(|| view! {
                <SeamMark thread row at=Seam::Before/>
                <h2 class="visually-hidden">{tr(name)}</h2>
                {match author {
                    Author::User => view! { <Said thread row/> }.into_any(),
                    _ => view! { <Answer thread row/> }.into_any(),
                }}
                <SeamMark thread row at=Seam::After/>
            })}
        </article>
    }
    .into_any()
}

/// A line where copied messages meet others, with where they come from.
#[component]
fn SeamMark(thread: Thread, row: RowKey, at: Seam) -> impl IntoView {
    let is_here = Memo::new(move |_| thread.seam(row) == Some(at));
    let words = move || match at {
        Seam::Before => Some(view! { <span>{tr(keys::CHAT_BROUGHT)}</span> }.into_any()),
        Seam::After => thread
            .forked_from
            .get()
            .map(|source| view! { <A href=format!("/c/{source}")>{tr(keys::CHAT_BRANCHED)}</A> }.into_any()),
    };
    move || {
        is_here
            .get()
            .then(|| view! { <p class="seam"><Icon glyph=Glyph::GitBranch/> {words()}</p> }.into_any())
    }
}

/// What a person said.
#[component]
fn Said(thread: Thread, row: RowKey) -> impl IntoView {
    let is_edited = Memo::new(move |_| thread.editing.get() == Some(row));
    move || {
        if is_edited.get() {
            view! { <EditForm thread row/> }.into_any()
        } else {
            view! { <Bubble thread row/> <Notice thread row/> <Actions thread row author=Author::User/> }
                .into_any()
        }
    }
}

/// A person's words and files.
#[component]
pub fn Bubble(thread: Thread, row: RowKey) -> impl IntoView {
    let words = Memo::new(move |_| thread.read(row, |message| plain(&message.words())).unwrap_or_default());
    let is_long = Memo::new(move |_| words.with(|words| words.len() > FOLD_CHARS));
    let is_open = RwSignal::new(false);
    let is_sending =
        Memo::new(move |_| thread.read(row, |message| message.status == Status::Sending).unwrap_or_default());
    let shown = move || {
        words.with(|words| {
            if is_long.get() && !is_open.get() {
                let mut start: String = words.chars().take(FOLD_CHARS).collect();
                start.push('…');
                start
            } else {
                words.clone()
            }
        })
    };
    let (all, less) = (tr(keys::CHAT_SHOW_ALL), tr(keys::CHAT_SHOW_LESS));
    let fold = move || {
        is_long.get().then(|| {
            view! {
                <button class="bubble-fold" type="button" on:click=move |_| is_open.update(|open| *open = !*open)>
                    {move || if is_open.get() { less() } else { all() }}
                </button>
            }
        })
    };
    view! {
        <div class="bubble" class:bubble-sending=move || is_sending.get()>
            <Files thread row/>
            <p class="bubble-words" dir="auto">{shown}</p>
            {fold}
        </div>
    }
    .into_any()
}

/// What a model said.
#[component]
fn Answer(thread: Thread, row: RowKey) -> impl IntoView {
    let is_thinking = Memo::new(move |_| {
        thread
            .read(row, |message| {
                let is_silent = match message.blocks.last() {
                    None | Some(Block::Artifact(_) | Block::Citation(_)) => true,
                    Some(Block::Tool(card)) => card.duration_ms.is_some(),
                    Some(_) => false,
                };
                is_silent && matches!(message.status, Status::Queued | Status::Running)
            })
            .unwrap_or_default()
    });
    let thinking = tr(keys::CHAT_THINKING);
    let (locale, toasts) = (use_locale(), use_toasts());
    view! {
        <div class="answer" on:click=move |event| copying::on_press(&event, locale, toasts)>
            <Blocks thread row/>
            {move || is_thinking.get().then(|| view! {
                <p class="thinking"><span class="visually-hidden">{thinking}</span><i></i><i></i><i></i></p>
            })}
        </div>
        <Notice thread row/>
        <Actions thread row author=Author::Assistant/>
    }
    .into_any()
}

/// What one can do with a message; shown when it is pointed at or has the focus.
#[component]
fn Actions(thread: Thread, row: RowKey, author: Author) -> impl IntoView {
    let acts = use_acts(thread);
    let (locale, toasts, clock) = (use_locale(), use_toasts(), use_clock());
    let is_done = Memo::new(move |_| {
        thread.read(row, |message| message.id.is_some() && !message.status.is_live()).unwrap_or_default()
    });
    let has_words =
        Memo::new(move |_| thread.read(row, |message| !message.words().is_empty()).unwrap_or_default());
    let said_at = move || {
        let at = thread.read(row, |message| message.created_at).flatten()?;
        let (brief, full) = (clock.brief(locale.get(), at), clock.full(locale.get(), at));
        Some(view! { <time class="message-time" datetime=at.to_rfc3339() title=full>{brief}</time> })
    };
    let change = move || match author {
        Author::User => view! {
            <IconButton
                glyph=Glyph::Pencil
                label=tr(keys::CHAT_EDIT)
                is_disabled=thread.is_live
                on_press=move |_| thread.editing.set(Some(row))
            />
        }
        .into_any(),
        _ => view! {
            <IconButton
                glyph=Glyph::RefreshCw
                label=tr(keys::CHAT_REGENERATE)
                is_disabled=thread.is_live
                on_press=move |_| acts.regenerate(row)
            />
        }
        .into_any(),
    };
    let branching = move || {
        let off = MenuItem::new(Glyph::GitBranch, tr(keys::CHAT_BRANCH_OFF), move || acts.fork(row));
        let message = thread.peek(row, |message| message.id).flatten();
        let versions = thread.branch(row).and(message).map(|message| {
            let compare = move || thread.comparing.set(Some(message));
            MenuItem::new(Glyph::Columns2, tr(keys::CHAT_COMPARE), compare)
        });
        iter::once(off).chain(versions).collect()
    };
    move || {
        is_done.get().then(|| {
            view! {
                <div class="message-actions" role="group" aria-label=tr(keys::CHAT_ACTIONS)>
                    <Branches thread row/>
                    {move || has_words.get().then(|| view! {
                        <IconButton
                            glyph=Glyph::Copy
                            label=tr(keys::CHAT_COPY)
                            on_press=move |_| clipboard::copy(acts.words(row), locale, toasts)
                        />
                    })}
                    {change()}
                    <Menu label=tr(keys::CHAT_BRANCHES) glyph=Glyph::GitBranch items=branching/>
                    {said_at}
                </div>
            }
        })
    }
}

/// Leads from one version of a message to the next.
#[component]
fn Branches(thread: Thread, row: RowKey) -> impl IntoView {
    let acts = use_acts(thread);
    let branch = Memo::new(move |_| thread.branch(row));
    let arrow =
        move |glyph: Glyph, key: &'static str, target: fn(&Branch) -> Option<penny_types::MessageId>| {
            let target = move || branch.with(|branch| branch.as_ref().and_then(target));
            view! {
                <IconButton
                    glyph=glyph
                    label=tr(key)
                    is_disabled=Signal::derive(move || target().is_none() || thread.is_live.get())
                    on_press=move |_| {
                        if let Some(message) = target() {
                            acts.switch(message);
                        }
                    }
                />
            }
        };
    let has_branches = Memo::new(move |_| branch.with(Option::is_some));
    let place = move || branch.get().map(|branch| (branch.position.to_string(), branch.count.to_string()));
    let spoken = tr_with(keys::CHAT_BRANCH_PLACE, move || {
        let (position, total) = place().unwrap_or_default();
        [("position", position), ("total", total)]
    });
    move || {
        has_branches.get().then(|| {
            view! {
                <span class="branches">
                    {arrow(Glyph::ChevronLeft, keys::CHAT_BRANCH_PREVIOUS, |branch| branch.previous)}
                    <span class="branches-place">
                        <span class="visually-hidden">{spoken.clone()}</span>
                        <span aria-hidden="true">{move || place().map(|(position, total)| format!("{position}/{total}"))}</span>
                    </span>
                    {arrow(Glyph::ChevronRight, keys::CHAT_BRANCH_NEXT, |branch| branch.next)}
                </span>
            }
        })
    }
}
