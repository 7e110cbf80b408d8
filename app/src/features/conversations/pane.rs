//! The left pane from top to bottom.

use super::{
    list::{ConversationList, SearchResults},
    starters::STARTERS,
};
use crate::{
    api::use_api,
    features::{palette::PaletteState, sign_in::BrandMark},
    state::{tr, use_ask, use_brand, use_panes, use_viewer},
    ui::{Glyph, Icon, IconButton, Menu, MenuItem, dom},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev::KeyboardEvent, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, components::A, hooks::use_navigate};
use penny_types::{Fault, Page, conversations::ConversationSummary};
use penny_words::keys;

/// How long one must stop typing before the search begins.
const PAUSE_MS: u32 = 180;
/// How many conversations a search shows.
const FOUND: u32 = 30;

/// Id of the hidden form that signs out.
const SIGN_OUT_FORM: &str = "sign-out";

/// The left pane: the brand, a new chat, dashboards, search, conversations, and oneself.
#[component]
pub(crate) fn ConversationsPane() -> impl IntoView {
    let query = RwSignal::new(String::new());
    let found = search(query);
    let is_searching = Memo::new(move |_| query.with(|query| !query.trim().is_empty()));
    view! {
        <PaneTop/>
        <SearchField query=query/>
        <div class="pane-scroll" tabindex="-1">
            <div class:is-hidden=move || is_searching.get()>
                <Beginnings/>
                <ConversationList/>
            </div>
            <Show when=move || is_searching.get()>
                <SearchResults query=query.into() found=found.into()/>
            </Show>
        </div>
        <Account/>
    }
    .into_any()
}

type Found = Option<Result<Page<ConversationSummary>, Fault>>;

/// Searches a moment after the last key; an answer to earlier words is dropped.
fn search(query: RwSignal<String>) -> RwSignal<Found> {
    let api = StoredValue::new(use_api());
    let found = RwSignal::new(None);
    Effect::new(move |_| {
        let words = query.get().trim().to_owned();
        found.set(None);
        if words.is_empty() {
            return;
        }
        let api = api.get_value();
        spawn_local(async move {
            TimeoutFuture::new(PAUSE_MS).await;
            let is_current = || query.try_get_untracked().is_some_and(|now| now.trim() == words);
            if !is_current() {
                return;
            }
            let answer = api.conversations(Some(&words), None, Some(FOUND)).await;
            if is_current() {
                found.set(Some(answer));
            }
        });
    });
    found
}

#[component]
fn PaneTop() -> impl IntoView {
    let panes = use_panes();
    let palette = use_context::<PaletteState>();
    let open_palette = move |_| {
        if let Some(PaletteState(is_open)) = palette {
            is_open.set(true);
        }
    };
    view! {
        <div class="pane-top">
            <A href="/" attr:class="brand-link"><BrandMark brand=use_brand()/></A>
            <IconButton glyph=Glyph::Command label=tr(keys::UI_PALETTE) keys="Ctrl+K" on_press=open_palette/>
            <IconButton
                glyph=Glyph::PanelLeft
                label=tr(keys::UI_HIDE_CONVERSATIONS)
                keys="Ctrl+Shift+S"
                on_press=move |_| panes.toggle_left()
            />
        </div>
        <A href="/" attr:class="button new-chat" on:click=move |_| dom::focus_soon("composer")>
            <Icon glyph=Glyph::SquarePen/>
            <span>{tr(keys::UI_NEW_CHAT)}</span>
        </A>
    }
    .into_any()
}

