//! Comparison of two versions of a message, each with the messages after it.

use super::{
    actions::{ThreadActions, use_thread_actions},
    blocks::Blocks,
    row::UserBubble,
    thread::Thread,
};
use crate::{
    state::{tr, tr_untracked, tr_with, use_locale},
    ui::{Dialog, FaultNotice, Skeleton, lazy_view},
};
use leptos::{ev::MouseEvent, prelude::*};
use penny_i18n::keys;
use penny_types::{
    Fault, FaultCode, MessageId,
    branches::{BranchComparison, BranchPair, BranchTail},
    conversations::{Author, MessageWindow},
};

/// The dialog that compares versions; open while `Thread::compared_message` is set.
#[component]
pub fn VersionsDialog(thread: Thread) -> impl IntoView {
    let is_open = RwSignal::new(false);
    Effect::new(move |_| {
        let has_message = thread.compared_message.with(Option::is_some);
        if is_open.get_untracked() != has_message {
            is_open.set(has_message);
        }
    });
    Effect::new(move |_| {
        if !is_open.get() && thread.compared_message.with_untracked(Option::is_some) {
            thread.compared_message.set(None);
        }
    });
    view! {
        <Dialog is_open=is_open title=tr(keys::CHAT_COMPARE) class="versions">
            {move || thread.compared_message.get().map(|message| lazy_view(versions(thread, message)))}
        </Dialog>
    }
    .into_any()
}

/// Renders the comparison. Its code is loaded on first use.
#[lazy]
fn versions(thread: Thread, message: MessageId) -> AnyView {
    view! { <VersionComparison thread message/> }.into_any()
}

#[component]
fn VersionComparison(thread: Thread, message: MessageId) -> impl IntoView {
    let (versions, index) = thread.versions(message);
    let count = versions.len();
    let other = if index + 1 < count { index + 1 } else { index.saturating_sub(1) };
    // The earlier version is on the left.
    let (left, right) = (RwSignal::new(index.min(other)), RwSignal::new(index.max(other)));
    let versions = StoredValue::new(versions);
    let version_at =
        move |index: usize| versions.with_value(|versions| versions.get(index).copied()).unwrap_or(message);
    let pair =
        Memo::new(move |_| BranchPair { left: version_at(left.get()), right: version_at(right.get()) });
    let comparison = LocalResource::new(move || {
        let (pair, api, id) = (pair.get(), thread.api(), thread.conversation.get_untracked());
        async move {
            let result = match id {
                Some(id) => api.compare_branches(id, pair).await,
                None => Err(Fault::new(FaultCode::NotFound)),
            };
            (pair, result)
        }
    });
    // The result for another pair is not shown for this one.
    let result = move || {
        comparison.get().filter(|(compared_pair, _)| *compared_pair == pair.get()).map(|(_, result)| result)
    };
    let column = move |index: RwSignal<usize>,
                       other: RwSignal<usize>,
                       take_tail: fn(BranchComparison) -> BranchTail| {
        let tail = Signal::derive(move || result().map(|result| result.map(take_tail)));
        // A version is not compared with itself: selecting the other column's version swaps the columns.
        let on_select = Callback::new(move |selected| {
            if other.get_untracked() == selected {
                other.set(index.get_untracked());
            }
            index.set(selected);
        });
        let on_retry = Callback::new(move |_| comparison.refetch());
        let message = Signal::derive(move || version_at(index.get()));
        view! { <VersionColumn thread message index count on_select tail on_retry/> }
    };
    view! {
        <div class="versions-pair">
            {column(left, right, |comparison| comparison.left)} {column(right, left, |comparison| comparison.right)}
        </div>
    }
    .into_any()
}

