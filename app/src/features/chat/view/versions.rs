//! Two versions of a message side by side, each with what followed it.

use super::{
    acts::{Acts, use_acts},
    blocks::Blocks,
    row::Bubble,
    thread::Thread,
};
use crate::{
    state::{say, tr, tr_with, use_locale},
    ui::{Dialog, FaultNotice, Skeleton, later},
};
use leptos::{ev::MouseEvent, prelude::*};
use penny_types::{
    Fault, FaultCode, MessageId,
    branches::{BranchComparison, BranchPair, BranchTail},
    conversations::{Author, MessageWindow},
};
use penny_words::keys;

/// The window in which versions are compared; open while the thread compares some.
#[component]
pub fn Versions(thread: Thread) -> impl IntoView {
    let is_open = RwSignal::new(false);
    Effect::new(move |_| {
        let is_wanted = thread.comparing.with(Option::is_some);
        if is_open.get_untracked() != is_wanted {
            is_open.set(is_wanted);
        }
    });
    Effect::new(move |_| {
        if !is_open.get() && thread.comparing.with_untracked(Option::is_some) {
            thread.comparing.set(None);
        }
    });
    view! {
        <Dialog is_open=is_open title=tr(keys::CHAT_COMPARE) class="versions">
            {move || thread.comparing.get().map(|message| later(versions(thread, message)))}
        </Dialog>
    }
    .into_any()
}

/// Returns the versions. Their code is fetched when some are first compared.
#[lazy]
fn versions(thread: Thread, message: MessageId) -> AnyView {
    view! { <Pair thread message/> }.into_any()
}

#[component]
fn Pair(thread: Thread, message: MessageId) -> impl IntoView {
    let (all, at) = thread.versions(message);
    let count = all.len();
    let beside = if at + 1 < count { at + 1 } else { at.saturating_sub(1) };
    // The earlier one on the left.
    let (left, right) = (RwSignal::new(at.min(beside)), RwSignal::new(at.max(beside)));
    let all = StoredValue::new(all);
    let named = move |at: usize| all.with_value(|all| all.get(at).copied()).unwrap_or(message);
    let pair = Memo::new(move |_| BranchPair { left: named(left.get()), right: named(right.get()) });
    let read = LocalResource::new(move || {
        let (pair, api, id) = (pair.get(), thread.api(), thread.conversation.get_untracked());
        async move {
            let compared = match id {
                Some(id) => api.compare_branches(id, pair).await,
                None => Err(Fault::new(FaultCode::NotFound)),
            };
            (pair, compared)
        }
    });
    // What was read for another pair is not shown for this one.
    let compared = move || read.get().filter(|(of, _)| *of == pair.get()).map(|(_, compared)| compared);
    let side =
        move |mine: RwSignal<usize>, other: RwSignal<usize>, take: fn(BranchComparison) -> BranchTail| {
            let tail = Signal::derive(move || compared().map(|compared| compared.map(take)));
            // One version is never beside itself: choosing the other side's changes sides.
            let choose = Callback::new(move |chosen| {
                if other.get_untracked() == chosen {
                    other.set(mine.get_untracked());
                }
                mine.set(chosen);
            });
            let again = Callback::new(move |_| read.refetch());
            let shown = Signal::derive(move || named(mine.get()));
            view! { <Side thread shown at=mine count choose tail again/> }
        };
    view! {
        <div class="versions-pair">
            {side(left, right, |sides| sides.left)} {side(right, left, |sides| sides.right)}
        </div>
    }
    .into_any()
}

/// One version and what followed it.
#[component]
fn Side(
    thread: Thread,
    shown: Signal<MessageId>,
    at: RwSignal<usize>,
    count: usize,
    choose: Callback<usize>,
    tail: Signal<Option<Result<BranchTail, Fault>>>,
    again: Callback<MouseEvent>,
) -> impl IntoView {
    let place = move |number: usize| [("position", (number + 1).to_string()), ("total", count.to_string())];
    let name = tr_with(keys::CHAT_BRANCH_PLACE, move || place(at.get()));
    let options = (0..count)
        .map(|number| {
            let words = tr_with(keys::CHAT_BRANCH_PLACE, move || place(number));
            view! { <option value=number.to_string()>{words}</option> }
        })
        .collect_view();
    let acts = use_acts(thread);
    view! {
        <div class="version">
            <div class="version-head">
                <select
                    class="input select"
                    aria-label=tr(keys::CHAT_COMPARE_VERSION)
                    prop:value=move || at.get().to_string()
                    on:change:target=move |event| {
                        if let Ok(chosen) = event.target().value().parse() {
                            choose.run(chosen);
                        }
                    }
                >
                    {options}
                </select>
            </div>
            <div class="version-messages" tabindex="0" role="region" aria-label=name>
                {move || match tail.get() {
                    None => view! { <Skeleton/> }.into_any(),
                    Some(Err(fault)) => view! { <FaultNotice fault on_retry=again/> }.into_any(),
                    Some(Ok(tail)) => messages(thread, tail),
                }}
            </div>
            {move || view! { <Choice thread message=shown.get() acts/> }}
        </div>
    }
    .into_any()
}

/// Draws what a version says, as it stands now.
fn messages(thread: Thread, tail: BranchTail) -> AnyView {
    let own = Thread::new(thread.api());
    let more = usize::try_from(tail.length).unwrap_or_default().saturating_sub(tail.items.len());
    own.draw(&MessageWindow { items: tail.items, has_before: false, path_length: tail.length });
    let rows = own.rows.get_untracked().into_iter().map(|row| {
        let is_person = own.peek(row, |message| message.author == Author::User).unwrap_or_default();
        if is_person {
            view! {
                <article class="message message-user">
                    <h3 class="visually-hidden">{tr(keys::CHAT_YOU)}</h3>
                    <Bubble thread=own row/>
                </article>
            }
            .into_any()
        } else {
            view! {
                <article class="message message-assistant">
                    <h3 class="visually-hidden">{tr(keys::CHAT_ASSISTANT)}</h3>
                    <div class="answer"><Blocks thread=own row/></div>
                </article>
            }
            .into_any()
        }
    });
    let left_out = (more > 0).then(|| {
        let words = tr_with(keys::CHAT_COMPARE_MORE, move || [("count", more.to_string())]);
        view! { <p class="older">{words}</p> }
    });
    view! { {rows.collect_view()} {left_out} }.into_any()
}

/// What can be done with a version.
#[component]
fn Choice(thread: Thread, message: MessageId, acts: Acts) -> impl IntoView {
    let locale = use_locale();
    if thread.shows(message) {
        return view! { <p class="version-choice version-shown">{tr(keys::CHAT_COMPARE_SHOWN)}</p> }
            .into_any();
    }
    let close = move || thread.comparing.set(None);
    let show = move |_| {
        acts.switch(message);
        close();
    };
    let bring = move |_| {
        acts.bring(message, say(locale, keys::CHAT_BROUGHT));
        close();
    };
    let is_disabled = move || thread.is_live.get();
    view! {
        <div class="version-choice">
            <button class="button button-primary" type="button" disabled=is_disabled on:click=show>
                {tr(keys::CHAT_COMPARE_SHOW)}
            </button>
            <button class="button" type="button" disabled=is_disabled on:click=bring>{tr(keys::CHAT_COMPARE_BRING)}</button>
        </div>
    }
    .into_any()
}
