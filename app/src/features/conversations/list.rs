//! The conversations, by day; or what a search found.

use super::{
    actions::Actions,
    row::Row,
    state::{Group, Listing},
};
use crate::{
    api::{connection, use_api},
    state::{tr, tr_with, use_clock},
    ui::{Button, EmptyState, FaultNotice, Glyph, Look, Skeleton},
};
use futures::StreamExt;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;
use penny_types::{ConversationId, Fault, Page, conversations::ConversationSummary};
use penny_words::keys;

/// How many conversations a page of the list has.
const PAGE: u32 = 50;

/// All conversations, by day, kept up to date.
#[component]
pub(super) fn ConversationList() -> impl IntoView {
    let api = use_api();
    let listing = RwSignal::new(Listing::default());
    let first = Resource::new(|| (), {
        let api = api.clone();
        move |()| {
            let api = api.clone();
            async move { api.conversations(None, None, Some(PAGE)).await }
        }
    });
    let actions = Actions::new(listing);
    stay_up_to_date(listing);
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=8 class="skeleton-list"/> }>
            {move || Suspend::new(async move {
                match first.await {
                    Ok(page) => {
                        listing.set(Listing::from(page));
                        view! { <Groups actions=actions/> }.into_any()
                    }
                    Err(fault) => {
                        view! { <FaultNotice fault=fault on_retry=move |_| first.refetch()/> }.into_any()
                    }
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// Follows the server's updates, and reads the list again after each time the connection was lost.
fn stay_up_to_date(listing: RwSignal<Listing>) {
    let api = use_api();
    let updates_api = api.clone();
    Effect::new(move |_| {
        let mut updates = updates_api.conversation_updates();
        spawn_local(async move {
            while let Some(update) = updates.next().await {
                let Ok(update) = update else { return };
                if listing.try_update(|listing| listing.apply(update)).is_none() {
                    return;
                }
            }
        });
    });
    let connection = connection();
    Effect::new(move |earlier: Option<u32>| {
        let comebacks = connection.get().comebacks;
        if earlier.is_some_and(|earlier| earlier != comebacks) {
            let api = api.clone();
            spawn_local(async move {
                if let Ok(page) = api.conversations(None, None, Some(PAGE)).await {
                    let _ = listing.try_update(|listing| *listing = Listing::from(page));
                }
            });
        }
        comebacks
    });
}

#[component]
fn Groups(actions: Actions) -> impl IntoView {
    let clock = use_clock();
    let listing = actions.listing;
    let groups = Memo::new(move |_| {
        let today = clock.today();
        listing.with(|listing| listing.groups(today, |moment| clock.local(moment).date()))
    });
    let is_empty = Memo::new(move |_| listing.with(Listing::is_empty));
    let headings = move || groups.with(|groups| groups.iter().map(|(group, _)| *group).collect::<Vec<_>>());
    view! {
        <Show when=move || is_empty.get()>
            <EmptyState
                glyph=Glyph::MessageSquare
                title=tr(keys::UI_NO_CONVERSATIONS_TITLE)
                text=tr(keys::UI_NO_CONVERSATIONS_TEXT)
            />
        </Show>
        <For
            each=headings
            key=|group| *group
            children=move |group| group_view(group, groups, actions)
        />
        <More actions=actions/>
    }
    .into_any()
}

fn group_view(group: Group, groups: Memo<Vec<(Group, Vec<ConversationId>)>>, actions: Actions) -> AnyView {
    let heading = match group {
        Group::Pinned => keys::UI_GROUP_PINNED,
        Group::Day(day) => day.key(),
    };
    let ids = Memo::new(move |_| {
        groups.with(|groups| {
            groups.iter().find(|(other, _)| *other == group).map(|(_, ids)| ids.clone()).unwrap_or_default()
        })
    });
    view! {
        <section class="conversation-group">
            <h2 class="overline">{tr(heading)}</h2>
            <ul>
                <For each=move || ids.get() key=|id| *id children=move |id| view! { <Row id=id actions=actions/> }/>
            </ul>
        </section>
    }
    .into_any()
}

/// Reads the next page.
#[component]
fn More(actions: Actions) -> impl IntoView {
    let api = StoredValue::new(use_api());
    let toasts = crate::state::use_toasts();
    let is_reading = RwSignal::new(false);
    let listing = actions.listing;
    let cursor = Memo::new(move |_| listing.with(|listing| listing.next_cursor().map(str::to_owned)));
    let read = move |_| {
        let Some(cursor) = cursor.get_untracked() else { return };
        let api = api.get_value();
        is_reading.set(true);
        spawn_local(async move {
            match api.conversations(None, Some(&cursor), Some(PAGE)).await {
                Ok(page) => listing.update(|listing| listing.append(page)),
                Err(fault) => toasts.fault(&fault),
            }
            is_reading.set(false);
        });
    };
    view! {
        <Show when=move || cursor.with(Option::is_some)>
            <Button look=Look::Quiet class="conversation-load" is_disabled=is_reading on_press=read>
                {tr(keys::UI_LOAD_MORE)}
            </Button>
        </Show>
    }
    .into_any()
}

/// What a search found, with the words around it.
#[component]
pub(super) fn SearchResults(
    /// The words searched for.
    query: Signal<String>,
    /// What was found; absent while searching.
    found: Signal<Option<Result<Page<ConversationSummary>, Fault>>>,
) -> impl IntoView {
    move || match found.get() {
        None => view! { <Skeleton lines=5 class="skeleton-list"/> }.into_any(),
        Some(Err(fault)) => view! { <FaultNotice fault=fault/> }.into_any(),
        Some(Ok(page)) if page.items.is_empty() => {
            let text = tr_with(keys::UI_NO_RESULTS_TEXT, move || [("query", query.get())]);
            view! { <EmptyState glyph=Glyph::Search title=tr(keys::UI_NO_RESULTS_TITLE) text=text/> }
                .into_any()
        }
        Some(Ok(page)) => {
            let count = page.items.len().to_string();
            let words = tr_with(keys::UI_RESULTS, move || [("count", count.clone())]);
            view! {
                <section class="conversation-group">
                    <h2 class="overline" role="status">{words}</h2>
                    <ul>{page.items.into_iter().map(found_view).collect_view()}</ul>
                </section>
            }
            .into_any()
        }
    }
}

fn found_view(item: ConversationSummary) -> AnyView {
    let untitled = tr(keys::UI_UNTITLED);
    let title = item.title;
    view! {
        <li class="conversation">
            <A href=format!("/c/{}", item.id) attr:class="conversation-link conversation-found">
                <span class="conversation-title" dir="auto">{move || title.clone().unwrap_or_else(untitled)}</span>
                {item.snippet.map(|snippet| view! { <span class="conversation-snippet" dir="auto">{snippet}</span> })}
            </A>
        </li>
    }
    .into_any()
}