/// One version and the messages after it.
#[component]
fn VersionColumn(
    thread: Thread,
    message: Signal<MessageId>,
    index: RwSignal<usize>,
    count: usize,
    on_select: Callback<usize>,
    tail: Signal<Option<Result<BranchTail, Fault>>>,
    on_retry: Callback<MouseEvent>,
) -> impl IntoView {
    let position = move |index: usize| [("position", (index + 1).to_string()), ("total", count.to_string())];
    let name = tr_with(keys::CHAT_BRANCH_PLACE, move || position(index.get()));
    let options = (0..count)
        .map(|option| {
            let label = tr_with(keys::CHAT_BRANCH_PLACE, move || position(option));
            view! { <option value=option.to_string()>{label}</option> }
        })
        .collect_view();
    let actions = use_thread_actions(thread);
    view! {
        <div class="version">
            <div class="version-head">
                <select
                    class="input select"
                    aria-label=tr(keys::CHAT_COMPARE_VERSION)
                    prop:value=move || index.get().to_string()
                    on:change:target=move |event| {
                        if let Ok(selected) = event.target().value().parse() {
                            on_select.run(selected);
                        }
                    }
                >
                    {options}
                </select>
            </div>
            <div class="version-messages" tabindex="0" role="region" aria-label=name>
                {move || match tail.get() {
                    None => view! { <Skeleton/> }.into_any(),
                    Some(Err(fault)) => view! { <FaultNotice fault on_retry/> }.into_any(),
                    Some(Ok(tail)) => messages(thread, tail),
                }}
            </div>
            {move || view! { <VersionActions thread message=message.get() actions/> }}
        </div>
    }
    .into_any()
}

/// Renders the messages of a version as they are now.
fn messages(thread: Thread, tail: BranchTail) -> AnyView {
    let version_thread = Thread::new(thread.api());
    let omitted = usize::try_from(tail.length).unwrap_or_default().saturating_sub(tail.items.len());
    version_thread.show_window(&MessageWindow {
        items: tail.items,
        has_before: false,
        path_length: tail.length,
    });
    let rows = version_thread.rows.get_untracked().into_iter().map(|row| {
        let is_user = version_thread.peek(row, |message| message.author == Author::User).unwrap_or_default();
        if is_user {
            view! {
                <article class="message message-user">
                    <h3 class="visually-hidden">{tr(keys::CHAT_YOU)}</h3>
                    <UserBubble thread=version_thread row/>
                </article>
            }
            .into_any()
        } else {
            view! {
                <article class="message message-assistant">
                    <h3 class="visually-hidden">{tr(keys::CHAT_ASSISTANT)}</h3>
                    <div class="answer"><Blocks thread=version_thread row/></div>
                </article>
            }
            .into_any()
        }
    });
    let omitted_notice = (omitted > 0).then(|| {
        let text = tr_with(keys::CHAT_COMPARE_MORE, move || [("count", omitted.to_string())]);
        view! { <p class="older">{text}</p> }
    });
    view! { {rows.collect_view()} {omitted_notice} }.into_any()
}

/// Actions for a version.
#[component]
fn VersionActions(thread: Thread, message: MessageId, actions: ThreadActions) -> impl IntoView {
    let locale = use_locale();
    if thread.is_shown(message) {
        return view! { <p class="version-choice version-shown">{tr(keys::CHAT_COMPARE_SHOWN)}</p> }
            .into_any();
    }
    let close = move || thread.compared_message.set(None);
    let show = move |_| {
        actions.switch_branch(message);
        close();
    };
    let merge = move |_| {
        actions.merge_branch(message, tr_untracked(locale, keys::CHAT_BROUGHT));
        close();
    };
    let is_disabled = move || thread.is_live.get();
    view! {
        <div class="version-choice">
            <button class="button button-primary" type="button" disabled=is_disabled on:click=show>
                {tr(keys::CHAT_COMPARE_SHOW)}
            </button>
            <button class="button" type="button" disabled=is_disabled on:click=merge>{tr(keys::CHAT_COMPARE_BRING)}</button>
        </div>
    }
    .into_any()
}