#[component]
fn SearchField(query: RwSignal<String>) -> impl IntoView {
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !query.get_untracked().is_empty() {
            event.stop_propagation();
            event.prevent_default();
            query.set(String::new());
        }
    };
    view! {
        <div class="search" role="search">
            <Icon glyph=Glyph::Search/>
            <input
                class="input"
                id="conversation-search"
                r#type="search"
                dir="auto"
                autocomplete="off"
                placeholder=tr(keys::UI_SEARCH_CONVERSATIONS)
                aria-label=tr(keys::UI_SEARCH_CONVERSATIONS)
                prop:value=query
                on:input=move |event| query.set(event_target_value(&event))
                on:keydown=on_key
            />
            <Show when=move || query.with(|query| !query.is_empty())>
                <IconButton
                    glyph=Glyph::X
                    label=tr(keys::UI_CLEAR_SEARCH)
                    on_press=move |_| {
                        query.set(String::new());
                        dom::focus("conversation-search");
                    }
                />
            </Show>
        </div>
    }
    .into_any()
}

/// Dashboards to open and questions to begin with.
#[component]
fn Beginnings() -> impl IntoView {
    let api = use_api();
    let dashboards = Resource::new(
        || (),
        move |()| {
            let api = api.clone();
            async move { api.dashboards().await }
        },
    );
    let ask = use_ask();
    let navigate = StoredValue::new(use_navigate());
    let locale = crate::state::use_locale();
    let starters = STARTERS
        .iter()
        .map(|starter| {
            let start = move |_| {
                ask.set(Some(penny_words::text(locale.get_untracked(), starter.prompt, &[])));
                navigate.with_value(|navigate| navigate("/", NavigateOptions::default()));
            };
            view! {
                <li>
                    <button class="pane-item" r#type="button" on:click=start>
                        <Icon glyph=starter.glyph/>
                        <span>{tr(starter.title)}</span>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let found = dashboards.await.unwrap_or_default();
                (!found.is_empty())
                    .then(|| {
                        let links = found
                            .into_iter()
                            .map(|dashboard| {
                                view! {
                                    <li>
                                        <A href=format!("/d/{}", dashboard.slug) attr:class="pane-item">
                                            <Icon glyph=Glyph::LayoutDashboard/>
                                            <span dir="auto">{dashboard.title}</span>
                                        </A>
                                    </li>
                                }
                            })
                            .collect_view();
                        view! {
                            <section class="conversation-group">
                                <h2 class="overline">{tr(keys::UI_DASHBOARDS)}</h2>
                                <ul>{links}</ul>
                            </section>
                        }
                    })
            })}
        </Suspense>
        <section class="conversation-group">
            <h2 class="overline">{tr(keys::UI_STARTERS)}</h2>
            <ul>{starters}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Account() -> impl IntoView {
    let viewer = use_viewer();
    let name =
        move || viewer.with(|viewer| viewer.as_ref().map(|viewer| viewer.name.clone()).unwrap_or_default());
    let company = move || {
        viewer.with(|viewer| {
            viewer.as_ref().map(|viewer| viewer.brand.company_name.clone()).unwrap_or_default()
        })
    };
    let initial = move || name().chars().next().map(String::from).unwrap_or_default();
    let navigate = use_navigate();
    let help = use_context::<crate::features::shortcuts::HelpState>();
    let words = (tr(keys::UI_SETTINGS), tr(keys::UI_SHORTCUTS), tr(keys::UI_SIGN_OUT));
    let items = move || {
        let navigate = navigate.clone();
        vec![
            MenuItem::new(Glyph::Settings, words.0, move || {
                navigate("/settings", NavigateOptions::default())
            }),
            MenuItem::new(Glyph::Keyboard, words.1, move || {
                if let Some(help) = help {
                    help.0.set(true);
                }
            }),
            MenuItem::new(Glyph::LogOut, words.2, || dom::submit(SIGN_OUT_FORM)),
        ]
    };
    view! {
        <div class="account">
            <span class="avatar" aria-hidden="true">{initial}</span>
            <span class="account-names">
                <span class="account-name" dir="auto">{name}</span>
                <span class="account-company" dir="auto">{company}</span>
            </span>
            <Menu label=tr(keys::UI_ACCOUNT) glyph=Glyph::ChevronsUpDown items=items/>
            <form id=SIGN_OUT_FORM method="post" action="/auth/sign-out" hidden></form>
        </div>
    }
    .into_any()
}
