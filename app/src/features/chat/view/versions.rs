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
use leptos::prelude::*;
use penny_types::{
    MessageId,
    branches::{BranchPair, BranchTail},
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
    let named =
        move |at: RwSignal<usize>| all.with_value(|all| all.get(at.get()).copied()).unwrap_or(message);
    let pair = Memo::new(move |_| BranchPair { left: named(left), right: named(right) });
    let compared = LocalResource::new(move || {
        let (pair, api) = (pair.get(), thread.api());
        let id = thread.conversation.get_untracked();
        async move {
            match id {
                Some(id) => api.compare_branches(id, pair).await.map(Some),
                None => Ok(None),
            }
        }
    });
    // One version is never beside itself: choosing it on the other side changes sides.
    let choose = move |mine: RwSignal<usize>, other: RwSignal<usize>, chosen: usize| {
        if other.get_untracked() == chosen {
            other.set(mine.get_untracked());
        }
        mine.set(chosen);
    };
    let side = move |mine: RwSignal<usize>, other: RwSignal<usize>, tail: BranchTail| {
        let choose = Callback::new(move |chosen| choose(mine, other, chosen));
        view! { <Side thread message=named(mine) at=mine count choose tail/> }
    };
    move || match compared.get() {
        None => view! { <Skeleton/> }.into_any(),
        Some(Err(fault)) => view! { <FaultNotice fault/> }.into_any(),
        Some(Ok(None)) => ().into_any(),
        Some(Ok(Some(sides))) => view! {
            <div class="versions-pair">{side(left, right, sides.left)} {side(right, left, sides.right)}</div>
        }
        .into_any(),
    }
}

/// One version and what followed it.
#[component]
fn Side(
    thread: Thread,
    message: MessageId,
    at: RwSignal<usize>,
    count: usize,
    choose: Callback<usize>,
    tail: BranchTail,
) -> impl IntoView {
    let own = Thread::new(thread.api());
    let more = usize::try_from(tail.length).unwrap_or_default().saturating_sub(tail.items.len());
    own.replace(&MessageWindow { items: tail.items, has_before: false, path_length: tail.length });
    let name = move |number: usize| {
        tr_with(keys::CHAT_BRANCH_PLACE, move || {
            [("position", number.to_string()), ("total", count.to_string())]
        })
    };
    let options = (0..count)
        .map(|number| {
            let is_chosen = move || at.get() == number;
            view! { <option value=number.to_string() selected=is_chosen>{name(number + 1)}</option> }
        })
        .collect_view();
    let messages = own.rows.get_untracked().into_iter().map(|row| {
        let author = own.peek(row, |message| message.author);
        match author {
            Some(Author::User) => view! {
                <article class="message message-user">
                    <h3 class="visually-hidden">{tr(keys::CHAT_YOU)}</h3>
                    <Bubble thread=own row/>
                </article>
            }
            .into_any(),
            _ => view! {
                <article class="message message-assistant">
                    <h3 class="visually-hidden">{tr(keys::CHAT_ASSISTANT)}</h3>
                    <div class="answer"><Blocks thread=own row/></div>
                </article>
            }
            .into_any(),
        }
    });
    let left_out = (more > 0).then(|| {
        let words = tr_with(keys::CHAT_COMPARE_MORE, move || [("count", more.to_string())]);
        view! { <p class="older">{words}</p> }
    });
    view! {
        <div class="version">
            <div class="version-head">
                <select
                    class="input select"
                    aria-label=tr(keys::CHAT_COMPARE_VERSION)
                    on:change:target=move |event| {
                        if let Ok(chosen) = event.target().value().parse() {
                            choose.run(chosen);
                        }
                    }
                >
                    {options}
                </select>
            </div>
            <div class="version-messages" tabindex="0" role="region" aria-label=name(at.get_untracked() + 1)>
                {messages.collect_view()} {left_out}
            </div>
            <Choice thread message acts=use_acts(thread)/>
        </div>
    }
    .into_any()
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
