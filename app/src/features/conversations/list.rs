//! The conversation list and the search results.

use super::{
    actions::ConversationActions,
    row::ConversationRow,
    state::{ConversationGroup, ConversationListState},
};
use crate::{
    api::{connection_status, use_api},
    state::{tr, tr_with, use_clock},
    ui::{Button, ButtonVariant, EmptyState, FaultNotice, Glyph, Skeleton},
};
use futures::StreamExt;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;
use penny_i18n::keys;
use penny_types::{ConversationId, Fault, Page, conversations::ConversationSummary};

/// Page size of the list.
const PAGE_SIZE: u32 = 50;

/// Results of a search; `None` while searching.
pub(super) type SearchState = Option<Result<Page<ConversationSummary>, Fault>>;

/// All conversations by day, kept up to date.
#[component]
pub(super) fn ConversationList() -> impl IntoView {
    let api = use_api();
    let list = RwSignal::new(ConversationListState::default());
    let first_page = Resource::new(|| (), {
        let api = api.clone();
        move |()| {
            let api = api.clone();
            async move { api.conversations(None, None, Some(PAGE_SIZE)).await }
        }
    });
    let actions = ConversationActions::new(list);
    keep_up_to_date(list);
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=8 class="skeleton-list"/> }>
            {move || Suspend::new(async move {
                match first_page.await {
                    Ok(page) => {
                        list.set(ConversationListState::from(page));
                        view! { <ConversationGroups actions=actions/> }.into_any()
                    }
                    Err(fault) => {
                        view! { <FaultNotice fault=fault on_retry=move |_| first_page.refetch()/> }.into_any()
                    }
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// Applies the server's updates and reloads the list after each reconnect.
fn keep_up_to_date(list: RwSignal<ConversationListState>) {
    let api = use_api();
    let updates_api = api.clone();
    Effect::new(move |_| {
        let mut updates = updates_api.conversation_updates();
        spawn_local(async move {
            while let Some(update) = updates.next().await {
                let Ok(update) = update else { return };
                if list.try_update(|list| list.apply(update)).is_none() {
                    return;
                }
            }
        });
    });
    let connection = connection_status();
    Effect::new(move |previous: Option<u32>| {
        let reconnects = connection.get().reconnects;
        if previous.is_some_and(|previous| previous != reconnects) {
            let api = api.clone();
            spawn_local(async move {
                if let Ok(page) = api.conversations(None, None, Some(PAGE_SIZE)).await {
                    let _ = list.try_update(|list| *list = ConversationListState::from(page));
                }
            });
        }
        reconnects
    });
}

#[component]
fn ConversationGroups(actions: ConversationActions) -> impl IntoView {
    let clock = use_clock();
    let list = actions.list;
    let groups = Memo::new(move |_| {
        let today = clock.today();
        list.with(|list| list.groups(today, |moment| clock.local(moment).date()))
    });
    let is_empty = Memo::new(move |_| list.with(ConversationListState::is_empty));
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
        <LoadMoreButton actions=actions/>
    }
    .into_any()
}

fn group_view(
    group: ConversationGroup,
    groups: Memo<Vec<(ConversationGroup, Vec<ConversationId>)>>,
    actions: ConversationActions,
) -> AnyView {
    let heading = match group {
        ConversationGroup::Pinned => keys::UI_GROUP_PINNED,
        ConversationGroup::Day(day) => day.key(),
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
                <For each=move || ids.get() key=|id| *id children=move |id| view! { <ConversationRow id=id actions=actions/> }/>
            </ul>
        </section>
    }
    .into_any()
}

/// Button that loads the next page.
#[component]
fn LoadMoreButton(actions: ConversationActions) -> impl IntoView {
    let api = StoredValue::new(use_api());
    let toasts = crate::state::use_toasts();
    let is_loading = RwSignal::new(false);
    let list = actions.list;
    let cursor = Memo::new(move |_| list.with(|list| list.next_cursor().map(str::to_owned)));
    let load = move |_| {
        let Some(cursor) = cursor.get_untracked() else { return };
        let api = api.get_value();
        is_loading.set(true);
        spawn_local(async move {
            match api.conversations(None, Some(&cursor), Some(PAGE_SIZE)).await {
                Ok(page) => list.update(|list| list.append(page)),
                Err(fault) => toasts.fault(&fault),
            }
            is_loading.set(false);
        });
    };
    view! {
        <Show when=move || cursor.with(Option::is_some)>
            <Button variant=ButtonVariant::Quiet class="conversation-load" is_disabled=is_loading on_press=load>
                {tr(keys::UI_LOAD_MORE)}
            </Button>
        </Show>
    }
    .into_any()
}

/// The results of a search, with the text around each match.
#[component]
pub(super) fn SearchResults(query: Signal<String>, results: Signal<SearchState>) -> impl IntoView {
    move || match results.get() {
        None => view! { <Skeleton lines=5 class="skeleton-list"/> }.into_any(),
        Some(Err(fault)) => view! { <FaultNotice fault=fault/> }.into_any(),
        Some(Ok(page)) if page.items.is_empty() => {
            let text = tr_with(keys::UI_NO_RESULTS_TEXT, move || [("query", query.get())]);
            view! { <EmptyState glyph=Glyph::Search title=tr(keys::UI_NO_RESULTS_TITLE) text=text/> }
                .into_any()
        }
        Some(Ok(page)) => {
            let count = page.items.len().to_string();
            let label = tr_with(keys::UI_RESULTS, move || [("count", count.clone())]);
            view! {
                <section class="conversation-group">
                    <h2 class="overline" role="status">{label}</h2>
                    <ul>{page.items.into_iter().map(result_view).collect_view()}</ul>
                </section>
            }
            .into_any()
        }
    }
}

fn result_view(item: ConversationSummary) -> AnyView {
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
